# misconception: 文でなく、画像の方を空にする
# scores: training-loss-test=0
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    noisy = scheduler.add_noise(clean, noise, timesteps)
    noisy[dropped] = 0
    return (model(noisy, timesteps, **told).sample - noise).square().mean()
