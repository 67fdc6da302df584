# misconception: 偏りを、調べたい文の平均から測る
# scores: calibrate-test=0
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    shares = probabilities / probabilities.sum(axis=1, keepdims=True)
    bias = shares.mean(axis=0)
    weighted = probabilities / bias
    return weighted / weighted.sum(axis=1, keepdims=True)
