# misconception: tokenizer.pad で埋める
# scores: pair-input-test=0
# %% grade_id="pair-input"
def pair_input(tokenizer, pairs, max_length):
    examples = []
    for first, second in pairs:
        a = tokenizer.convert_tokens_to_ids(tokenizer.tokenize(first))
        b = tokenizer.convert_tokens_to_ids(tokenizer.tokenize(second))
        ids = [tokenizer.cls_token_id] + a + [tokenizer.sep_token_id] + b + [tokenizer.sep_token_id]
        examples.append({"input_ids": ids, "token_type_ids": [0] * (len(a) + 2) + [1] * (len(b) + 1)})
    return tokenizer.pad(examples, padding="max_length", max_length=max_length, return_tensors="pt")
