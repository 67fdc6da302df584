# approach: past_key_values を使い、新しいトークンだけを読む
# %% grade_id="greedy"
def greedy(model, input_ids, attention_mask, room):
    config = model.config
    token = torch.full((len(input_ids), 1), config.decoder_start_token_id)
    columns, alive, past = [token], torch.ones(len(input_ids), dtype=torch.bool), None
    with torch.inference_mode():
        heard = model.get_encoder()(input_ids=input_ids, attention_mask=attention_mask)
        for _ in range(room):
            output = model(
                encoder_outputs=heard, attention_mask=attention_mask, decoder_input_ids=token, past_key_values=past, use_cache=True
            )
            past = output.past_key_values
            best = output.logits[:, -1].argmax(dim=-1)
            best = torch.where(alive, best, torch.full_like(best, config.pad_token_id))
            token = best[:, None]
            columns.append(token)
            alive = alive & (best != config.eos_token_id)
            if not alive.any():
                break
    return torch.cat(columns, dim=1).clone()
