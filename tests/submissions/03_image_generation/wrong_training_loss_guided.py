# misconception: 学習でも、誘導した雑音を使う
# scores: training-loss-test=0
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    noisy = scheduler.add_noise(clean, noise, timesteps)
    text = {name: torch.cat([v, untold[name].expand_as(v)]) for name, v in told.items()}
    full, empty = model(torch.cat([noisy] * 2), timesteps.repeat(2), **text).sample.chunk(2)
    return (empty + 2 * (full - empty) - noise).square().mean()
