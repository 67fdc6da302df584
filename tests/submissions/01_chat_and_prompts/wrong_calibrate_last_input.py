# misconception: 最後の入力だけを偏りとする
# scores: calibrate-test=0
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    shares = content_free / content_free.sum(axis=1, keepdims=True)
    bias = shares[-1]
    weighted = probabilities / bias
    return weighted / weighted.sum(axis=1, keepdims=True)
