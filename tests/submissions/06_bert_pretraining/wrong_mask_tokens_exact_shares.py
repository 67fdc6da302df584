# misconception: 選んだトークンを並べかえ、ちょうど 8:1:1 に分ける
# scores: mask-tokens-test=0
# %% grade_id="mask-tokens"
def mask_tokens(input_ids, special_tokens_mask, tokenizer, mlm_probability, generator):
    chosen = (torch.rand(input_ids.shape, generator=generator) < mlm_probability) & (special_tokens_mask == 0)
    labels = torch.where(chosen, input_ids, -100)
    kind = torch.ones(input_ids.shape)
    count = int(chosen.sum())
    order = torch.randperm(count, generator=generator)
    kind[chosen] = (order + 0.5) / max(count, 1)
    anything = torch.randint(len(tokenizer), input_ids.shape, generator=generator)
    masked = torch.where(chosen & (kind < 0.8), tokenizer.mask_token_id, input_ids)
    masked = torch.where(chosen & (kind >= 0.9), anything, masked)
    return masked, labels
