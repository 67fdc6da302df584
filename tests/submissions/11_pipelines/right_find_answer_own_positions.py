# approach: [SEP] の場所から allowed を求める
# %% grade_id="find-answer"
def find_answer(question, context, tokenizer, model, choose):
    encoded = tokenizer(question, context, return_offsets_mapping=True, return_tensors="pt")
    offsets = encoded.pop("offset_mapping")[0]
    ids = encoded["input_ids"][0]
    before, after = (ids == tokenizer.sep_token_id).nonzero().flatten().tolist()
    place = torch.arange(len(ids))
    output = model(**encoded)
    first, last, score = choose(
        output.start_logits[0], output.end_logits[0], (place > before) & (place < after)
    )
    if first is None:
        start = end = 0
    else:
        start, end = int(offsets[first, 0]), int(offsets[last, 1])
    return {"score": score, "start": start, "end": end, "answer": context[start:end]}
