# misconception: encoder_hidden_states だけ取りかえる
# scores: training-loss-test=0
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    text = dict(told)
    if "encoder_hidden_states" in text:
        text["encoder_hidden_states"] = torch.where(
            dropped[:, None, None], untold["encoder_hidden_states"], text["encoder_hidden_states"]
        )
    noisy = scheduler.add_noise(clean, noise, timesteps)
    return torch.nn.functional.mse_loss(model(noisy, timesteps, **text).sample, noise)
