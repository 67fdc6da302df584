# misconception: 長い文を切り詰めてから数える
# scores: token-count-test=0
# %% grade_id="token-count"
def count_tokens(text, tokenizer):
    return len(tokenizer(text, add_special_tokens=False, truncation=True)["input_ids"])
