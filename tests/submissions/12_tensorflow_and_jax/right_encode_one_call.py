# approach: 混ざったリストを一度に渡し、NumPy で受け取る
# %% grade_id="encode"
def encode_for_keras(texts, tokenizer, sequence_length):
    e = tokenizer(
        texts, padding="max_length", truncation=True, max_length=sequence_length,
        return_tensors="np", padding_side="right", return_token_type_ids=True,
    )
    return dict(
        token_ids=e["input_ids"].astype("int32"),
        segment_ids=e["token_type_ids"].astype("int32"),
        padding_mask=e["attention_mask"] == 1,
    )
