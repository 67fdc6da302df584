# approach: nan を後で 0 に直す
# %% grade_id="top-k"
def top_k(queries, vectors, k):
    with np.errstate(divide="ignore", invalid="ignore"):
        a = queries / np.linalg.norm(queries, axis=1, keepdims=True)
        b = vectors / np.linalg.norm(vectors, axis=-1)[:, np.newaxis]
    scores = np.nan_to_num(a) @ np.nan_to_num(b).T
    order = (-scores).argsort(axis=-1, kind="mergesort")
    ids = order[:, : min(k, len(vectors))]
    return ids, np.array([row[chosen] for row, chosen in zip(scores, ids)])
