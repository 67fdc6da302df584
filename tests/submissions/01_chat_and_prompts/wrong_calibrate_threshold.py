# misconception: 偏りより大きいかどうかだけを見る
# scores: calibrate-test=0
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    bias = (content_free / content_free.sum(axis=1, keepdims=True)).mean(axis=0)
    shares = probabilities / probabilities.sum(axis=1, keepdims=True)
    above = (shares > bias) + 0.1
    return above / above.sum(axis=1, keepdims=True)
