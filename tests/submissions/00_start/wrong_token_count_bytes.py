# misconception: バイトの数を返す
# scores: token-count-test=0
# %% grade_id="token-count"
def count_tokens(text, tokenizer):
    return len(text.encode("utf-8"))
