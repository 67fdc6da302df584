# approach: 特別なトークンの印を数えて除く
# %% grade_id="token-count"
def count_tokens(text, tokenizer):
    encoded = tokenizer(text, return_special_tokens_mask=True)
    return sum(1 for mark in encoded["special_tokens_mask"] if mark == 0)
