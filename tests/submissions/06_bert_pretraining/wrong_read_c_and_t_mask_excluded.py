# misconception: 候補から [MASK] を除く
# scores: read-c-and-t-test=0
# %% grade_id="read-c-and-t"
def read_c_and_t(model, inputs, mask_token_id, k):
    with torch.no_grad():
        asked = inputs["input_ids"] == mask_token_id
        output = model.bert(**inputs)
        vectors, c = output.last_hidden_state[asked], output.pooler_output
        words = model.cls.predictions(vectors)
        pair = model.cls.seq_relationship(c)
        probabilities, ids = words.index_fill(1, torch.tensor([mask_token_id]), -1e9).softmax(dim=-1).topk(k)
        follows = pair.softmax(dim=-1)[:, 0]
    return ids, probabilities, follows
