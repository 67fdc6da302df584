# misconception: 全角や合字を、先に別の文字に直してから数える
# scores: token-count-test=0
# %% grade_id="token-count"
def count_tokens(text, tokenizer):
    import unicodedata

    return len(tokenizer(unicodedata.normalize("NFKC", text), add_special_tokens=False)["input_ids"])
