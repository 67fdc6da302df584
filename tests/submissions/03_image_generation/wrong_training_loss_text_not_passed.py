# misconception: 文のベクトルを、モデルに渡さない
# scores: training-loss-test=0
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    noisy = scheduler.add_noise(clean, noise, timesteps)
    return (model(noisy, timesteps).sample - noise).square().mean()
