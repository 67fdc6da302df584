# approach: tokenize で文字列の小片にして数える
# %% grade_id="token-count"
def count_tokens(text, tokenizer):
    return len(tokenizer.tokenize(text))
