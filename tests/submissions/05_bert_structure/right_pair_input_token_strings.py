# approach: 特殊トークンも文字列で並べ、まとめて番号にする
# %% grade_id="pair-input"
def pair_input(tokenizer, pairs, max_length):
    rows, starts, ends = [], [], []
    for first, second in pairs:
        tokens = [tokenizer.cls_token] + tokenizer.tokenize(first) + [tokenizer.sep_token]
        starts.append([len(tokens)])
        tokens += tokenizer.tokenize(second) + [tokenizer.sep_token]
        ends.append([len(tokens)])
        while len(tokens) < max_length:
            tokens.append(tokenizer.pad_token)
        rows.append(tokenizer.convert_tokens_to_ids(tokens))
    position = torch.arange(max_length)
    mask = position < torch.tensor(ends)
    types = mask & (position >= torch.tensor(starts))
    return dict(input_ids=torch.tensor(rows), token_type_ids=types.long(), attention_mask=mask.long())
