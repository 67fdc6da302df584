# misconception: 途中で float32 に変え、桁を失う
# scores: calibrate-test=0
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    shares = content_free / content_free.sum(axis=1, keepdims=True)
    bias = shares.mean(axis=0).astype(np.float32)
    weighted = probabilities / bias
    return weighted / weighted.sum(axis=1, keepdims=True)
