# approach: 特別なトークンを付けて数え、付いた数を引く
# %% grade_id="token-count"
def count_tokens(text, tokenizer):
    with_special = tokenizer(text)["input_ids"]
    return len(with_special) - tokenizer.num_special_tokens_to_add(pair=False)
