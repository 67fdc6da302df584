# approach: 一行ずつ書いてから、そろえる
# %% grade_id="greedy"
def one_row(model, ids, mask, room):
    row = [model.config.decoder_start_token_id]
    for _ in range(room):
        logits = model(input_ids=ids[None], attention_mask=mask[None], decoder_input_ids=torch.tensor([row])).logits
        row.append(int(logits[0, -1].topk(1).indices))
        if row[-1] == model.config.eos_token_id:
            break
    return row


def greedy(model, input_ids, attention_mask, room):
    with torch.no_grad():
        rows = [one_row(model, ids, mask, room) for ids, mask in zip(input_ids, attention_mask)]
    width = max(map(len, rows))
    return torch.tensor([row + [model.config.pad_token_id] * (width - len(row)) for row in rows])
