# misconception: 渡されたリストから空の文字列を消す
# scores: tokens-per-character-test=0
# %% grade_id="tokens-per-character"
def tokens_per_character(texts, tokenizer):
    while "" in texts:
        texts.remove("")
    shares = [len(tokenizer(text, add_special_tokens=False)["input_ids"]) / len(text) for text in texts]
    return sum(shares) / len(shares) if shares else 0.0
