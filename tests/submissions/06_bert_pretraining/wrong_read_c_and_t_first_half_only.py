# misconception: 列の前半の穴だけを読む
# scores: read-c-and-t-test=0
# %% grade_id="read-c-and-t"
def read_c_and_t(model, inputs, mask_token_id, k):
    with torch.no_grad():
        out = model.bert(**inputs)
        half = inputs["input_ids"].shape[1] // 2
        T = out.last_hidden_state[:, :half][inputs["input_ids"][:, :half] == mask_token_id]
        p, ids = model.cls.predictions(T).softmax(-1).topk(k)
        f = model.cls.seq_relationship(out.pooler_output).softmax(-1)[:, 0]
    return ids, p, f
