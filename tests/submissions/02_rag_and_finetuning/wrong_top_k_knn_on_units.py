# misconception: 長さを 1 にしてから、NearestNeighbors の普通の距離で探す
# scores: top-k-test=0
# %% grade_id="top-k"
def top_k(queries, vectors, k):
    from sklearn.neighbors import NearestNeighbors

    def unit(x):
        n = np.linalg.norm(x, axis=1, keepdims=True)
        return x / np.where(n == 0, 1, n)

    q, v = unit(queries), unit(vectors)
    _, ids = NearestNeighbors(n_neighbors=min(k, len(v))).fit(v).kneighbors(q)
    return ids, np.take_along_axis(q @ v.T, ids, axis=1)
