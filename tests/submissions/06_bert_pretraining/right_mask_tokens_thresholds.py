# approach: 一様乱数をしきい値で分け、複製したテンソルに代入する
# %% grade_id="mask-tokens"
def mask_tokens(input_ids, special_tokens_mask, tokenizer, mlm_probability, generator):
    masked, labels = input_ids.clone(), input_ids.clone()
    chosen = (torch.rand(input_ids.shape, generator=generator) < mlm_probability) & ~special_tokens_mask.bool()
    labels[~chosen] = -100
    kind = torch.rand(input_ids.shape, generator=generator)
    masked[chosen & (kind < 0.8)] = tokenizer.mask_token_id
    another = chosen & (kind >= 0.8) & (kind < 0.9)
    masked[another] = torch.randint(0, len(tokenizer), (int(another.sum()),), generator=generator)
    return masked, labels
