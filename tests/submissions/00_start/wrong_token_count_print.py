# misconception: return ではなく print する
# scores: token-count-test=0
# %% grade_id="token-count"
def count_tokens(text, tokenizer):
    print(len(tokenizer(text, add_special_tokens=False)["input_ids"]))
