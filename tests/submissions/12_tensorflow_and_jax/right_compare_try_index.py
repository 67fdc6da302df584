# approach: 形の違いを、NumPy のエラーから ValueError に変える
# %% grade_id="compare"
def compare(logits, padding_mask, atol):
    if len(logits) < 2 or True not in padding_mask:
        raise ValueError("比べられません。")
    first = next(iter(logits.values()))
    if not all(a.shape == first.shape for a in logits.values()):
        raise ValueError("形")
    try:
        rows = {name: array.astype("f8")[padding_mask] for name, array in logits.items()}
    except IndexError as error:
        raise ValueError("マスクの形") from error
    if padding_mask.ndim != 2:
        raise ValueError("マスクの形")
    differences = {}
    for one, other in combinations(rows, 2):
        both = np.concatenate([rows[one], rows[other]])
        differences[one, other] = float(abs(rows[one] - rows[other]).max()) if np.isfinite(both).all() else math.inf
    return differences, all(x <= atol for x in differences.values())
