# misconception: モデルの出力をそのまま返す
# scores: guided-noise-test=0
# %% grade_id="guided-noise"
def guided_noise(model, noisy, t, told, untold, guidance):
    text = {name: torch.cat([values, untold[name].expand_as(values)]) for name, values in told.items()}
    with torch.no_grad():
        return model(torch.cat([noisy, noisy]), t, **text)
