# misconception: 前の穴を埋めてから、次の穴を読む
# scores: read-c-and-t-test=0
# %% grade_id="read-c-and-t"
def read_c_and_t(model, inputs, mask_token_id, k):
    with torch.no_grad():
        asked = inputs["input_ids"] == mask_token_id
        output = model.bert(**inputs)
        vectors, c = output.last_hidden_state[asked], output.pooler_output
        words, filled = [], inputs["input_ids"].clone()
        for row, place in asked.nonzero():
            states = model.bert(**{**inputs, "input_ids": filled}).last_hidden_state
            words.append(model.cls.predictions(states[row, place]))
            filled[row, place] = words[-1].argmax()
        words = torch.stack(words)
        pair = model.cls.seq_relationship(c)
        probabilities, ids = words.softmax(dim=-1).topk(k)
        follows = pair.softmax(dim=-1)[:, 0]
    return ids, probabilities, follows
