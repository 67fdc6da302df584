# misconception: 取りかえた画像を、モデルに渡さない
# scores: training-loss-test=0
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    keep = ~dropped
    noisy = scheduler.add_noise(clean, noise, timesteps)
    text = {name: values[keep] for name, values in told.items()}
    return (model(noisy[keep], timesteps[keep], **text).sample - noise[keep]).square().mean()
