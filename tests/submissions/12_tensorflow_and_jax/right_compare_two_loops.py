# approach: 番号の二重のくり返し
# %% grade_id="compare"
def compare(logits, padding_mask, atol):
    names = list(logits)
    if len(names) < 2:
        raise ValueError("二つ以上の枠組みが要ります。")
    if not padding_mask.any():
        raise ValueError("比べる場所がありません。")
    for name in names:
        if logits[name].shape != logits[names[0]].shape or logits[name].shape[:2] != padding_mask.shape:
            raise ValueError("形が違います。")
    differences = {}
    for i in range(len(names)):
        for j in range(i + 1, len(names)):
            a = logits[names[i]][padding_mask].astype(np.float64)
            b = logits[names[j]][padding_mask].astype(np.float64)
            if not np.isfinite(a).all() or not np.isfinite(b).all():
                gap = math.inf
            else:
                gap = float(np.max(np.abs(a - b)))
            differences[(names[i], names[j])] = gap
    equal = all(gap <= atol for gap in differences.values())
    return differences, equal
