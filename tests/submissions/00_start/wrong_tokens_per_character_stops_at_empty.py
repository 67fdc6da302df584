# misconception: 空の文字列で繰り返しをやめる
# scores: tokens-per-character-test=0
# %% grade_id="tokens-per-character"
def tokens_per_character(texts, tokenizer):
    shares = []
    for text in texts:
        if not text:
            break
        shares.append(len(tokenizer(text, add_special_tokens=False)["input_ids"]) / len(text))
    return sum(shares) / len(shares) if shares else 0.0
