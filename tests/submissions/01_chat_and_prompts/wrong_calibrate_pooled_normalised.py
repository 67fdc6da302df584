# misconception: 平均してから、和を 1 にする
# scores: calibrate-test=0
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    shares = content_free
    bias = shares.mean(axis=0) / shares.mean(axis=0).sum()
    weighted = probabilities / bias
    return weighted / weighted.sum(axis=1, keepdims=True)
