# approach: 1 行ずつ、パディングを取り除いて読む
# %% grade_id="read-c-and-t"
@torch.no_grad()
def read_row(model, ids, types):
    output = model.bert(input_ids=ids, token_type_ids=types)
    return output.last_hidden_state[0], output.pooler_output


def read_c_and_t(model, inputs, mask_token_id, k):
    words, follows = [], []
    for ids, types, mask in zip(inputs["input_ids"], inputs["token_type_ids"], inputs["attention_mask"], strict=True):
        real = mask == 1
        states, c = read_row(model, ids[real][None], types[real][None])
        words.append(states[ids[real] == mask_token_id])
        follows.append(model.cls.seq_relationship(c).softmax(-1)[0, 0])
    best = model.cls.predictions(torch.cat(words)).softmax(-1).sort(dim=-1, descending=True, stable=True)
    return best.indices[:, :k], best.values[:, :k], torch.stack(follows)


model = output = whole = generator = seen = ids = 0
