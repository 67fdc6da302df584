# misconception: 特別なトークンは必ず二つと思って引く
# scores: token-count-test=0
# %% grade_id="token-count"
def count_tokens(text, tokenizer):
    return len(tokenizer(text)["input_ids"]) - 2
