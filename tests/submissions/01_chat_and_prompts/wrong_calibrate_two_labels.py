# misconception: ラベルが 2 つのときだけ考える
# scores: calibrate-test=0
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    bias = (content_free / content_free.sum(axis=1, keepdims=True)).mean(axis=0)
    first = probabilities[:, 0] / bias[0]
    second = probabilities[:, 1] / bias[1]
    return np.stack([first / (first + second), second / (first + second)], axis=1)
