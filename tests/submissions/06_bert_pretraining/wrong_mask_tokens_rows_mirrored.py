# misconception: 前半の文の乱数を、後半の文でも使う
# scores: mask-tokens-test=0
# %% grade_id="mask-tokens"
def mask_tokens(input_ids, special_tokens_mask, tokenizer, mlm_probability, generator):
    n, length = input_ids.shape

    def u():
        r = torch.rand((n + 1) // 2, length, generator=generator)
        return torch.cat([r, r])[:n]

    chosen = (u() < mlm_probability) & (special_tokens_mask == 0)
    how, noise = u(), (u() * len(tokenizer)).long()
    masked = torch.where(chosen & (how < 0.8), tokenizer.mask_token_id, input_ids)
    masked = torch.where(chosen & (how >= 0.9), noise, masked)
    return masked, torch.where(chosen, input_ids, -100)
