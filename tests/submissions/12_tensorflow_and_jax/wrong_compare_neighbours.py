# misconception: 隣り合う枠組みだけを比べる
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
    for (one, first), (other, second) in zip(logits.items(), list(logits.items())[1:]):
        a = first[padding_mask].astype("float64")
        b = second[padding_mask].astype("float64")
        gap = np.abs(a - b)
        value = math.inf if not np.isfinite(gap).all() else float(gap.max())
        differences[one, other] = value
    return differences, all(value <= atol for value in differences.values())
