# misconception: 初めに作った文の辞書を取っておく
# scores: training-loss-test=0
# %% grade_id="training-loss"
kept = {}


def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    if not kept:
        for name, values in told.items():
            kept[name] = torch.where(dropped.view(-1, *[1] * (values.dim() - 1)), untold[name], values)
    text = kept
    noisy = scheduler.add_noise(clean, noise, timesteps)
    return torch.nn.functional.mse_loss(model(noisy, timesteps, **text).sample, noise)
