# misconception: 入力ごとに割ってから平均する
# scores: calibrate-test=0
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    shares = content_free / content_free.sum(axis=1, keepdims=True)
    bias = shares.mean(axis=0)
    weighted = (probabilities[:, None] / shares).mean(axis=1)
    return weighted / weighted.sum(axis=1, keepdims=True)
