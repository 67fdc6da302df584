# approach: 0 と 1 を掛けて選び、bool は bool に戻す
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    text = {}
    for name, values in told.items():
        keep = (~dropped).float().view(-1, *[1] * (values.dim() - 1))
        chosen = keep * values.float() + (1 - keep) * untold[name].float()
        text[name] = chosen.to(values.dtype)
    noisy = scheduler.add_noise(clean, noise, timesteps)
    return torch.nn.functional.mse_loss(model(noisy, timesteps, **text).sample, noise)
