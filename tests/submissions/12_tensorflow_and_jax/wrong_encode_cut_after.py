# misconception: 番号にした後で切るので、最後の [SEP] がなくなる
# scores: encode-test=0
# %% grade_id="encode"
def encode_for_keras(texts, tokenizer, sequence_length):
    ids, kinds, masks = [], [], []
    for text in texts:
        parts = text if isinstance(text, tuple) else (text,)
        row = tokenizer(*parts, return_token_type_ids=True)
        row = {key: row[key][:sequence_length] for key in ("input_ids", "token_type_ids")}
        gap = sequence_length - len(row["input_ids"])
        ids.append(row["input_ids"] + [tokenizer.pad_token_id] * gap)
        kinds.append(row["token_type_ids"] + [0] * gap)
        masks.append([1] * len(row["input_ids"]) + [0] * gap)
    return {
        "token_ids": np.array(ids, dtype=np.int32),
        "segment_ids": np.array(kinds, dtype=np.int32),
        "padding_mask": np.array(masks, dtype=bool),
    }
