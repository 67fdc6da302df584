# misconception: 1 つ目の名前だけ取りかえる
# scores: training-loss-test=0
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    text = dict(told)
    name = next(iter(text))
    text[name] = torch.where(dropped.view(-1, *[1] * (text[name].dim() - 1)), untold[name], text[name])
    noisy = scheduler.add_noise(clean, noise, timesteps)
    return torch.nn.functional.mse_loss(model(noisy, timesteps, **text).sample, noise)
