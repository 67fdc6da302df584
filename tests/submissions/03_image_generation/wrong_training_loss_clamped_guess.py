# misconception: 当てた雑音を、-3 から 3 に切る
# scores: training-loss-test=0
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    text = {}
    for name, full in told.items():
        m = dropped.reshape(-1, *[1] * (full.dim() - 1))
        text[name] = torch.where(m, untold[name], full)

    guess = model(scheduler.add_noise(clean, noise, timesteps), timesteps, **text).sample.clamp(-3, 3)
    return ((guess - noise) ** 2).mean()
