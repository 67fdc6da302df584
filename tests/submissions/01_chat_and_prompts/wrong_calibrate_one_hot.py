# misconception: 選んだラベルを 1、ほかを 0 にして返す
# scores: calibrate-test=0
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    shares = content_free / content_free.sum(axis=1, keepdims=True)
    bias = shares.mean(axis=0)
    weighted = probabilities / bias
    return np.eye(probabilities.shape[1])[weighted.argmax(axis=1)]
