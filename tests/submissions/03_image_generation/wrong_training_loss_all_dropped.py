# misconception: 全部の画像で空の文にする
# scores: training-loss-test=0
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    text = {name: untold[name].expand_as(values) for name, values in told.items()}
    noisy = scheduler.add_noise(clean, noise, timesteps)
    return torch.nn.functional.mse_loss(model(noisy, timesteps, **text).sample, noise)
