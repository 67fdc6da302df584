# approach: 乱数を引く draw という補助の関数を、外に書く
# %% grade_id="mask-tokens"
def draw(shape, generator):
    return torch.rand(shape, generator=generator)


def mask_tokens(input_ids, special_tokens_mask, tokenizer, mlm_probability, generator):
    chosen = (draw(input_ids.shape, generator) < mlm_probability) & (special_tokens_mask == 0)
    how = draw(input_ids.shape, generator)
    noise = (draw(input_ids.shape, generator) * len(tokenizer)).long()
    masked = input_ids.clone()
    masked[chosen & (how < 0.8)] = tokenizer.mask_token_id
    other = chosen & (how >= 0.9)
    masked[other] = noise[other]
    return masked, torch.where(chosen, input_ids, -100)
