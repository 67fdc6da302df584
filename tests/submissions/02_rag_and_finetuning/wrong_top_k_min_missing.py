# misconception: 結果の入れ物を (質問の数, k) で作り、チャンクが足りないとエラーになる
# scores: top-k-test=0
# %% grade_id="top-k"
def top_k(queries, vectors, k):
    units = []
    for rows in (queries, vectors):
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        units.append(np.divide(rows, lengths, out=np.zeros(rows.shape), where=lengths > 0))
    similarity = units[0] @ units[1].T
    ids = np.empty((len(queries), k), dtype=int)
    for row in range(len(queries)):
        ids[row] = np.argsort(-similarity[row], kind="stable")[:k]
    return ids, np.take_along_axis(similarity, ids, axis=1)
