# approach: 埋めるところを自分で書く
# %% grade_id="encode"
def encode_for_keras(texts, tokenizer, sequence_length):
    ids, kinds, masks = [], [], []
    for text in texts:
        parts = text if isinstance(text, tuple) else (text,)
        row = tokenizer(*parts, truncation=True, max_length=sequence_length, return_token_type_ids=True)
        gap = sequence_length - len(row["input_ids"])
        ids.append(row["input_ids"] + [tokenizer.pad_token_id] * gap)
        kinds.append(row["token_type_ids"] + [0] * gap)
        masks.append([1] * len(row["input_ids"]) + [0] * gap)
    return {
        "token_ids": np.array(ids, dtype=np.int32),
        "segment_ids": np.array(kinds, dtype=np.int32),
        "padding_mask": np.array(masks, dtype=bool),
    }
