# approach: 切ってから tokenizer.pad で右側を埋める
# %% grade_id="encode"
def encode_for_keras(texts, tokenizer, sequence_length):
    rows = []
    for text in texts:
        if type(text) is str:
            rows.append(tokenizer(text, truncation=True, max_length=sequence_length, return_token_type_ids=True))
        else:
            rows.append(tokenizer(text[0], text[1], truncation=True, max_length=sequence_length, return_token_type_ids=True))
    padded = tokenizer.pad(rows, padding="max_length", max_length=sequence_length, padding_side="right")
    to = lambda key, kind: np.asarray(padded[key]).astype(kind)
    return {"token_ids": to("input_ids", "int32"), "segment_ids": to("token_type_ids", "int32"),
            "padding_mask": to("attention_mask", bool)}
