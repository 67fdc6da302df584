# misconception: told の辞書の中身を差しかえる
# scores: guided-noise-test=0
# %% grade_id="guided-noise"
def guided_noise(model, noisy, t, told, untold, guidance):
    for name in told:
        told[name] = torch.cat([told[name], untold[name].expand_as(told[name])])
    text = told
    with torch.no_grad():
        full, empty = model(torch.cat([noisy, noisy]), t, **text).sample.chunk(2)
    return empty + guidance * (full - empty)
