# misconception: 空の文字列で 0 で割る
# scores: tokens-per-character-test=0
# %% grade_id="tokens-per-character"
def tokens_per_character(texts, tokenizer):
    shares = [len(tokenizer(text, add_special_tokens=False)["input_ids"]) / len(text) for text in texts]
    return sum(shares) / len(shares) if shares else 0.0
