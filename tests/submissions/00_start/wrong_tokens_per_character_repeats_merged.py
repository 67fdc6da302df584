# misconception: 文を辞書の鍵にするので、同じ文を一度しか数えない
# scores: tokens-per-character-test=0
# %% grade_id="tokens-per-character"
def tokens_per_character(texts, tokenizer):
    shares = {text: len(tokenizer(text, add_special_tokens=False)["input_ids"]) / len(text) for text in texts if text}
    return sum(shares.values()) / len(shares) if shares else 0.0
