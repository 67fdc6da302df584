# approach: expand して reshape し、2 組にする
# %% grade_id="guided-noise"
def guided_noise(model, noisy, t, told, untold, guidance):
    n = len(noisy)
    text = {k: torch.cat([told[k], torch.cat(n * [untold[k]])]) for k in told}
    with torch.no_grad():
        out = model(noisy.expand(2, *noisy.shape).reshape(2 * n, *noisy.shape[1:]), t.expand(2 * n), **text).sample
    weights = torch.tensor([guidance, 1 - guidance])
    return (out.reshape(2, n, *noisy.shape[1:]) * weights.view(2, 1, 1, 1, 1)).sum(0)
