# approach: 属性 input_ids を使い、空の文を先に返す
# %% grade_id="token-count"
def count_tokens(text, tokenizer):
    if not text:
        return 0
    return len(tokenizer(text, add_special_tokens=False).input_ids)
