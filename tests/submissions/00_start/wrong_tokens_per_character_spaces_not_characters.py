# misconception: 空白を文字に数えない
# scores: tokens-per-character-test=0
# %% grade_id="tokens-per-character"
def tokens_per_character(texts, tokenizer):
    shares = [len(tokenizer(text, add_special_tokens=False)["input_ids"]) / max(1, len(text.replace(" ", ""))) for text in texts if text]
    return sum(shares) / len(shares) if shares else 0.0
