# misconception: 時刻に応じた重みを付ける
# scores: training-loss-test=0
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    text = {}
    for name, values in told.items():
        values = values.clone()
        values[dropped] = untold[name].expand_as(values)[dropped]
        text[name] = values
    noisy = scheduler.add_noise(clean, noise, timesteps)
    share = scheduler.alphas_cumprod[timesteps][:, None, None, None]
    return (share * (model(noisy, timesteps, **text).sample - noise).square()).mean()
