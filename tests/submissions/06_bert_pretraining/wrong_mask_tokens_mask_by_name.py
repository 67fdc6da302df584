# misconception: マスクの文字列を "[MASK]" と決めつける
# scores: mask-tokens-test=0
# %% grade_id="mask-tokens"
def mask_tokens(input_ids, special_tokens_mask, tokenizer, mlm_probability, generator):
    r = torch.rand(input_ids.shape, generator=generator)
    chosen = (r < mlm_probability) & (special_tokens_mask == 0)
    how = torch.rand(input_ids.shape, generator=generator)
    noise = torch.randint(len(tokenizer), input_ids.shape, generator=generator)
    masked = input_ids.clone()
    masked[chosen & (how < 0.8)] = tokenizer.convert_tokens_to_ids("[MASK]")
    other = chosen & (how >= 0.9)
    masked[other] = noise[other]
    return masked, torch.where(chosen, input_ids, -100)
