# misconception: scikit-learn の pairwise_distances を呼ぶ
# scores: top-k-test=0
# %% grade_id="top-k"
from sklearn.metrics import pairwise_distances


def top_k(queries, vectors, k):
    similarity = 1 - pairwise_distances(queries, vectors, metric='cosine')
    ids = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
    return ids, np.take_along_axis(similarity, ids, axis=1)
