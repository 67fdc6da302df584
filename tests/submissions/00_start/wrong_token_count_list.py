# misconception: 数ではなくトークンの列を返す
# scores: token-count-test=0
# %% grade_id="token-count"
def count_tokens(text, tokenizer):
    return tokenizer(text, add_special_tokens=False)["input_ids"]
