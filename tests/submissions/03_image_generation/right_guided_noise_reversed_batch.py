# approach: 2 組を逆の順に並べ、後で戻す
# %% grade_id="guided-noise"
def guided_noise(model, noisy, t, told, untold, guidance):
    n = len(noisy)
    order = torch.arange(2 * n).flip(0)
    both = {k: torch.cat([v, untold[k].expand_as(v)])[order] for k, v in told.items()}
    with torch.no_grad():
        out = model(torch.cat([noisy, noisy])[order], timestep=t, **both)
    out = out.sample[order]
    return (1 - guidance) * out[n:] + guidance * out[:n]
