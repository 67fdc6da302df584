# approach: 調べたい文も先に和で割り、偏りは平均のかわりに和を使う
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    texts = probabilities / probabilities.sum(axis=1, keepdims=True)
    free = content_free / content_free.sum(axis=1, keepdims=True)
    made = texts / free.sum(axis=0)
    return made / made.sum(axis=1, keepdims=True)
