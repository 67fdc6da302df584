# misconception: 空白で切ってから一語ずつ数える
# scores: token-count-test=0
# %% grade_id="token-count"
def count_tokens(text, tokenizer):
    return sum(len(tokenizer(word, add_special_tokens=False)["input_ids"]) for word in text.split())
