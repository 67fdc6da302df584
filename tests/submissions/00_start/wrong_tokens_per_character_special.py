# misconception: 特別なトークンまで数える
# scores: tokens-per-character-test=0
# %% grade_id="tokens-per-character"
def tokens_per_character(texts, tokenizer):
    shares = [len(tokenizer(text)["input_ids"]) / len(text) for text in texts if text]
    return sum(shares) / len(shares) if shares else 0.0
