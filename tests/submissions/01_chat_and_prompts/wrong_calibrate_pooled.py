# misconception: 行の和で割らずに平均する
# scores: calibrate-test=0
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    shares = content_free
    bias = shares.mean(axis=0)
    weighted = probabilities / bias
    return weighted / weighted.sum(axis=1, keepdims=True)
