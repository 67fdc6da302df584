# misconception: smooth L1 を使う
# scores: training-loss-test=0
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    text = {}
    for name, values in told.items():
        values = values.clone()
        values[dropped] = untold[name].expand_as(values)[dropped]
        text[name] = values
    noisy = scheduler.add_noise(clean, noise, timesteps)
    return torch.nn.functional.smooth_l1_loss(model(noisy, timesteps, **text).sample, noise)
