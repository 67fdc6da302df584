# approach: encode の長さ
# %% grade_id="token-count"
def count_tokens(text, tokenizer):
    return len(tokenizer.encode(text, add_special_tokens=False))
