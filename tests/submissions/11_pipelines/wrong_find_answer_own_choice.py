# misconception: choose を使わず、自分で選ぶ
# scores: find-answer-test=0
# %% grade_id="find-answer"
def find_answer(question, context, tokenizer, model, choose):
    encoded = tokenizer(question, context, return_offsets_mapping=True, return_tensors="pt")
    where = encoded.pop("offset_mapping")[0].tolist()
    allowed = torch.tensor([text == 1 for text in encoded.sequence_ids(0)])
    output = model(**encoded)
    p = output.start_logits[0].masked_fill(~allowed, -torch.inf).softmax(-1)
    q = output.end_logits[0].masked_fill(~allowed, -torch.inf).softmax(-1)
    score, place = torch.outer(p, q).triu().flatten().max(0)
    first, last = divmod(int(place), len(p))
    start, end = where[first][0], where[last][1]
    return {"score": float(score), "start": start, "end": end, "answer": context[start:end]}
