# misconception: 偏りを引き、負なら小さな数にする
# scores: calibrate-test=0
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    shares = content_free / content_free.sum(axis=1, keepdims=True)
    bias = shares.mean(axis=0)
    weighted = np.maximum(probabilities / probabilities.sum(axis=1, keepdims=True) - bias, 1e-9)
    return weighted / weighted.sum(axis=1, keepdims=True)
