# misconception: 最後から 2 番目の層を読む
# scores: read-c-and-t-test=0
# %% grade_id="read-c-and-t"
def read_c_and_t(model, inputs, mask_token_id, k):
    with torch.no_grad():
        asked = inputs["input_ids"] == mask_token_id
        output = model.bert(**inputs, output_hidden_states=True)
        vectors, c = output.hidden_states[-2][asked], output.pooler_output
        words = model.cls.predictions(vectors)
        pair = model.cls.seq_relationship(c)
        probabilities, ids = words.softmax(dim=-1).topk(k)
        follows = pair.softmax(dim=-1)[:, 0]
    return ids, probabilities, follows
