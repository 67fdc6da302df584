# approach: cls.predictions と pooler の中の部品を 1 つずつ呼ぶ
# %% grade_id="read-c-and-t"
def read_c_and_t(model, inputs, mask_token_id, k):
    with torch.no_grad():
        states = model.bert(**inputs).last_hidden_state
        asked = states[inputs["input_ids"] == mask_token_id]
        scores = model.cls.predictions.decoder(model.cls.predictions.transform(asked))
        pooler = model.bert.pooler
        c = torch.tanh(pooler.dense(states[:, 0]))
        pair = c @ model.cls.seq_relationship.weight.T + model.cls.seq_relationship.bias
    best = scores.topk(k, dim=1)
    return best.indices, (best.values - scores.logsumexp(dim=1, keepdim=True)).exp(), torch.sigmoid(pair[:, 0] - pair[:, 1])
