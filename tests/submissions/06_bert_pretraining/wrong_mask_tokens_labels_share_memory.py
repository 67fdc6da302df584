# misconception: labels = input_ids と書き、元のテンソルを -100 で上書きする
# scores: mask-tokens-test=0
# %% grade_id="mask-tokens"
def mask_tokens(input_ids, special_tokens_mask, tokenizer, mlm_probability, generator):
    masked, labels = input_ids.clone(), input_ids
    chosen = (torch.rand(input_ids.shape, generator=generator) < mlm_probability) & (special_tokens_mask == 0)
    labels[~chosen] = -100
    kind = torch.rand(input_ids.shape, generator=generator)
    masked[chosen & (kind < 0.8)] = tokenizer.mask_token_id
    another = chosen & (kind >= 0.9)
    masked[another] = torch.randint(len(tokenizer), input_ids.shape, generator=generator)[another]
    return masked, labels
