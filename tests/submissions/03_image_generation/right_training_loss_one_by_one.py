# approach: 1 枚ずつ選んで cat する
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    text = {}
    for name in told:
        rows = [untold[name] if drop else told[name][i : i + 1] for i, drop in enumerate(dropped)]
        text[name] = torch.cat(rows, dim=0)
    noisy = scheduler.add_noise(clean, noise, timesteps)
    return torch.nn.functional.mse_loss(model(noisy, timesteps, **text).sample, noise)
