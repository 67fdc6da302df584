# misconception: 文の番号を 1 と 2 で数える
# scores: pair-input-test=0
# %% grade_id="pair-input"
def pair_input(tokenizer, pairs, max_length):
    all_ids, all_types, all_masks = [], [], []
    for first, second in pairs:
        a = tokenizer.convert_tokens_to_ids(tokenizer.tokenize(first))
        b = tokenizer.convert_tokens_to_ids(tokenizer.tokenize(second))
        ids = [tokenizer.cls_token_id] + a + [tokenizer.sep_token_id] + b + [tokenizer.sep_token_id]
        types = [1] * (len(a) + 2) + [2] * (len(b) + 1)
        mask = [1] * len(ids)
        n_pad = max_length - len(ids)
        ids = ids + [tokenizer.pad_token_id] * n_pad
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
