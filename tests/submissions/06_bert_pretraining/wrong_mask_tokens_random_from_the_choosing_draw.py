# misconception: 選ぶための乱数から、でたらめなトークンの番号も作る
# scores: mask-tokens-test=0
# %% grade_id="mask-tokens"
def mask_tokens(input_ids, special_tokens_mask, tokenizer, mlm_probability, generator):
    r = torch.rand(input_ids.shape, generator=generator)
    chosen = (r < mlm_probability) & (special_tokens_mask == 0)
    how = torch.rand(input_ids.shape, generator=generator)
    noise = (r * len(tokenizer)).long()
    masked = input_ids.clone()
    masked[chosen & (how < 0.8)] = tokenizer.mask_token_id
    other = chosen & (how >= 0.9)
    masked[other] = noise[other]
    return masked, torch.where(chosen, input_ids, -100)
