# misconception: トークンから戻した文字列を、文章の中で探す
# scores: find-answer-test=0
# %% grade_id="find-answer"
def find_answer(question, context, tokenizer, model, choose):
    encoded = tokenizer(question, context, return_tensors="pt")
    output = model(**encoded)
    allowed = torch.tensor([text == 1 for text in encoded.sequence_ids(0)])
    first, last, score = choose(output.start_logits[0], output.end_logits[0], allowed)
    if first is None:
        return {"score": score, "start": 0, "end": 0, "answer": ""}
    words = tokenizer.decode(encoded["input_ids"][0][first : last + 1])
    start = max(context.lower().find(words), 0)
    return {"score": score, "start": start, "end": start + len(words), "answer": context[start : start + len(words)]}
