# approach: 平均だけ torch.float64 でとり、torch.float32 に戻す
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    text = {}
    for name, values in told.items():
        values = values.clone()
        values[dropped] = untold[name].expand_as(values)[dropped]
        text[name] = values

    noisy = scheduler.add_noise(clean, noise, timesteps)
    guess = model(noisy, timesteps, **text).sample
    return (guess.double() - noise.double()).square().mean().float()
