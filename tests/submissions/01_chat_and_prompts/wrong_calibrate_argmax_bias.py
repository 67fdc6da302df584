# misconception: いちばん強いラベルだけを割る
# scores: calibrate-test=0
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    bias = (content_free / content_free.sum(axis=1, keepdims=True)).mean(axis=0)
    made = probabilities.copy()
    made[:, bias.argmax()] /= bias.max() / bias.min()
    return made / made.sum(axis=1, keepdims=True)
