# misconception: 大きな誤差を 2 乗しない損失（Huber）を使う
# scores: training-loss-test=0
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    text = {}
    for name, full in told.items():
        m = dropped.reshape(-1, *[1] * (full.dim() - 1))
        text[name] = torch.where(m, untold[name], full)

    guess = model(scheduler.add_noise(clean, noise, timesteps), timesteps, **text).sample
    return 2 * torch.nn.functional.huber_loss(guess, noise, delta=10.0)
