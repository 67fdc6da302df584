# misconception: 一つ目の [SEP] から segment_ids を 1 にする
# scores: encode-test=0
# %% grade_id="encode"
def encode_for_keras(texts, tokenizer, sequence_length):
    rows = [
        tokenizer(*([t] if isinstance(t, str) else t), padding="max_length", padding_side="right", truncation=True,
                  max_length=sequence_length)
        for t in texts
    ]
    token_ids = np.array([row["input_ids"] for row in rows], dtype="int32")
    padding_mask = np.array([row["attention_mask"] for row in rows], dtype=bool)
    segment_ids = np.zeros_like(token_ids)
    for number, text in enumerate(texts):
        if not isinstance(text, str):
            first = token_ids[number].tolist().index(tokenizer.sep_token_id)
            segment_ids[number, first:] = padding_mask[number, first:]
    return {"token_ids": token_ids, "segment_ids": segment_ids, "padding_mask": padding_mask}
