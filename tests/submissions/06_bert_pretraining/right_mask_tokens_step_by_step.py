# approach: 0.8 で [MASK]、残りの半分をでたらめにする（2 段階）
# %% grade_id="mask-tokens"
def mask_tokens(input_ids, special_tokens_mask, tokenizer, mlm_probability, generator):
    probability = torch.full(input_ids.shape, float(mlm_probability))
    probability = probability.masked_fill(special_tokens_mask.bool(), 0.0)
    chosen = torch.bernoulli(probability, generator=generator).bool()
    labels = torch.where(chosen, input_ids, -100)
    to_mask = chosen & torch.bernoulli(torch.full(input_ids.shape, 0.8), generator=generator).bool()
    rest = chosen & ~to_mask
    to_random = rest & torch.bernoulli(torch.full(input_ids.shape, 0.5), generator=generator).bool()
    masked = input_ids.masked_fill(to_mask, tokenizer.convert_tokens_to_ids(tokenizer.mask_token))
    words = torch.randint(low=0, high=len(tokenizer), size=input_ids.shape, dtype=torch.long, generator=generator)
    masked = masked * ~to_random + words * to_random
    return masked, labels
