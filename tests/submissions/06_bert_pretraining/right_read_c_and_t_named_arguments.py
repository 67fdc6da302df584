# approach: 引数に名前を付けて渡し、位置の一覧で取り出す
# %% grade_id="read-c-and-t"
def read_c_and_t(model, inputs, mask_token_id, k):
    with torch.no_grad():
        body = model.bert(
            input_ids=inputs["input_ids"],
            attention_mask=inputs["attention_mask"],
            token_type_ids=inputs["token_type_ids"],
        )
        rows, places = torch.where(inputs["input_ids"] == mask_token_id)
        logits = model.cls.predictions(body.last_hidden_state[rows, places])
        follows = torch.softmax(model.cls.seq_relationship(body.pooler_output), dim=-1)[..., 0]
    probabilities, ids = torch.topk(torch.softmax(logits, dim=-1), k, dim=-1)
    return ids, probabilities, follows
