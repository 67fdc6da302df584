# misconception: scikit-learn の normalize が、和がとても小さい行を割らないことを知らない
# scores: calibrate-test=0
# %% grade_id="calibrate"
from sklearn.preprocessing import normalize


def calibrate(probabilities, content_free):
    shares = content_free / content_free.sum(axis=1, keepdims=True)
    bias = shares.mean(axis=0)
    weighted = probabilities / bias
    return normalize(weighted, norm="l1")
