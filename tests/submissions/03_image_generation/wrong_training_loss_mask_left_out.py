# misconception: bool のテンソルは取りかえない
# scores: training-loss-test=0
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    text = {}
    for name, values in told.items():
        where = dropped.view(-1, *[1] * (values.dim() - 1))
        text[name] = values if values.dtype == torch.bool else torch.where(where, untold[name], values)
    noisy = scheduler.add_noise(clean, noise, timesteps)
    return torch.nn.functional.mse_loss(model(noisy, timesteps, **text).sample, noise)
