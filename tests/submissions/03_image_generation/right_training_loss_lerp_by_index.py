# approach: 取りかえる番号を index_copy で書く
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    places = dropped.nonzero().flatten()
    text = {}
    for name, values in told.items():
        empty = untold[name].expand(len(places), *values.shape[1:])
        text[name] = values.index_copy(0, places, empty)
    noisy = scheduler.add_noise(clean, noise, timesteps)
    return torch.nn.functional.mse_loss(model(noisy, timesteps, **text).sample, noise)
