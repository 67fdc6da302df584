# misconception: 整数の割り算をする
# scores: tokens-per-character-test=0
# %% grade_id="tokens-per-character"
def tokens_per_character(texts, tokenizer):
    shares = [len(tokenizer(text, add_special_tokens=False)["input_ids"]) // len(text) for text in texts if text]
    return float(sum(shares) / len(shares)) if shares else 0.0
