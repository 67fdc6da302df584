# approach: torch.sort で並べ、item() で数にする
# %% grade_id="classify"
def classify(texts, tokenizer, model):
    labelled = []
    if texts:
        encoded = tokenizer(texts, return_tensors="pt", padding="longest")
        with torch.inference_mode():
            output = model(**encoded)
        for logit in output["logits"]:
            if model.config.num_labels == 1 or model.config.problem_type == "multi_label_classification":
                score = torch.sigmoid(logit)
            else:
                score = torch.softmax(logit, -1)
            values, order = score.sort(descending=True)
            labelled.append(
                [{"label": model.config.id2label[k.item()], "score": v.item()} for v, k in zip(values, order)]
            )
    return labelled
