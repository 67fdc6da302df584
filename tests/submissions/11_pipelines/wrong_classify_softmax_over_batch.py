# misconception: softmax を文の向きに計算する
# scores: classify-test=0
# %% grade_id="classify"
def classify(texts, tokenizer, model):
    if not texts:
        return []
    batch = tokenizer(texts, padding=True, return_tensors="pt")
    with torch.no_grad():
        logits = model(**batch).logits
    alone = model.config.num_labels == 1 or model.config.problem_type == "multi_label_classification"
    shares = logits.sigmoid() if alone else logits.softmax(dim=0)
    names = model.config.id2label
    labelled = []
    for row in shares.tolist():
        one = [{"label": names[number], "score": score} for number, score in enumerate(row)]
        labelled.append(sorted(one, key=lambda entry: entry["score"], reverse=True))
    return labelled
