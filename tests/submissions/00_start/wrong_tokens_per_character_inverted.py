# misconception: 割る向きが逆
# scores: tokens-per-character-test=0
# %% grade_id="tokens-per-character"
def tokens_per_character(texts, tokenizer):
    shares = [len(text) / len(tokenizer(text, add_special_tokens=False)["input_ids"]) for text in texts if text]
    return sum(shares) / len(shares) if shares else 0.0
