# misconception: 元から [MASK] のトークンは選ばない
# scores: mask-tokens-test=0
# %% grade_id="mask-tokens"
def mask_tokens(input_ids, special_tokens_mask, tokenizer, mlm_probability, generator):
    chosen = (torch.rand(input_ids.shape, generator=generator) < mlm_probability) & (special_tokens_mask == 0)
    chosen &= input_ids != tokenizer.mask_token_id
    how = torch.rand(input_ids.shape, generator=generator)
    noise = torch.randint(len(tokenizer), input_ids.shape, generator=generator)
    masked = torch.where(chosen & (how < 0.8), tokenizer.mask_token_id, input_ids)
    masked = torch.where(chosen & (how > 0.9), noise, masked)
    return masked, torch.where(chosen, input_ids, -100)
