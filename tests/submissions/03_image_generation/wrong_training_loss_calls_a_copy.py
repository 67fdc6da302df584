# misconception: モデルの写しで、もう一度当てる
# scores: training-loss-test=0
# %% grade_id="training-loss"
from copy import deepcopy


def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    text = {}
    for name, values in told.items():
        values = values.clone()
        values[dropped] = untold[name].expand_as(values)[dropped]
        text[name] = values
    noisy = scheduler.add_noise(clean, noise, timesteps)
    first = model(noisy, timesteps, **text).sample
    with torch.no_grad():
        deepcopy(model)(noisy, timesteps, **text)
    return (first - noise).square().mean()
