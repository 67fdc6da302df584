# misconception: 和でなく長さ（2 乗和の平方根）で割る
# scores: calibrate-test=0
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    shares = content_free / np.linalg.norm(content_free, axis=1, keepdims=True)
    bias = shares.mean(axis=0)
    weighted = probabilities / bias
    return weighted / weighted.sum(axis=1, keepdims=True)
