# misconception: 元の番号からのずれを引くが、範囲が 1 小さい
# scores: mask-tokens-test=0
# %% grade_id="mask-tokens"
def mask_tokens(input_ids, special_tokens_mask, tokenizer, mlm_probability, generator):
    free = special_tokens_mask == 0
    chosen = (torch.rand(input_ids.shape, generator=generator) < mlm_probability) & free
    how = torch.rand(input_ids.shape, generator=generator)
    noise = (input_ids + torch.randint(len(tokenizer) - 1, input_ids.shape, generator=generator)) % len(
        tokenizer
    )
    masked = torch.where(chosen & (how < 0.8), tokenizer.mask_token_id, input_ids)
    masked = torch.where(chosen & (how >= 0.9), noise, masked)
    return masked, torch.where(chosen, input_ids, -100)
