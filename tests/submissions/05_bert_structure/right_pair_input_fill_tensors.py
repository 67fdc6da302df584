# approach: [PAD] で満たしたテンソルに、前から書きこむ
# %% grade_id="pair-input"
def pair_input(tokenizer, pairs, max_length):
    shape = (len(pairs), max_length)
    input_ids = torch.full(shape, tokenizer.pad_token_id)
    token_type_ids = torch.zeros(shape, dtype=torch.long)
    attention_mask = torch.zeros(shape, dtype=torch.long)
    for i, (first, second) in enumerate(pairs):
        ids_a = tokenizer.convert_tokens_to_ids(tokenizer.tokenize(first))
        ids_b = tokenizer.convert_tokens_to_ids(tokenizer.tokenize(second))
        middle = 2 + len(ids_a)
        end = middle + len(ids_b) + 1
        input_ids[i, 0] = tokenizer.cls_token_id
        input_ids[i, 1 : middle - 1] = torch.tensor(ids_a)
        input_ids[i, middle - 1] = tokenizer.sep_token_id
        input_ids[i, middle : end - 1] = torch.tensor(ids_b)
        input_ids[i, end - 1] = tokenizer.sep_token_id
        token_type_ids[i, middle:end] = 1
        attention_mask[i, :end] = 1
    return {"input_ids": input_ids, "token_type_ids": token_type_ids, "attention_mask": attention_mask}
