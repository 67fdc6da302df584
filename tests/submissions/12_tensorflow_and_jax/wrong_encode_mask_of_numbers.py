# misconception: padding_mask を 0 と 1 の整数にする
# scores: encode-test=0
# %% grade_id="encode"
def encode_for_keras(texts, tokenizer, sequence_length):
    rows = [
        tokenizer(
            *([text] if isinstance(text, str) else text), padding="max_length", padding_side="right",
            truncation=True, max_length=sequence_length, return_token_type_ids=True,
        )
        for text in texts
    ]
    token_ids = np.array([row["input_ids"] for row in rows]).astype("int32")
    segment_ids = np.array([row["token_type_ids"] for row in rows]).astype("int32")
    padding_mask = np.array([row["attention_mask"] for row in rows]).astype("int32")
    return {"token_ids": token_ids, "segment_ids": segment_ids, "padding_mask": padding_mask}
