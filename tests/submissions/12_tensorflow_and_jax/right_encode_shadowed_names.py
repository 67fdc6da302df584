# approach: 組み込みの名前を上書きしてしまう
# %% grade_id="encode"
def encode_for_keras(texts, tokenizer, sequence_length):
    global list, dict, zip, sum, range, tuple
    list, zip = [], None
    for text in texts:
        both = {"text": text} if isinstance(text, str) else {"text": text[0], "text_pair": text[1]}
        list.append(tokenizer(**both, padding="max_length", padding_side="right", truncation=True, max_length=sequence_length))
    dict = {"token_ids": np.int32([one["input_ids"] for one in list])}
    dict["segment_ids"] = np.int32([one["token_type_ids"] for one in list])
    dict["padding_mask"] = np.bool_([one["attention_mask"] for one in list])
    sum = range = tuple = None
    return dict
