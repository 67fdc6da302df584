# approach: 選べる位置の一覧を作り、その上で乱数を引く
# %% grade_id="mask-tokens"
def mask_tokens(input_ids, special_tokens_mask, tokenizer, mlm_probability, generator):
    places = (special_tokens_mask == 0).nonzero()
    places = places[torch.rand(len(places), generator=generator) < mlm_probability]
    rows, columns = places.T
    truth = input_ids[rows, columns]
    labels = torch.full_like(input_ids, -100)
    labels[rows, columns] = truth
    die = torch.randint(1, 11, truth.shape, generator=generator)
    hidden = torch.randint(len(tokenizer), truth.shape, generator=generator)
    hidden = torch.where(die <= 8, torch.full_like(truth, tokenizer.mask_token_id), hidden)
    hidden = torch.where(die == 10, truth, hidden)
    return input_ids.index_put((rows, columns), hidden), labels
