# misconception: 一つ前の位置の確率で選ぶ
# scores: greedy-test=0
# %% grade_id="greedy"
def greedy(model, input_ids, attention_mask, room):
    start, end, pad = model.config.decoder_start_token_id, model.config.eos_token_id, model.config.pad_token_id
    written = torch.full((len(input_ids), 1), start)
    done = torch.zeros(len(input_ids), dtype=torch.bool)
    with torch.no_grad():
        for _ in range(room):
            logits = model(input_ids=input_ids, attention_mask=attention_mask, decoder_input_ids=written).logits[:, -2 if written.shape[1] > 1 else -1]
            token = logits.argmax(-1)
            token[done] = pad
            written = torch.cat([written, token[:, None]], dim=1)
            done |= token == end
            if done.all():
                break
    return written
