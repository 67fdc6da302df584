# misconception: 平均でなく幾何平均をとる
# scores: calibrate-test=0
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    shares = content_free / content_free.sum(axis=1, keepdims=True)
    bias = np.exp(np.log(shares).mean(axis=0))
    weighted = probabilities / bias
    return weighted / weighted.sum(axis=1, keepdims=True)
