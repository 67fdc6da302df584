# misconception: 重みの大きさを足す
# scores: training-loss-test=0
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    text = {}
    for name, values in told.items():
        values = values.clone()
        values[dropped] = untold[name].expand_as(values)[dropped]
        text[name] = values
    noisy = scheduler.add_noise(clean, noise, timesteps)
    loss = (model(noisy, timesteps, **text).sample - noise).square().mean()
    return loss + 0.01 * sum(w.square().sum() for w in model.parameters())
