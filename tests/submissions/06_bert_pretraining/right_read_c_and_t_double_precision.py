# approach: softmax を float64 で計算し、そのまま返す
# %% grade_id="read-c-and-t"
def read_c_and_t(model, inputs, mask_token_id, k):
    with torch.no_grad():
        out = model.bert(**inputs)
        T = out.last_hidden_state[inputs["input_ids"] == mask_token_id]
        p, ids = model.cls.predictions(T).double().softmax(-1).topk(k)
        f = model.cls.seq_relationship(out.pooler_output).double().softmax(-1)[:, 0]
    return ids, p, f
