# misconception: float16 で softmax を計算する
# scores: read-c-and-t-test=0
# %% grade_id="read-c-and-t"
def read_c_and_t(model, inputs, mask_token_id, k):
    with torch.no_grad():
        out = model.bert(**inputs)
        T = out.last_hidden_state[inputs["input_ids"] == mask_token_id]
        p, ids = model.cls.predictions(T).half().softmax(-1).float().topk(k)
        f = model.cls.seq_relationship(out.pooler_output).half().softmax(-1).float()[:, 0]
    return ids, p, f
