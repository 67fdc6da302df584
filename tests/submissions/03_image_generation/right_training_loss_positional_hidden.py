# approach: 語ごとのベクトルだけ、位置で渡す
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    text = {k: torch.where(dropped.view(-1, *(1,) * (v.ndim - 1)), untold[k], v) for k, v in told.items()}
    hidden = text.pop("encoder_hidden_states", None)
    out = model(scheduler.add_noise(clean, noise, timesteps), timesteps, hidden, **text).sample
    return torch.nn.functional.mse_loss(noise, out)
