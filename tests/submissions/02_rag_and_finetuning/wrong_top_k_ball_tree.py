# misconception: 長さを 1 にして、BallTree で探す（等しいものの順番が決まらない）
# scores: top-k-test=0
# %% grade_id="top-k"
from sklearn.neighbors import BallTree


def top_k(queries, vectors, k):
    def unit(x):
        n = np.linalg.norm(x, axis=1, keepdims=True)
        return x / np.where(n == 0, 1, n)

    q, v = unit(queries), unit(vectors)
    ids = BallTree(v).query(q, k=min(k, len(v)))[1]
    return ids, np.take_along_axis(q @ v.T, ids, axis=1)
