# misconception: 名前は講義の 3 つだと決めつける
# scores: training-loss-test=0
# %% grade_id="training-loss"
def training_loss(model, scheduler, clean, noise, timesteps, told, untold, dropped):
    text = {}
    for name in ("encoder_hidden_states", "encoder_attention_mask", "class_labels"):
        where = dropped.view(-1, *[1] * (told[name].dim() - 1))
        text[name] = torch.where(where, untold[name], told[name])
    noisy = scheduler.add_noise(clean, noise, timesteps)
    return torch.nn.functional.mse_loss(model(noisy, timesteps, **text).sample, noise)
