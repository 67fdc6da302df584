# misconception: 平均の軸を間違える
# scores: calibrate-test=0
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    shares = content_free / content_free.sum(axis=1, keepdims=True)
    bias = shares.mean(axis=1).mean()
    weighted = probabilities / bias
    return weighted / weighted.sum(axis=1, keepdims=True)
