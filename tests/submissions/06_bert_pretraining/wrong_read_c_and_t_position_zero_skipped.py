# misconception: 先頭は [CLS] だと思い、見ない
# scores: read-c-and-t-test=0
# %% grade_id="read-c-and-t"
def read_c_and_t(model, inputs, mask_token_id, k):
    with torch.no_grad():
        out = model.bert(**inputs)
        T = out.last_hidden_state[:, 1:][inputs["input_ids"][:, 1:] == mask_token_id]
        p, ids = model.cls.predictions(T).softmax(-1).topk(k)
        f = model.cls.seq_relationship(out.pooler_output).softmax(-1)[:, 0]
    return ids, p, f
