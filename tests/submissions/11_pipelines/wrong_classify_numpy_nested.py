# misconception: 文が 1 つのときだけ、外のリストを外す
# scores: classify-test=0
# %% grade_id="classify"
def classify(texts, tokenizer, model):
    if not texts:
        return []
    batch = tokenizer(texts, padding=True, return_tensors="pt")
    with torch.no_grad():
        logits = model(**batch).logits
    alone = model.config.num_labels == 1 or model.config.problem_type == "multi_label_classification"
    shares = logits.sigmoid() if alone else logits.softmax(dim=1)
    names = model.config.id2label
    labelled = []
    for row in shares.tolist():
        one = [{"label": names[number], "score": score} for number, score in enumerate(row)]
        labelled.append(sorted(one, key=lambda entry: entry["score"], reverse=True))
    return labelled[0] if len(labelled) == 1 else labelled
