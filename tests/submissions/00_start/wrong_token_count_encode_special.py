# misconception: encode なら特別なトークンが付かないと思う
# scores: token-count-test=0
# %% grade_id="token-count"
def count_tokens(text, tokenizer):
    return len(tokenizer.encode(text))
