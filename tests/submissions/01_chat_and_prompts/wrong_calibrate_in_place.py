# misconception: 渡された配列を /= で書きかえる
# scores: calibrate-test=0
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    content_free /= content_free.sum(axis=1, keepdims=True)
    probabilities /= content_free.mean(axis=0)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return probabilities
