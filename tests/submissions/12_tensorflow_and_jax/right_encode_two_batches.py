# approach: 文だけの行と、二つの文の行を、別のバッチで番号にする
# %% grade_id="encode"
def encode_for_keras(texts, tokenizer, sequence_length):
    kinds = {"token_ids": ("input_ids", "int32"), "segment_ids": ("token_type_ids", "int32")}
    kinds["padding_mask"] = ("attention_mask", "bool")
    found = {name: np.zeros((len(texts), sequence_length), kind) for name, (_, kind) in kinds.items()}
    for single in (True, False):
        rows = [row for row, text in enumerate(texts) if isinstance(text, str) == single]
        if not rows:
            continue
        encoded = tokenizer(
            [texts[row] for row in rows],
            truncation=True,
            max_length=sequence_length,
            padding="max_length",
            padding_side="right",
            return_token_type_ids=True,
            return_tensors="np",
        )
        for name, (theirs, _) in kinds.items():
            found[name][rows] = encoded[theirs]
    return found
