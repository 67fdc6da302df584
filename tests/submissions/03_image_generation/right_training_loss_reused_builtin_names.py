# approach: 組みこみの名前を、変数に使う
# %% grade_id="training-loss"
all = zip = list = sum = None


def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    index = torch.where(dropped, 0, torch.arange(1, len(clean) + 1))
    text = {k: torch.cat([untold[k], told[k]])[index] for k in told}
    out = model(scheduler.add_noise(clean, noise, timesteps), timesteps, **text).sample
    return torch.linalg.vector_norm(out - noise) ** 2 / noise.numel()
