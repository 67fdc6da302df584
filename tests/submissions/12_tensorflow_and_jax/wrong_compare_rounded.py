# misconception: 差を丸める
# scores: compare-test=0
# %% grade_id="compare"
def compare(logits, padding_mask, atol):
    arrays = list(logits.values())
    if len(arrays) < 2:
        raise ValueError("枠組みが足りません。")
    if not padding_mask.any():
        raise ValueError("比べる場所がありません。")
    if any(array.shape != arrays[0].shape for array in arrays) or arrays[0].shape[:2] != padding_mask.shape:
        raise ValueError("形が違います。")
    differences = {}
    for (one, first), (other, second) in combinations(logits.items(), 2):
        a = first[padding_mask].astype("float64")
        b = second[padding_mask].astype("float64")
        gap = np.abs(a - b)
        value = math.inf if not np.isfinite(gap).all() else round(float(gap.max()), 4)
        differences[one, other] = value
    return differences, all(value <= atol for value in differences.values())
