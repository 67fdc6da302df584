# misconception: ライブラリの tokenizer(…) をそのまま呼ぶ
# scores: pair-input-test=0
# %% grade_id="pair-input"
def pair_input(tokenizer, pairs, max_length):
    first = [a for a, b in pairs]
    second = [b for a, b in pairs]
    return tokenizer(first, second, padding="max_length", max_length=max_length, return_tensors="pt")
