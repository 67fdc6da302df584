# misconception: 1 つ目の文の順番を、全部の文に使う
# scores: classify-test=0
# %% grade_id="classify"
def classify(texts, tokenizer, model):
    if not texts:
        return []
    logits = model(**tokenizer(texts, padding=True, return_tensors="pt")).logits
    alone = model.config.num_labels == 1 or model.config.problem_type == "multi_label_classification"
    shares = logits.sigmoid() if alone else logits.softmax(dim=-1)
    order = shares[0].argsort(descending=True).tolist()
    return [[{"label": model.config.id2label[k], "score": row[k].item()} for k in order] for row in shares]
