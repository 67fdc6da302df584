# misconception: special_tokens_mask が 0 でも、[CLS]、[SEP]、[PAD] は選ばない
# scores: mask-tokens-test=0
# %% grade_id="mask-tokens"
def mask_tokens(input_ids, special_tokens_mask, tokenizer, mlm_probability, generator):
    r = torch.rand(input_ids.shape, generator=generator)
    chosen = (
        (r < mlm_probability)
        & (special_tokens_mask == 0)
        & ~torch.isin(
            input_ids, torch.tensor([tokenizer.cls_token_id, tokenizer.sep_token_id, tokenizer.pad_token_id])
        )
    )
    how = torch.rand(input_ids.shape, generator=generator)
    noise = torch.randint(len(tokenizer), input_ids.shape, generator=generator)
    masked = input_ids.clone()
    masked[chosen & (how < 0.8)] = tokenizer.mask_token_id
    other = chosen & (how >= 0.9)
    masked[other] = noise[other]
    return masked, torch.where(chosen, input_ids, -100)
