# misconception: 平均せずに比のリストを返す
# scores: tokens-per-character-test=0
# %% grade_id="tokens-per-character"
def tokens_per_character(texts, tokenizer):
    return [len(tokenizer(text, add_special_tokens=False)["input_ids"]) / len(text) for text in texts if text]
