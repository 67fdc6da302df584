# misconception: 空のリストは考えたが、空の文だけのリストを忘れる
# scores: tokens-per-character-test=0
# %% grade_id="tokens-per-character"
def tokens_per_character(texts, tokenizer):
    if not texts:
        return 0.0
    shares = [len(tokenizer(text, add_special_tokens=False)["input_ids"]) / len(text) for text in texts if text]
    return sum(shares) / len(shares)
