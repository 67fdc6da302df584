# misconception: normalize してから、scikit-learn の linear_kernel を呼ぶ
# scores: top-k-test=0
# %% grade_id="top-k"
from sklearn.metrics.pairwise import linear_kernel
from sklearn.preprocessing import normalize


def top_k(queries, vectors, k):
    similarity = linear_kernel(normalize(queries), normalize(vectors))
    ids = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
    return ids, np.take_along_axis(similarity, ids, axis=1)
