# misconception: long のまま ~ で反転し、位置の番号として使う
# scores: mask-tokens-test=0
# %% grade_id="mask-tokens"
def mask_tokens(input_ids, special_tokens_mask, tokenizer, mlm_probability, generator):
    chosen = (torch.rand(input_ids.shape, generator=generator) < mlm_probability) & ~special_tokens_mask
    labels = torch.full_like(input_ids, -100)
    labels[chosen] = input_ids[chosen]
    kind = torch.rand(input_ids.shape, generator=generator)
    anything = torch.randint(len(tokenizer), input_ids.shape, generator=generator)
    masked = torch.where((chosen & (kind < 0.8)).bool(), tokenizer.mask_token_id, input_ids)
    masked = torch.where((chosen & (kind >= 0.9)).bool(), anything, masked)
    return masked, labels
