# misconception: 同じトークンを一度しか数えない
# scores: token-count-test=0
# %% grade_id="token-count"
def count_tokens(text, tokenizer):
    return len(set(tokenizer(text, add_special_tokens=False)["input_ids"]))
