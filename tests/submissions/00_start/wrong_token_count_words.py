# misconception: 空白で切った単語の数を返す
# scores: token-count-test=0
# %% grade_id="token-count"
def count_tokens(text, tokenizer):
    return len(text.split())
