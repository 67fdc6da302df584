# approach: 名前の順に辞書を作り、list.sort で並べる
# %% grade_id="classify"
def classify(texts, tokenizer, model):
    if not texts:
        return []
    logits = model(**tokenizer(texts, padding=True, return_tensors="pt"))[0].tolist()
    import math
    out = []
    for row in logits:
        if len(row) == 1 or model.config.problem_type == "multi_label_classification":
            scores = [1 / (1 + math.exp(-x)) if x > -700 else 0.0 for x in row]
        else:
            top = max(row)
            scores = [math.exp(x - top) for x in row]
            scores = [x / sum(scores) for x in scores]
        entry = [dict(label=model.config.id2label[i], score=s) for i, s in enumerate(scores)]
        entry.sort(key=lambda d: -d["score"])
        out.append(entry)
    return out
