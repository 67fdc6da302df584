# misconception: 長いときは、二つの文を半分ずつの長さに切る
# scores: encode-test=0
# %% grade_id="encode"
def encode_for_keras(texts, tokenizer, sequence_length):
    shape = (len(texts), sequence_length)
    ids, segments = np.full(shape, tokenizer.pad_token_id, dtype="int32"), np.zeros(shape, dtype="int32")
    mask = np.zeros(shape, dtype=bool)
    for place, text in enumerate(texts):
        sentences = [text] if isinstance(text, str) else text
        parts = [tokenizer(one, add_special_tokens=False)["input_ids"] for one in sentences]
        room = sequence_length - 1 - len(parts)
        if sum(map(len, parts)) > room:
            first = room // len(parts)
            parts = [parts[0][:first], *(part[: room - first] for part in parts[1:])]
        row, kinds = [tokenizer.cls_token_id], [0]
        for kind, part in enumerate(parts):
            row += [*part, tokenizer.sep_token_id]
            kinds += [kind] * (len(part) + 1)
        ids[place, : len(row)], segments[place, : len(row)], mask[place, : len(row)] = row, kinds, True
    return {"token_ids": ids, "segment_ids": segments, "padding_mask": mask}
