# misconception: 入力を、行の和で重み付けして平均する
# scores: calibrate-test=0
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    sums = content_free.sum(axis=1)
    bias = np.average(content_free / sums[:, None], axis=0, weights=sums)
    made = probabilities / bias
    return made / made.sum(axis=1, keepdims=True)
