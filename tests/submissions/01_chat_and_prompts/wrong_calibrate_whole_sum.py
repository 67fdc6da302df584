# misconception: content_free を全体の和で割る
# scores: calibrate-test=0
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    shares = content_free / content_free.sum()
    bias = shares.mean(axis=0)
    weighted = probabilities / bias
    return weighted / weighted.sum(axis=1, keepdims=True)
