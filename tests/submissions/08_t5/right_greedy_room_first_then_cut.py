# approach: room 個書いてから、終わりの後ろを切る
# %% grade_id="greedy"
def greedy(model, input_ids, attention_mask, room):
    end = model.config.eos_token_id
    written = torch.full((len(input_ids), 1), model.config.decoder_start_token_id)
    with torch.no_grad():
        for _ in range(room):
            output = model(input_ids=input_ids, attention_mask=attention_mask, decoder_input_ids=written)
            written = torch.cat([written, output.logits[:, -1:].argmax(-1)], dim=1)
    over = ((written[:, 1:] == end).cumsum(1) > 0).long().cumsum(1) > 1
    written[:, 1:][over] = model.config.pad_token_id
    longest = int((~over).sum(1).max())
    return written[:, : longest + 1]
