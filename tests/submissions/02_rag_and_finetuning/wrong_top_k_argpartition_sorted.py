# misconception: argpartition で選んでから並べるので、境目の等しいものが番号順にならない
# scores: top-k-test=0
# %% grade_id="top-k"
def top_k(queries, vectors, k):
    units = []
    for rows in (queries, vectors):
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        units.append(np.divide(rows, lengths, out=np.zeros(rows.shape), where=lengths > 0))
    similarity = units[0] @ units[1].T
    ids = np.argpartition(-similarity, min(k, len(vectors)) - 1, axis=1)[:, :k]
    part = np.take_along_axis(similarity, ids, axis=1)
    ids = np.take_along_axis(ids, np.argsort(-part, axis=1, kind="stable"), axis=1)
    return ids, np.take_along_axis(similarity, ids, axis=1)
