# approach: 辞書を順に作り、引数を名前で渡す
# %% grade_id="guided-noise"
def guided_noise(model, noisy, t, told, untold, guidance):
    doubled = dict(zip(told, map(lambda name: torch.vstack([told[name], untold[name].expand_as(told[name])]), told)))
    with torch.no_grad():
        (out,) = model(sample=torch.vstack([noisy, noisy]), timestep=t, return_dict=False, **doubled)
    full, empty = out[: len(out) // 2], out[len(out) // 2 :]
    return full + (guidance - 1) * (full - empty)
