# approach: 1 枚ごとに平均し、その平均をとる
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    text = {}
    for name, values in told.items():
        values = values.clone()
        values[dropped] = untold[name].expand_as(values)[dropped]
        text[name] = values

    noisy = scheduler.add_noise(clean, noise, timesteps)
    per_picture = (noise - model(noisy, timesteps, **text)[0]).square().mean(dim=(1, 2, 3))
    return per_picture.mean()
