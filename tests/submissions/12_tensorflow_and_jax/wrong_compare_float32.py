# misconception: float64 ではなく、float32 に直してから引く
# scores: compare-test=0
# %% grade_id="compare"
def compare(logits, padding_mask, atol):
    shapes = {array.shape for array in logits.values()}
    if len(logits) < 2 or len(shapes) > 1 or not padding_mask.any():
        raise ValueError("比べられません")
    if next(iter(shapes))[:2] != padding_mask.shape:
        raise ValueError("padding_mask の形が違います")
    differences = {}
    for one, other in combinations(logits, 2):
        gap = np.abs(logits[one][padding_mask].astype("float32") - logits[other][padding_mask].astype("float32"))
        differences[one, other] = float(gap.max()) if np.isfinite(gap).all() else math.inf
    return differences, all(gap <= atol for gap in differences.values())
