# approach: 補助の関数に、compare、likely、mask などの名前を付ける
# %% grade_id="mask-tokens"
def likely(probability, shape, generator):
    return torch.rand(shape, generator=generator) < probability


def mask(chosen, generator):
    return chosen & likely(0.8, chosen.shape, generator)


def neighbours(ids, tokenizer, generator):
    return torch.randint(len(tokenizer), ids.shape, generator=generator)


def exact(labels, ids, chosen):
    return torch.where(chosen, ids, labels)


def compare(special):
    return special == 0


where = torch.where


def mask_tokens(input_ids, special_tokens_mask, tokenizer, mlm_probability, generator):
    chosen = likely(mlm_probability, input_ids.shape, generator) & compare(special_tokens_mask)
    hidden = mask(chosen, generator)
    other = chosen & ~hidden & likely(0.5, chosen.shape, generator)
    masked = where(hidden, tokenizer.mask_token_id, input_ids)
    masked = where(other, neighbours(input_ids, tokenizer, generator), masked)
    return masked, exact(torch.full_like(input_ids, -100), input_ids, chosen)
