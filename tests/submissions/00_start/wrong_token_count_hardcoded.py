# misconception: 見えるテストの値だけを返す
# scores: token-count-test=0
# %% grade_id="token-count"
def count_tokens(text, tokenizer):
    return 0 if not text else 9 if tokenizer.cls_token else 10
