# misconception: チャンクが足りないとき、同じ番号で埋める
# scores: top-k-test=0
# %% grade_id="top-k"
def top_k(queries, vectors, k):
    units = []
    for rows in (queries, vectors):
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        units.append(np.divide(rows, lengths, out=np.zeros(rows.shape), where=lengths > 0))
    similarity = units[0] @ units[1].T
    ids = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
    while ids.shape[1] < k:
        ids = np.concatenate([ids, ids[:, -1:]], axis=1)
    return ids, np.take_along_axis(similarity, ids, axis=1)
