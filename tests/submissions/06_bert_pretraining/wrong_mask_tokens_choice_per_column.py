# misconception: 選ぶ位置を 1 度だけ引き、どの文でも同じ位置を選ぶ
# scores: mask-tokens-test=0
# %% grade_id="mask-tokens"
def mask_tokens(input_ids, special_tokens_mask, tokenizer, mlm_probability, generator):
    chosen = (torch.rand(input_ids.shape[1], generator=generator) < mlm_probability) & (special_tokens_mask == 0)
    labels = torch.where(chosen, input_ids, -100)
    kind = torch.rand(input_ids.shape, generator=generator)
    anything = torch.randint(len(tokenizer), input_ids.shape, generator=generator)
    masked = torch.where(chosen & (kind < 0.8), tokenizer.mask_token_id, input_ids)
    masked = torch.where(chosen & (kind >= 0.9), anything, masked)
    return masked, labels
