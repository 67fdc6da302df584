# misconception: pipeline を呼ぶ
# scores: classify-test=0
# %% grade_id="classify"
def classify(texts, tokenizer, model):
    if not texts:
        return []
    return pipeline("text-classification", model=model, tokenizer=tokenizer, top_k=None)(texts)
