# misconception: told の辞書の中身を差しかえる
# scores: training-loss-test=0
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    for name in told:
        told[name] = torch.where(dropped.view(-1, *[1] * (told[name].dim() - 1)), untold[name], told[name])
    text = told
    noisy = scheduler.add_noise(clean, noise, timesteps)
    return torch.nn.functional.mse_loss(model(noisy, timesteps, **text).sample, noise)
