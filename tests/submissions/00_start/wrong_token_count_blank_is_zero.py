# misconception: 空白だけの文も空の文字列とみなす
# scores: token-count-test=0
# %% grade_id="token-count"
def count_tokens(text, tokenizer):
    return len(tokenizer(text, add_special_tokens=False)["input_ids"]) if text.strip() else 0
