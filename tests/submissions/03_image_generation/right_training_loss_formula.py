# approach: 雑音を、式から自分で混ぜる
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    text = {}
    for name, values in told.items():
        values = values.clone()
        values[dropped] = untold[name].expand_as(values)[dropped]
        text[name] = values

    a = scheduler.alphas_cumprod[timesteps][:, None, None, None]
    x_t = a.sqrt() * clean + (1 - a).sqrt() * noise
    guess = model(x_t, timesteps, **text).sample
    return (guess - noise).pow(2).sum() / noise.numel()
