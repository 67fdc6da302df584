# misconception: 小さな確率を切り上げる
# scores: calibrate-test=0
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    shares = content_free / content_free.sum(axis=1, keepdims=True)
    bias = shares.mean(axis=0)
    weighted = np.clip(probabilities, 1e-6, 1) / bias
    return weighted / weighted.sum(axis=1, keepdims=True)
