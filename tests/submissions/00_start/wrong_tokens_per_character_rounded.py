# misconception: 小数第二位に丸める
# scores: tokens-per-character-test=0
# %% grade_id="tokens-per-character"
def tokens_per_character(texts, tokenizer):
    shares = [len(tokenizer(text, add_special_tokens=False)["input_ids"]) / len(text) for text in texts if text]
    return round(sum(shares) / len(shares), 2) if shares else 0.0
