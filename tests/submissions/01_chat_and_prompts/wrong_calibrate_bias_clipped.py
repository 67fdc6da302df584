# misconception: 小さな偏りを切り上げる
# scores: calibrate-test=0
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    shares = content_free / content_free.sum(axis=1, keepdims=True)
    bias = np.maximum(shares.mean(axis=0), 1e-9)
    weighted = probabilities / bias
    return weighted / weighted.sum(axis=1, keepdims=True)
