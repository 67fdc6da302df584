# misconception: cosine_similarity を別の名前で取り込む
# scores: top-k-test=0
# %% grade_id="top-k"
from sklearn.metrics.pairwise import cosine_similarity as similar


def top_k(queries, vectors, k):
    similarity = similar(queries, vectors)
    ids = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
    return ids, np.take_along_axis(similarity, ids, axis=1)
