# approach: 文なしを先に並べる（diffusers のパイプラインの順）
# %% grade_id="guided-noise"
def guided_noise(model, noisy, t, told, untold, guidance):
    text = {}
    for name, values in told.items():
        text[name] = torch.cat([untold[name].repeat(len(noisy), *[1] * (values.dim() - 1)), values])
    with torch.no_grad():
        out = model(noisy.repeat(2, 1, 1, 1), t, **text).sample
    return out[: len(noisy)] * (1 - guidance) + out[len(noisy) :] * guidance
