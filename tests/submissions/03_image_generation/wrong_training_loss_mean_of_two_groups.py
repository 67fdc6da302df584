# misconception: 文ありと文なしを別々に平均し、その平均をとる
# scores: training-loss-test=0
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    text = {}
    for name, values in told.items():
        values = values.clone()
        values[dropped] = untold[name].expand_as(values)[dropped]
        text[name] = values
    noisy = scheduler.add_noise(clean, noise, timesteps)
    error = (model(noisy, timesteps, **text).sample - noise).square()
    groups = [error[where].mean() for where in (dropped, ~dropped) if where.any()]
    return sum(groups) / len(groups)
