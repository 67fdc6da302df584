# misconception: 行の和で割らず、softmax する
# scores: calibrate-test=0
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    shares = content_free / content_free.sum(axis=1, keepdims=True)
    bias = shares.mean(axis=0)
    weighted = probabilities / bias
    return np.exp(weighted) / np.exp(weighted).sum(axis=1, keepdims=True)
