# misconception: 文が 1 つのとき、次元を落とす
# scores: calibrate-test=0
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    shares = content_free / content_free.sum(axis=1, keepdims=True)
    bias = shares.mean(axis=0)
    weighted = probabilities / bias
    return (weighted / weighted.sum(axis=1, keepdims=True)).squeeze()
