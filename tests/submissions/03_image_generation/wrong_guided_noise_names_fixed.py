# misconception: 名前は講義の 3 つだと決めつける
# scores: guided-noise-test=0
# %% grade_id="guided-noise"
def guided_noise(model, noisy, t, told, untold, guidance):
    text = {}
    for name in ("encoder_hidden_states", "encoder_attention_mask", "class_labels"):
        text[name] = torch.cat([told[name], untold[name].expand_as(told[name])])
    with torch.no_grad():
        full, empty = model(torch.cat([noisy, noisy]), t, **text).sample.chunk(2)
    return empty + guidance * (full - empty)
