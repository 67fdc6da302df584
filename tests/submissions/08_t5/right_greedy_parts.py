# approach: エンコーダ、デコーダ、lm_head を別々に呼ぶ
# %% grade_id="greedy"
@torch.no_grad()
def greedy(model, input_ids, attention_mask, room):
    heard = model.encoder(input_ids, attention_mask=attention_mask)[0]
    config, written, finished = model.config, [[model.config.decoder_start_token_id] for _ in input_ids], set()
    while len(written[0]) <= room and len(finished) < len(written):
        hidden = model.decoder(
            input_ids=torch.tensor(written), encoder_hidden_states=heard, encoder_attention_mask=attention_mask
        ).last_hidden_state[:, -1]
        if config.tie_word_embeddings:
            hidden = hidden * config.d_model**-0.5
        best = model.lm_head(hidden).log_softmax(-1).max(-1).indices.tolist()
        for number, row in enumerate(written):
            row.append(config.pad_token_id if number in finished else best[number])
            if best[number] == config.eos_token_id:
                finished.add(number)
    return torch.tensor(written)
