# misconception: 偏りに、調べたい文も混ぜる
# scores: calibrate-test=0
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    shares = np.vstack([content_free, probabilities]) / np.vstack([content_free, probabilities]).sum(axis=1, keepdims=True)
    bias = shares.mean(axis=0)
    weighted = probabilities / bias
    return weighted / weighted.sum(axis=1, keepdims=True)
