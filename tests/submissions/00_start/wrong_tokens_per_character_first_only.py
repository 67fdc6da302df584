# misconception: 繰り返しの中で return し、最初の文しか見ない
# scores: tokens-per-character-test=0
# %% grade_id="tokens-per-character"
def tokens_per_character(texts, tokenizer):
    for text in texts:
        if text:
            return len(tokenizer(text, add_special_tokens=False)["input_ids"]) / len(text)
    return 0.0
