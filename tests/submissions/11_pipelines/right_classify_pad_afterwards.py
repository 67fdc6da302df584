# approach: 1 文ずつトークンにし、tokenizer.pad でそろえる
# %% grade_id="classify"
def classify(texts, tokenizer, model):
    if texts == []:
        return []
    features = [dict(tokenizer(text)) for text in texts]
    batch = tokenizer.pad(features, padding=True, return_tensors="pt")
    logits = model(**batch).logits.double()
    config = model.config
    independent = config.problem_type == "multi_label_classification" or config.num_labels < 2
    score = torch.special.expit(logits) if independent else torch.exp(torch.log_softmax(logits, 1))
    answer = []
    for line in score.tolist():
        pairs = sorted(zip(line, config.id2label.values()), reverse=True)
        answer.append([{"score": p, "label": name} for p, name in pairs])
    return answer
