# approach: モデル用と、文字の位置用に、二度トークンにする
# %% grade_id="find-answer"
def find_answer(question, context, tokenizer, model, choose):
    with torch.inference_mode():
        output = model(**tokenizer([question], [context], return_tensors="pt"))
    places = tokenizer(question, context, return_offsets_mapping=True)
    allowed = torch.as_tensor([part == 1 for part in places.sequence_ids()])
    first, last, score = choose(output["start_logits"][0].clone(), output["end_logits"][0].clone(), allowed)
    result = {"score": score, "start": 0, "end": 0, "answer": ""}
    if first is not None:
        result["start"], result["end"] = places["offset_mapping"][first][0], places["offset_mapping"][last][1]
        result["answer"] = context[result["start"] : result["end"]]
    return result
