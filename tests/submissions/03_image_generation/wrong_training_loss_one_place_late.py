# misconception: 取りかえる画像が、1 枚ずれる
# scores: training-loss-test=0
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    text = {}
    for name, values in told.items():
        values = values.clone()
        values[dropped.roll(1)] = untold[name].expand_as(values)[dropped.roll(1)]
        text[name] = values
    noisy = scheduler.add_noise(clean, noise, timesteps)
    return torch.nn.functional.mse_loss(model(noisy, timesteps, **text).sample, noise)
