# misconception: told と untold を、辞書の並ぶ順で組にする
# scores: training-loss-test=0
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    text = {}
    for (name, full), empty in zip(told.items(), untold.values()):
        m = dropped.reshape(-1, *[1] * (full.dim() - 1))
        text[name] = torch.where(m, empty, full)
    guess = model(scheduler.add_noise(clean, noise, timesteps), timesteps, **text).sample
    return ((guess - noise) ** 2).mean()
