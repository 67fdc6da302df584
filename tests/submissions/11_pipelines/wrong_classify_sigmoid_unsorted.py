# misconception: 並べ替えるのは softmax のときだけでよいと思う
# scores: classify-test=0
# %% grade_id="classify"
def classify(texts, tokenizer, model):
    if not texts:
        return []
    batch = tokenizer(texts, padding=True, return_tensors="pt")
    with torch.no_grad():
        logits = model(**batch).logits
    names, config = model.config.id2label, model.config
    if config.num_labels == 1 or config.problem_type == "multi_label_classification":
        table = torch.sigmoid(logits).tolist()
        return [[{"label": names[place], "score": value} for place, value in enumerate(row)] for row in table]
    found = []
    for row in torch.softmax(logits, dim=-1):
        values, places = row.sort(descending=True)
        pairs = zip(values.tolist(), places.tolist(), strict=True)
        found.append([{"label": names[place], "score": value} for value, place in pairs])
    return found
