# misconception: 質問と文章を、文字列としてつなぐ
# scores: find-answer-test=0
# %% grade_id="find-answer"
def find_answer(question, context, tokenizer, model, choose):
    encoded = tokenizer(question + " " + context, return_offsets_mapping=True, return_tensors="pt")
    where = (encoded.pop("offset_mapping")[0] - len(question) - 1).tolist()
    allowed = torch.tensor([begin >= 0 and end > begin for begin, end in where])
    output = model(**encoded)
    first, last, score = choose(output.start_logits[0], output.end_logits[0], allowed)
    start, end = (0, 0) if first is None else (where[first][0], where[last][1])
    return {"score": score, "start": start, "end": end, "answer": context[start:end]}
