# misconception: でたらめなトークンの代わりに [UNK] を入れる
# scores: mask-tokens-test=0
# %% grade_id="mask-tokens"
def mask_tokens(input_ids, special_tokens_mask, tokenizer, mlm_probability, generator):
    chosen = (torch.rand(input_ids.shape, generator=generator) < mlm_probability) & (special_tokens_mask == 0)
    labels = torch.where(chosen, input_ids, -100)
    kind = torch.rand(input_ids.shape, generator=generator)
    anything = tokenizer.unk_token_id
    masked = torch.where(chosen & (kind < 0.8), tokenizer.mask_token_id, input_ids)
    masked = torch.where(chosen & (kind >= 0.9), anything, masked)
    return masked, labels
