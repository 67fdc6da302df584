# approach: padding_side を変えて、終わったら元に戻す
# %% grade_id="encode"
def encode_for_keras(texts, tokenizer, sequence_length):
    side = tokenizer.padding_side
    tokenizer.padding_side = "right"
    try:
        rows = [
            tokenizer(text, truncation=True, padding="max_length", max_length=sequence_length)
            if isinstance(text, str)
            else tokenizer(text[0], text_pair=text[1], truncation=True, padding="max_length", max_length=sequence_length)
            for text in texts
        ]
    finally:
        tokenizer.padding_side = side
    return {
        "token_ids": np.stack([np.array(row["input_ids"], "int32") for row in rows]),
        "segment_ids": np.stack([np.array(row["token_type_ids"], "int32") for row in rows]),
        "padding_mask": np.stack([np.array(row["attention_mask"], "bool") for row in rows]),
    }
