# approach: token_to_chars で文字の位置を求める
# %% grade_id="find-answer"
def find_answer(question, context, tokenizer, model, choose):
    encoded = tokenizer(question, context, return_tensors="pt")
    output = model(**encoded)
    kind = encoded.sequence_ids(0)
    allowed = torch.tensor([k == 1 for k in kind])
    first, last, score = choose(output[0][0], output[1][0], allowed)
    if first is None:
        return {"score": score, "start": 0, "end": 0, "answer": ""}
    start = encoded.token_to_chars(0, first).start
    end = encoded.token_to_chars(0, last).end
    return {"answer": context[start:end], "start": start, "end": end, "score": score}
