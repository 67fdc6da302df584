# misconception: 最後のラベルを「1 から引いた残り」で求める
# scores: calibrate-test=0
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    bias = (content_free / content_free.sum(axis=1, keepdims=True)).mean(axis=0)
    shares = probabilities / probabilities.sum(axis=1, keepdims=True) / bias
    shares = shares / shares.sum()
    shares[:, -1] = 1 - shares[:, :-1].sum(axis=1)
    return shares
