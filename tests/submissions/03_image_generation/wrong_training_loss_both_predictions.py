# misconception: 文ありと文なしの両方を当てて、後で選ぶ
# scores: training-loss-test=0
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    noisy = scheduler.add_noise(clean, noise, timesteps)
    full = model(noisy, timesteps, **told).sample
    empty = model(noisy, timesteps, **{name: untold[name].expand_as(v) for name, v in told.items()}).sample
    return (torch.where(dropped[:, None, None, None], empty, full) - noise).square().mean()
