# misconception: 和がとても小さい入力を、偏りのないものとして数える
# scores: calibrate-test=0
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    sums = content_free.sum(axis=1, keepdims=True)
    bias = np.where(sums > 1e-12, content_free / sums, 1 / content_free.shape[1]).mean(axis=0)
    made = probabilities / bias
    return made / made.sum(axis=1, keepdims=True)
