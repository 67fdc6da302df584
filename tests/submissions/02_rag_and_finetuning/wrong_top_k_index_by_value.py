# misconception: 並べた値を list.index で探し、等しい値で同じ番号が 2 度出る
# scores: top-k-test=0
# %% grade_id="top-k"
def top_k(queries, vectors, k):
    units = []
    for rows in (queries, vectors):
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        units.append(np.divide(rows, lengths, out=np.zeros(rows.shape), where=lengths > 0))
    similarity = units[0] @ units[1].T
    ids = np.array([[row.index(s) for s in sorted(row, reverse=True)[:k]] for row in similarity.tolist()])
    return ids, np.take_along_axis(similarity, ids, axis=1)
