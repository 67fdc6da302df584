# misconception: dropped の 1 枚目だけを見る
# scores: training-loss-test=0
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    drop = bool(dropped[0])
    text = {name: untold[name].expand_as(v) if drop else v for name, v in told.items()}
    noisy = scheduler.add_noise(clean, noise, timesteps)
    return torch.nn.functional.mse_loss(model(noisy, timesteps, **text).sample, noise)
