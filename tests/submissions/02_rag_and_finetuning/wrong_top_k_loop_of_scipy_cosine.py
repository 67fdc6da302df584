# misconception: SciPy の cosine を、1 組ずつ呼ぶ
# scores: top-k-test=0
# %% grade_id="top-k"
from scipy.spatial.distance import cosine


def top_k(queries, vectors, k):
    similarity = np.array([[1 - cosine(q, v) if q.any() and v.any() else 0.0 for v in vectors] for q in queries])
    ids = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
    return ids, np.take_along_axis(similarity, ids, axis=1)
