# misconception: 1 つ目の名前だけ、空の文にする
# scores: guided-noise-test=0
# %% grade_id="guided-noise"
def guided_noise(model, noisy, t, told, untold, guidance):
    text = {}
    for place, (name, values) in enumerate(told.items()):
        text[name] = torch.cat([values, values if place else untold[name].expand_as(values)])
    with torch.no_grad():
        full, empty = model(torch.cat([noisy, noisy]), t, **text).sample.chunk(2)
    return empty + guidance * (full - empty)
