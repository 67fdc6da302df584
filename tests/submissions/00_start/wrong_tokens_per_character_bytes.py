# misconception: 文字ではなくバイトで割る
# scores: tokens-per-character-test=0
# %% grade_id="tokens-per-character"
def tokens_per_character(texts, tokenizer):
    shares = [len(tokenizer(text, add_special_tokens=False)["input_ids"]) / len(text.encode("utf-8")) for text in texts if text]
    return sum(shares) / len(shares) if shares else 0.0
