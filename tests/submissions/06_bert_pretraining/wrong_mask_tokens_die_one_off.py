# misconception: 0 から 99 のさいころで、80 以下を [MASK]、90 以下をでたらめにする（1 つずれる）
# scores: mask-tokens-test=0
# %% grade_id="mask-tokens"
def mask_tokens(input_ids, special_tokens_mask, tokenizer, mlm_probability, generator):
    r = torch.rand(input_ids.shape, generator=generator)
    chosen = (r < mlm_probability) & (special_tokens_mask == 0)
    how = torch.randint(0, 100, input_ids.shape, generator=generator)
    noise = torch.randint(len(tokenizer), input_ids.shape, generator=generator)
    masked = input_ids.clone()
    masked[chosen & (how <= 80)] = tokenizer.mask_token_id
    other = chosen & (how > 80) & (how <= 90)
    masked[other] = noise[other]
    return masked, torch.where(chosen, input_ids, -100)
