# misconception: scikit-learn の cosine_similarity を呼ぶ
# scores: top-k-test=0
# %% grade_id="top-k"
from sklearn.metrics.pairwise import cosine_similarity


def top_k(queries, vectors, k):
    similarity = cosine_similarity(queries, vectors)
    ids = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
    return ids, np.take_along_axis(similarity, ids, axis=1)
