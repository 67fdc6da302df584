# misconception: told と untold の平均を使う
# scores: training-loss-test=0
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    text = {}
    for name, values in told.items():
        values = values.clone()
        half = (values.float() + untold[name].float()) / 2
        values[dropped] = half.to(values.dtype)[dropped]
        text[name] = values
    noisy = scheduler.add_noise(clean, noise, timesteps)
    return torch.nn.functional.mse_loss(model(noisy, timesteps, **text).sample, noise)
