# misconception: noise を、誤差で書きかえる
# scores: training-loss-test=0
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    text = {}
    for name, values in told.items():
        values = values.clone()
        values[dropped] = untold[name].expand_as(values)[dropped]
        text[name] = values
    noisy = scheduler.add_noise(clean, noise, timesteps)
    guess = model(noisy, timesteps, **text).sample
    noise.sub_(guess.detach())
    return (guess - (noise + guess.detach())).square().mean()
