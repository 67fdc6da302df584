# misconception: 特別なトークンまで数える
# scores: token-count-test=0
# %% grade_id="token-count"
def count_tokens(text, tokenizer):
    return len(tokenizer(text)["input_ids"])
