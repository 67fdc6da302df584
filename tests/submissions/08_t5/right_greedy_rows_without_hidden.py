# approach: 一行ずつ、隠れたトークンを除いて書く
# %% grade_id="greedy"
def greedy(model, input_ids, attention_mask, room):
    config, rows = model.config, []
    with torch.no_grad():
        for ids, seen in zip(input_ids, attention_mask.bool()):
            heard, row = model.encoder(input_ids=ids[seen][None]), [config.decoder_start_token_id]
            while len(row) <= room and (len(row) == 1 or row[-1] != config.eos_token_id):
                logits = model(encoder_outputs=heard, decoder_input_ids=torch.tensor([row])).logits
                row.append(logits[0, -1].argmax().item())
            rows.append(torch.tensor(row))
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=config.pad_token_id)
