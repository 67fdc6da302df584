# misconception: 作らずに、ライブラリの後処理だけを呼ぶ
# scores: classify-test=0
# %% grade_id="classify"
from types import SimpleNamespace

from transformers import TextClassificationPipeline


def classify(texts, tokenizer, model):
    if not texts:
        return []
    logits = model(**tokenizer(texts, padding=True, return_tensors="pt")).logits.detach()
    own = SimpleNamespace(model=model)
    after = TextClassificationPipeline.postprocess
    return [after(own, {"logits": row[None]}, top_k=None, _legacy=False) for row in logits]
