# misconception: でたらめなトークンを、全部の番号が一巡するまで重ねずに引く
# scores: mask-tokens-test=0
# %% grade_id="mask-tokens"
def mask_tokens(input_ids, special_tokens_mask, tokenizer, mlm_probability, generator):
    free = special_tokens_mask == 0
    chosen = (torch.rand(input_ids.shape, generator=generator) < mlm_probability) & free
    how = torch.rand(input_ids.shape, generator=generator)
    other = chosen & (how >= 0.9)
    perm = torch.randint(len(tokenizer), (len(tokenizer),), generator=generator)
    masked = torch.where(chosen & (how < 0.8), tokenizer.mask_token_id, input_ids)
    n = int(other.sum())
    masked[other] = torch.cat(
        [torch.randperm(len(tokenizer), generator=generator) for _ in range(n // len(tokenizer) + 1)]
    )[:n]
    return masked, torch.where(chosen, input_ids, -100)
