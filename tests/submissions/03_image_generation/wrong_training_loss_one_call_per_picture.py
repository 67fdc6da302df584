# misconception: 1 枚ずつモデルを呼ぶ
# scores: training-loss-test=0
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    noisy = scheduler.add_noise(clean, noise, timesteps)
    total = 0.0
    for i in range(len(clean)):
        text = {name: untold[name] if dropped[i] else values[i : i + 1] for name, values in told.items()}
        total = total + (model(noisy[i : i + 1], timesteps[i : i + 1], **text).sample - noise[i]).square().mean()
    return total / len(clean)
