# misconception: probabilities だけ /= で書きかえる
# scores: calibrate-test=0
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    shares = content_free / content_free.sum(axis=1, keepdims=True)
    probabilities /= shares.mean(axis=0)
    return probabilities / probabilities.sum(axis=1, keepdims=True)
