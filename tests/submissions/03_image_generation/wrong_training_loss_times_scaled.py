# misconception: 時刻を 0 から 1 にして、モデルに渡す
# scores: training-loss-test=0
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    text = {}
    for name, values in told.items():
        values = values.clone()
        values[dropped] = untold[name].expand_as(values)[dropped]
        text[name] = values
    noisy = scheduler.add_noise(clean, noise, timesteps)
    return (model(noisy, timesteps / len(scheduler.alphas_cumprod), **text).sample - noise).square().mean()
