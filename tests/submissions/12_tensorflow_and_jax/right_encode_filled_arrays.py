# approach: 埋めた配列を先に作り、左から書き込む
# %% grade_id="encode"
def encode_for_keras(texts, tokenizer, sequence_length):
    shape = (len(texts), sequence_length)
    out = {
        "token_ids": np.full(shape, tokenizer.pad_token_id, dtype=np.int32),
        "segment_ids": np.zeros(shape, dtype=np.int32),
        "padding_mask": np.zeros(shape, dtype=np.bool_),
    }
    for r, text in enumerate(texts):
        a, b = (text, None) if isinstance(text, str) else text
        e = tokenizer(a, b, truncation="longest_first", max_length=sequence_length)
        n = len(e["input_ids"])
        out["token_ids"][r, :n] = e["input_ids"]
        out["segment_ids"][r, :n] = e["token_type_ids"]
        out["padding_mask"][r, :n] = True
    return out
