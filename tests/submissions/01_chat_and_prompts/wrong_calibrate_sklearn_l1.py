# misconception: scikit-learn の normalize は、和がとても小さい行を割らない
# scores: calibrate-test=0
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    from sklearn.preprocessing import normalize

    bias = normalize(content_free, norm="l1").mean(axis=0)
    return normalize(probabilities / bias, norm="l1")
