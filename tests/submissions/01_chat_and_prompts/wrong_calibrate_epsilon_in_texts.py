# misconception: 文の確率に小さな数を足す
# scores: calibrate-test=0
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    shares = content_free / content_free.sum(axis=1, keepdims=True)
    bias = shares.mean(axis=0)
    weighted = (probabilities + 1e-10) / bias
    return weighted / weighted.sum(axis=1, keepdims=True)
