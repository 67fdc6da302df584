# misconception: 確率の小さい方から並べる
# scores: read-c-and-t-test=0
# %% grade_id="read-c-and-t"
def read_c_and_t(model, inputs, mask_token_id, k):
    with torch.no_grad():
        asked = inputs["input_ids"] == mask_token_id
        output = model.bert(**inputs)
        vectors, c = output.last_hidden_state[asked], output.pooler_output
        words = model.cls.predictions(vectors)
        pair = model.cls.seq_relationship(c)
        probabilities, ids = words.softmax(dim=-1).topk(k, largest=False)
        follows = pair.softmax(dim=-1)[:, 0]
    return ids, probabilities, follows
