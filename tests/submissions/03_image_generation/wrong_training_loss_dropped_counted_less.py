# misconception: 取りかえた画像の重みを減らす
# scores: training-loss-test=0
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    text = {}
    for name, values in told.items():
        values = values.clone()
        values[dropped] = untold[name].expand_as(values)[dropped]
        text[name] = values
    noisy = scheduler.add_noise(clean, noise, timesteps)
    error = (model(noisy, timesteps, **text).sample - noise).square().mean((1, 2, 3))
    return (error * torch.where(dropped, 0.15, 1.0)).mean()
