# misconception: 1 文ずつ model.forward に入れる
# scores: classify-test=0
# %% grade_id="classify"
def classify(texts, tokenizer, model):
    labelled = []
    for text in texts:
        logits = model.forward(**tokenizer(text, return_tensors="pt")).logits[0]
        alone = model.config.num_labels == 1 or model.config.problem_type == "multi_label_classification"
        scores = (logits.sigmoid() if alone else logits.softmax(-1)).tolist()
        one = [{"label": model.config.id2label[k], "score": s} for k, s in enumerate(scores)]
        labelled.append(sorted(one, key=lambda entry: -entry["score"]))
    return labelled
