# misconception: 文のベクトルは 3 次元だと決めつける
# scores: training-loss-test=0
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    text = {name: torch.where(dropped[:, None, None], untold[name], values) for name, values in told.items()}
    noisy = scheduler.add_noise(clean, noise, timesteps)
    return torch.nn.functional.mse_loss(model(noisy, timesteps, **text).sample, noise)
