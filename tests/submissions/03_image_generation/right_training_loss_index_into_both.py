# approach: told と untold をつないだ表から、番号で選ぶ
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    size = len(clean)
    rows = torch.arange(size).masked_fill(dropped, size)
    text = {name: torch.cat([told[name], untold[name]])[rows] for name in told}
    x_t = scheduler.add_noise(clean, noise, timesteps)
    guess = model(x_t, timesteps, **text).sample
    return ((guess - noise) ** 2).mean()
