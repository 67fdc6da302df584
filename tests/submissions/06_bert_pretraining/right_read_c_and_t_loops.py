# approach: 穴を 1 つずつ読む
# %% grade_id="read-c-and-t"
def read_c_and_t(model, inputs, mask_token_id, k):
    ids, probabilities = [], []
    with torch.inference_mode():
        hidden = model.bert(**inputs)
        for row, tokens in enumerate(inputs["input_ids"].tolist()):
            for place, token in enumerate(tokens):
                if token != mask_token_id:
                    continue
                scores = model.cls.predictions(hidden.last_hidden_state[row, place]).softmax(0)
                best = sorted(range(len(scores)), key=lambda number: -scores[number])[:k]
                ids.append(best)
                probabilities.append([float(scores[number]) for number in best])
        pairs = [model.cls.seq_relationship(vector).exp() for vector in hidden.pooler_output]
        follows = torch.stack([pair[0] / (pair[0] + pair[1]) for pair in pairs])
    return torch.tensor(ids), torch.tensor(probabilities), follows
