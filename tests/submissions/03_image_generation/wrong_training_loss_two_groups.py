# misconception: 文ありと文なしの画像を、2 回に分けて渡す
# scores: training-loss-test=0
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    noisy = scheduler.add_noise(clean, noise, timesteps)
    total = 0.0
    for where, drop in ((dropped, True), (~dropped, False)):
        if where.any():
            text = {n: untold[n].expand_as(v)[where] if drop else v[where] for n, v in told.items()}
            total = total + (model(noisy[where], timesteps[where], **text).sample - noise[where]).square().sum()
    return total / noise.numel()
