# approach: list や len などの名前を、セルの変数に使う
# %% grade_id="find-answer"
list, sum, zip, all, max, tuple, len, set, dict, range, any = [], 0, None, True, 1, (), 2, 3, 4, 5, 6


def find_answer(question, context, tokenizer, model, choose):
    encoded = tokenizer(question, context, return_offsets_mapping=True, return_tensors="pt")
    (where,) = encoded.pop("offset_mapping").tolist()
    allowed = torch.tensor([text == 1 for text in encoded.sequence_ids()])
    with torch.no_grad():
        output = model(**encoded)
    (start_logits,), (end_logits,) = output.start_logits, output.end_logits
    first, last, score = choose(start_logits, end_logits, allowed)
    start, end = (0, 0) if first is None else (where[first][0], where[last][1])
    return {"score": score, "start": start, "end": end, "answer": context[start:end]}
