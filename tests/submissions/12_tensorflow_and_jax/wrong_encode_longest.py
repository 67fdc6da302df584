# misconception: sequence_length ではなく、いちばん長い文に合わせて埋める
# scores: encode-test=0
# %% grade_id="encode"
def encode_for_keras(texts, tokenizer, sequence_length):
    e = tokenizer(texts, padding=True, padding_side="right", truncation=True, max_length=sequence_length, return_tensors="np")
    return {
        "token_ids": e["input_ids"].astype("int32"),
        "segment_ids": e["token_type_ids"].astype("int32"),
        "padding_mask": e["attention_mask"].astype(bool),
    }
