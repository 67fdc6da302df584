# misconception: 同じ類似度のものを、1 つしか返さない（辞書の上書き）
# scores: top-k-test=0
# %% grade_id="top-k"
def top_k(queries, vectors, k):
    units = []
    for rows in (queries, vectors):
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        units.append(np.divide(rows, lengths, out=np.zeros(rows.shape), where=lengths > 0))
    similarity = units[0] @ units[1].T
    rows = []
    for row in similarity:
        by = {}
        for i, s in enumerate(row):
            by.setdefault(s, i)
        rows.append([by[s] for s in sorted(row, reverse=True)][:k])
    ids = np.array(rows)
    return ids, np.take_along_axis(similarity, ids, axis=1)
