# misconception: 空の文字列も分母に入れる
# scores: tokens-per-character-test=0
# %% grade_id="tokens-per-character"
def tokens_per_character(texts, tokenizer):
    total = 0.0
    for text in texts:
        if text:
            total += len(tokenizer(text, add_special_tokens=False)["input_ids"]) / len(text)
    return total / len(texts) if texts else 0.0
