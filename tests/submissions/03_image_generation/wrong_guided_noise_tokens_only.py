# misconception: encoder_hidden_states だけを渡す
# scores: guided-noise-test=0
# %% grade_id="guided-noise"
def guided_noise(model, noisy, t, told, untold, guidance):
    values = told["encoder_hidden_states"]
    text = {"encoder_hidden_states": torch.cat([values, untold["encoder_hidden_states"].expand_as(values)])}
    with torch.no_grad():
        full, empty = model(torch.cat([noisy, noisy]), t, **text).sample.chunk(2)
    return empty + guidance * (full - empty)
