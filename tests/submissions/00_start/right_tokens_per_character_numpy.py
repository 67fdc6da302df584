# approach: まとめてトークンにし、numpy で平均する
# %% grade_id="tokens-per-character"
def tokens_per_character(texts, tokenizer):
    import numpy as np

    kept = [text for text in texts if len(text) > 0]
    if len(kept) == 0:
        return 0.0
    encoded = tokenizer(kept, add_special_tokens=False)["input_ids"]
    tokens = np.array([len(ids) for ids in encoded])
    characters = np.array([len(text) for text in kept])
    return float(np.mean(tokens / characters))
