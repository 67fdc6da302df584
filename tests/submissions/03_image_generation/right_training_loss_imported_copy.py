# approach: copy の関数で辞書の写しを作り、1 枚ずつ差しかえる
# %% grade_id="training-loss"
from copy import copy


def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    text = copy(told)
    for typing in told:
        numbers = list(told[typing].unbind(0))
        for i in dropped.nonzero().flatten():
            numbers[i] = untold[typing][0]
        text[typing] = torch.stack(numbers)
    noisy = scheduler.add_noise(clean, noise, timesteps)
    return torch.nn.functional.mse_loss(model(noisy, timesteps, **text).sample, noise)
