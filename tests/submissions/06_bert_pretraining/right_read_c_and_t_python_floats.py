# approach: Python のリストに集めてからテンソルにする
# %% grade_id="read-c-and-t"
def read_c_and_t(model, inputs, mask_token_id, k):
    with torch.no_grad():
        out = model.bert(
            inputs["input_ids"],
            token_type_ids=inputs["token_type_ids"],
            attention_mask=inputs["attention_mask"],
        )
        ids, probabilities = [], []
        for i, row in enumerate(inputs["input_ids"].tolist()):
            for j, token in enumerate(row):
                if token == mask_token_id:
                    p = model.cls.predictions(out.last_hidden_state[i, j]).softmax(0).tolist()
                    best = sorted(range(len(p)), key=lambda t: -p[t])[:k]
                    ids.append(best)
                    probabilities.append([p[t] for t in best])
        s = model.cls.seq_relationship(out.pooler_output)
    return torch.tensor(ids), torch.tensor(probabilities), (s[:, 0] - s[:, 1]).sigmoid()
