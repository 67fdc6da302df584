# misconception: どの文でも、少なくとも 1 つ選ぶ
# scores: mask-tokens-test=0
# %% grade_id="mask-tokens"
def mask_tokens(input_ids, special_tokens_mask, tokenizer, mlm_probability, generator):
    chosen = (torch.rand(input_ids.shape, generator=generator) < mlm_probability) & (special_tokens_mask == 0)
    for row in range(len(input_ids)):
        places = (special_tokens_mask[row] == 0).nonzero()[:, 0]
        if mlm_probability > 0 and len(places) and not chosen[row].any():
            chosen[row, places[torch.randint(len(places), (1,), generator=generator)]] = True
    labels = torch.where(chosen, input_ids, -100)
    kind = torch.rand(input_ids.shape, generator=generator)
    anything = torch.randint(len(tokenizer), input_ids.shape, generator=generator)
    masked = torch.where(chosen & (kind < 0.8), tokenizer.mask_token_id, input_ids)
    masked = torch.where(chosen & (kind >= 0.9), anything, masked)
    return masked, labels
