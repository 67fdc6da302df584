# misconception: 前後の空白と改行を消してから数える
# scores: token-count-test=0
# %% grade_id="token-count"
def count_tokens(text, tokenizer):
    return len(tokenizer(text.strip(), add_special_tokens=False)["input_ids"])
