# misconception: 自分で小文字にしてから、トークンにする
# scores: pair-input-test=0
# %% grade_id="pair-input"
def pair_input(tokenizer, pairs, max_length):
    rows, types, masks = [], [], []
    for first, second in pairs:
        a = tokenizer.convert_tokens_to_ids(tokenizer.tokenize(first.lower()))
        b = tokenizer.convert_tokens_to_ids(tokenizer.tokenize(second.lower()))
        row = [tokenizer.cls_token_id, *a, tokenizer.sep_token_id, *b, tokenizer.sep_token_id]
        padding = max_length - len(row)
        rows.append(row + [tokenizer.pad_token_id] * padding)
        types.append([0] * (len(a) + 2) + [1] * (len(b) + 1) + [0] * padding)
        masks.append([1] * len(row) + [0] * padding)
    return {
        "input_ids": torch.tensor(rows),
        "token_type_ids": torch.tensor(types),
        "attention_mask": torch.tensor(masks),
    }
