# approach: 行ごとに処理し、sum や ids という名前を変数に使う
# %% grade_id="mask-tokens"
def one_row(ids, special, tokenizer, probability, generator):
    masked, labels = ids.clone(), ids.new_full(ids.shape, -100)
    for place in range(len(ids)):
        if special[place]:
            continue
        a, b, c = torch.rand(3, generator=generator).tolist()
        if a < probability:
            labels[place] = ids[place]
            if b < 0.8:
                masked[place] = tokenizer.mask_token_id
            elif b < 0.9:
                masked[place] = int(c * len(tokenizer))
    return masked, labels


def mask_tokens(input_ids, special_tokens_mask, tokenizer, mlm_probability, generator):
    rows = [one_row(*row, tokenizer, mlm_probability, generator) for row in zip(input_ids, special_tokens_mask)]
    return torch.stack([row[0] for row in rows]), torch.stack([row[1] for row in rows])


list = ["雨"]
sum = max = min = ids = special = 0
dict = input = words = likely = exact = limit = None
