# approach: 文なしと文ありを重ね、tensordot で混ぜる
# %% grade_id="guided-noise"
def guided_noise(model, noisy, t, told, untold, guidance):
    both = {k: torch.stack([untold[k].expand_as(a), a]).flatten(0, 1) for k, a in told.items()}
    with torch.no_grad():
        out = model(noisy.repeat(2, *[1] * (noisy.dim() - 1)), t, return_dict=False, **both)[0]
    return torch.tensordot(torch.tensor([1 - guidance, guidance]), out.unflatten(0, (2, -1)), 1)
