# misconception: 平均ではなく中央値を返す
# scores: tokens-per-character-test=0
# %% grade_id="tokens-per-character"
def tokens_per_character(texts, tokenizer):
    from statistics import median

    shares = [len(tokenizer(text, add_special_tokens=False)["input_ids"]) / len(text) for text in texts if text]
    return float(median(shares)) if shares else 0.0
