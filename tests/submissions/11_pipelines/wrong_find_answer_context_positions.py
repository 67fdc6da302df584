# misconception: 文字の位置を、文章だけをトークンにして求める
# scores: find-answer-test=0
# %% grade_id="find-answer"
def find_answer(question, context, tokenizer, model, choose):
    encoded = tokenizer(question, context, return_offsets_mapping=True, return_tensors="pt")
    (where,) = encoded.pop("offset_mapping").tolist()
    where = tokenizer(context, return_offsets_mapping=True)["offset_mapping"]
    allowed = torch.tensor([text == 1 for text in encoded.sequence_ids()])
    with torch.no_grad():
        output = model(**encoded)
    (start_logits,), (end_logits,) = output.start_logits, output.end_logits
    first, last, score = choose(start_logits, end_logits, allowed)
    start, end = (0, 0) if first is None else (where[min(first, len(where) - 1)][0], where[min(last, len(where) - 1)][1])
    return {"score": score, "start": start, "end": end, "answer": context[start:end]}
