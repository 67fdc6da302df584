# misconception: 空白だけの文もとばす
# scores: tokens-per-character-test=0
# %% grade_id="tokens-per-character"
def tokens_per_character(texts, tokenizer):
    shares = [len(tokenizer(text, add_special_tokens=False)["input_ids"]) / len(text) for text in texts if text.strip()]
    return sum(shares) / len(shares) if shares else 0.0
