# misconception: 渡された input_ids をそのまま書きかえる
# scores: mask-tokens-test=0
# %% grade_id="mask-tokens"
def mask_tokens(input_ids, special_tokens_mask, tokenizer, mlm_probability, generator):
    labels = input_ids.clone()
    chosen = (torch.rand(input_ids.shape, generator=generator) < mlm_probability) & (special_tokens_mask == 0)
    labels[~chosen] = -100
    kind = torch.rand(input_ids.shape, generator=generator)
    input_ids[chosen & (kind < 0.8)] = tokenizer.mask_token_id
    another = chosen & (kind >= 0.9)
    input_ids[another] = torch.randint(len(tokenizer), input_ids.shape, generator=generator)[another]
    return input_ids, labels
