# misconception: 1 枚ずつ、2 枚の batch で呼ぶ
# scores: guided-noise-test=0
# %% grade_id="guided-noise"
def guided_noise(model, noisy, t, told, untold, guidance):
    made = []
    for i in range(len(noisy)):
        text = {name: torch.cat([values[i : i + 1], untold[name]]) for name, values in told.items()}
        with torch.no_grad():
            full, empty = model(noisy[[i, i]], t, **text).sample
        made.append(empty + guidance * (full - empty))
    return torch.stack(made)
