# misconception: 単位ベクトルの euclidean_distances から、類似度を求める
# scores: top-k-test=0
# %% grade_id="top-k"
from sklearn.metrics.pairwise import euclidean_distances


def top_k(queries, vectors, k):
    q, v = (np.nan_to_num(rows / np.linalg.norm(rows, axis=1, keepdims=True)) for rows in (queries, vectors))
    similarity = 1 - euclidean_distances(q, v, squared=True) / 2
    similarity[~q.any(axis=1)] = 0
    similarity[:, ~v.any(axis=1)] = 0
    ids = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
    return ids, np.take_along_axis(similarity, ids, axis=1)
