# misconception: チャンクが足りないとき、-1 と nan で埋める
# scores: top-k-test=0
# %% grade_id="top-k"
def top_k(queries, vectors, k):
    units = []
    for rows in (queries, vectors):
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        units.append(np.divide(rows, lengths, out=np.zeros(rows.shape), where=lengths > 0))
    similarity = units[0] @ units[1].T
    ids = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
    scores = np.take_along_axis(similarity, ids, axis=1)
    more = k - ids.shape[1]
    if more > 0:
        ids = np.pad(ids, ((0, 0), (0, more)), constant_values=-1)
        scores = np.pad(scores, ((0, 0), (0, more)), constant_values=np.nan)
    return ids, scores
