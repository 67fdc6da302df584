# misconception: 見積もった元の画像の誤差を使う
# scores: training-loss-test=0
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    text = {}
    for name, values in told.items():
        values = values.clone()
        values[dropped] = untold[name].expand_as(values)[dropped]
        text[name] = values
    noisy = scheduler.add_noise(clean, noise, timesteps)
    a = scheduler.alphas_cumprod[timesteps][:, None, None, None]
    guess = model(noisy, timesteps, **text).sample
    return (((noisy - (1 - a).sqrt() * guess) / a.sqrt()) - clean).square().mean()
