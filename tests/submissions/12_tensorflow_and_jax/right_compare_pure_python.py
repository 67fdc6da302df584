# approach: NumPy を使わずに、一つの数ずつ比べる
# %% grade_id="compare"
def compare(logits, padding_mask, atol):
    shapes = [array.shape for array in logits.values()]
    if len(shapes) < 2 or any(s != shapes[0] for s in shapes) or shapes[0][:2] != padding_mask.shape:
        raise ValueError("形か数が違います。")
    rows, columns, words = shapes[0]
    places = [(r, c) for r in range(rows) for c in range(columns) if padding_mask[r, c]]
    if not places:
        raise ValueError("比べる場所がない。")
    differences = {}
    names = list(logits)
    for one, other in ((a, b) for k, a in enumerate(names) for b in names[k + 1 :]):
        worst = 0.0
        for r, c in places:
            for w in range(words):
                x, y = float(logits[one][r, c, w]), float(logits[other][r, c, w])
                gap = abs(x - y) if math.isfinite(x) and math.isfinite(y) else math.inf
                worst = max(worst, gap)
        differences[one, other] = worst
    return differences, all(value <= atol for value in differences.values())
