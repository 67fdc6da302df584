# approach: 1 つの一様乱数だけで、選ぶかどうかと扱いの両方を決める
# %% grade_id="mask-tokens"
def mask_tokens(input_ids, special_tokens_mask, tokenizer, mlm_probability, generator):
    draw = torch.rand(input_ids.shape, generator=generator)
    draw[special_tokens_mask == 1] = 1.0
    labels = torch.where(draw < mlm_probability, input_ids, torch.tensor(-100))
    masked = torch.where(draw < 0.8 * mlm_probability, torch.tensor(tokenizer.mask_token_id), input_ids)
    another = (draw >= 0.8 * mlm_probability) & (draw < 0.9 * mlm_probability)
    anything = torch.randint(len(tokenizer), input_ids.shape, generator=generator)
    return torch.where(another, anything, masked), labels
