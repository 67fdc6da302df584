# approach: 4 通り（選ばない、[MASK]、でたらめ、元のまま）を multinomial で 1 度に引く
# %% grade_id="mask-tokens"
def mask_tokens(input_ids, special_tokens_mask, tokenizer, mlm_probability, generator):
    p = mlm_probability
    weights = torch.tensor([1 - p, 0.8 * p, 0.1 * p, 0.1 * p])
    outcome = torch.multinomial(weights, input_ids.numel(), replacement=True, generator=generator)
    outcome = outcome.view(input_ids.shape) * (special_tokens_mask == 0)
    labels = input_ids.clone()
    labels[outcome == 0] = -100
    masked = input_ids.clone()
    masked[outcome == 1] = tokenizer.mask_token_id
    masked[outcome == 2] = torch.randint(len(tokenizer), input_ids.shape, generator=generator)[outcome == 2]
    return masked, labels
