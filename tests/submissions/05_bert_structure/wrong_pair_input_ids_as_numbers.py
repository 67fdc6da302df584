# misconception: 特殊トークンの番号を数で書く
# scores: pair-input-test=0
# %% grade_id="pair-input"
def pair_input(tokenizer, pairs, max_length):
    all_ids, all_types, all_masks = [], [], []
    for first, second in pairs:
        a = tokenizer.convert_tokens_to_ids(tokenizer.tokenize(first))
        b = tokenizer.convert_tokens_to_ids(tokenizer.tokenize(second))
        ids = [101] + a + [102] + b + [102]
        types = [0] * (len(a) + 2) + [1] * (len(b) + 1)
        mask = [1] * len(ids)
        n_pad = max_length - len(ids)
        ids = ids + [0] * n_pad
        types = types + [0] * n_pad
        mask = mask + [0] * n_pad
        all_ids.append(ids)
        all_types.append(types)
        all_masks.append(mask)
    return {
        "input_ids": torch.tensor(all_ids),
        "token_type_ids": torch.tensor(all_types),
        "attention_mask": torch.tensor(all_masks),
    }
