# approach: 引数を名前で渡し、タプルで受け取る
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    text = {}
    for name, values in told.items():
        values = values.clone()
        values[dropped] = untold[name].expand_as(values)[dropped]
        text[name] = values

    noisy = scheduler.add_noise(original_samples=clean, noise=noise, timesteps=timesteps)
    (guess,) = model(sample=noisy, timestep=timesteps, return_dict=False, **text)
    return torch.nn.MSELoss()(guess, noise)
