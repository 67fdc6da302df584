# misconception: 取りかえた画像を前にまとめ、画像の順番を合わせない
# scores: training-loss-test=0
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    order = torch.argsort(dropped.long(), stable=True)
    text = {n: torch.cat([v[~dropped], untold[n].expand_as(v)[dropped]]) for n, v in told.items()}
    noisy = scheduler.add_noise(clean, noise, timesteps)
    return (model(noisy, timesteps, **text).sample - noise[order]).square().mean()
