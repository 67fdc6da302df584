# misconception: 全部の文を合わせてから割る
# scores: tokens-per-character-test=0
# %% grade_id="tokens-per-character"
def tokens_per_character(texts, tokenizer):
    tokens = sum(len(tokenizer(text, add_special_tokens=False)["input_ids"]) for text in texts)
    characters = sum(len(text) for text in texts)
    return tokens / characters if characters else 0.0
