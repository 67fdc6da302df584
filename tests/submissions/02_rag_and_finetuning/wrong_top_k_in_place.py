# misconception: 渡された配列を /= で書きかえる
# scores: top-k-test=0
# %% grade_id="top-k"
def top_k(queries, vectors, k):
    for rows in (queries, vectors):
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        lengths[lengths == 0] = 1
        rows /= lengths
    similarity = queries @ vectors.T
    ids = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
    return ids, np.take_along_axis(similarity, ids, axis=1)
