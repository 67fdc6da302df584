# misconception: 平均でなく中央値をとる
# scores: calibrate-test=0
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    shares = content_free / content_free.sum(axis=1, keepdims=True)
    bias = np.median(shares, axis=0)
    weighted = probabilities / bias
    return weighted / weighted.sum(axis=1, keepdims=True)
