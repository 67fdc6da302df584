# approach: 文ありのベクトルに、空の文との差を足す
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    text = {}
    for name, values in told.items():
        share = dropped.float().reshape([len(dropped)] + [1] * (values.ndim - 1))
        mixed = values.float() + share * (untold[name].float() - values.float())
        text[name] = mixed > 0.5 if values.dtype == torch.bool else mixed
    noisy = scheduler.add_noise(clean, noise, timesteps)
    return torch.nn.functional.mse_loss(model(noisy, timesteps, **text).sample, noise)
