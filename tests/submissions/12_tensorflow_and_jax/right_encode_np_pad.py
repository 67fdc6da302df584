# approach: np.pad で右側を埋め、長さからマスクを作る
# %% grade_id="encode"
def encode_for_keras(texts, tokenizer, sequence_length):
    encoded = [tokenizer(*np.atleast_1d(t).tolist(), truncation=True, max_length=sequence_length) for t in texts]
    lengths = np.array([len(e.input_ids) for e in encoded])

    def table(rows, value):
        return np.stack([
            np.pad(np.array(row, dtype=np.int32), (0, sequence_length - len(row)), constant_values=value)
            for row in rows
        ])

    return {
        "token_ids": table([e.input_ids for e in encoded], tokenizer.pad_token_id),
        "segment_ids": table([e.token_type_ids for e in encoded], 0),
        "padding_mask": np.arange(sequence_length) < lengths[:, None],
    }
