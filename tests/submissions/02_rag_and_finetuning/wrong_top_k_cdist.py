# misconception: SciPy の cdist を呼ぶ
# scores: top-k-test=0
# %% grade_id="top-k"
from scipy.spatial.distance import cdist


def top_k(queries, vectors, k):
    similarity = np.nan_to_num(1 - cdist(queries, vectors, 'cosine'))
    ids = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
    return ids, np.take_along_axis(similarity, ids, axis=1)
