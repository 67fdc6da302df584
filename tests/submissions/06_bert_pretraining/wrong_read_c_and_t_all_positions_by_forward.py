# misconception: 全部の位置の T を cls.predictions.forward に渡してから、穴を選ぶ
# scores: read-c-and-t-test=0
# %% grade_id="read-c-and-t"
def read_c_and_t(model, inputs, mask_token_id, k):
    with torch.no_grad():
        out = model.bert(**inputs)
        z = model.cls.predictions.forward(out.last_hidden_state)[inputs["input_ids"] == mask_token_id]
        p, ids = z.softmax(-1).topk(k)
        f = model.cls.seq_relationship(out.pooler_output).softmax(-1)[:, 0]
    return ids, p, f
