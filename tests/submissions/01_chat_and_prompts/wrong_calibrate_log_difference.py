# misconception: 対数で引いた後、exp で戻さない
# scores: calibrate-test=0
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    bias = (content_free / content_free.sum(axis=1, keepdims=True)).mean(axis=0)
    scores = np.log(probabilities) - np.log(bias)
    return scores / scores.sum(axis=1, keepdims=True)
