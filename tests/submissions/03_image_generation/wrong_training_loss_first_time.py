# misconception: どの画像にも 1 枚目の時刻を使う
# scores: training-loss-test=0
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    text = {}
    for name, values in told.items():
        values = values.clone()
        values[dropped] = untold[name].expand_as(values)[dropped]
        text[name] = values

    times = timesteps[:1].expand(len(clean))
    noisy = scheduler.add_noise(clean, noise, times)
    return (model(noisy, times, **text).sample - noise).square().mean()
