# approach: リストで受け取り、最後にテンソルにする
# %% grade_id="find-answer"
def find_answer(question, context, tokenizer, model, choose):
    encoded = tokenizer(question, context, return_offsets_mapping=True)
    offsets = encoded["offset_mapping"]
    ids = encoded.sequence_ids(0)
    inputs = {k: torch.tensor([v]) for k, v in encoded.items() if k != "offset_mapping"}
    out = model(**inputs)
    mask = torch.zeros(len(offsets), dtype=torch.bool)
    for k, part in enumerate(ids):
        if part == 1:
            mask[k] = True
    first, last, score = choose(out.start_logits.squeeze(0), out.end_logits.squeeze(0), mask)
    if first is None:
        return dict(score=score, start=0, end=0, answer="")
    start = offsets[first][0]
    end = offsets[last][1]
    return dict(score=score, start=start, end=end, answer=context[start:end])
