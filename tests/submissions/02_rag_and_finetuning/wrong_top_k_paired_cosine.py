# misconception: paired_cosine_distances を、質問ごとに呼ぶ
# scores: top-k-test=0
# %% grade_id="top-k"
from sklearn.metrics.pairwise import paired_cosine_distances


def top_k(queries, vectors, k):
    rows = [1 - paired_cosine_distances(np.repeat(one[None], len(vectors), axis=0), vectors) for one in queries]
    similarity = np.array(rows)
    ids = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
    return ids, np.take_along_axis(similarity, ids, axis=1)
