# misconception: content_free の和を列に沿って割る
# scores: calibrate-test=0
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    shares = content_free / content_free.sum(axis=1)
    bias = shares.mean(axis=0)
    weighted = probabilities / bias
    return weighted / weighted.sum(axis=1, keepdims=True)
