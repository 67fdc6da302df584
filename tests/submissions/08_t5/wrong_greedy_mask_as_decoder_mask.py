# misconception: attention_mask を、デコーダのマスクとして渡す
# scores: greedy-test=0
# %% grade_id="greedy"
def greedy(model, input_ids, attention_mask, room):
    start, end, pad = model.config.decoder_start_token_id, model.config.eos_token_id, model.config.pad_token_id
    written = torch.full((len(input_ids), 1), start)
    done = torch.zeros(len(input_ids), dtype=torch.bool)
    with torch.no_grad():
        heard = model.encoder(input_ids=input_ids, attention_mask=attention_mask)
        for _ in range(room):
            logits = model(encoder_outputs=heard, decoder_attention_mask=torch.ones_like(written), decoder_input_ids=written).logits[:, -1]
            token = logits.argmax(-1)
            token[done] = pad
            written = torch.cat([written, token[:, None]], dim=1)
            done |= token == end
            if done.all():
                break
    return written
