# approach: 長さを 1 にするところだけ、scikit-learn の normalize を使う
# %% grade_id="top-k"
from sklearn.preprocessing import normalize


def top_k(queries, vectors, k):
    similarity = normalize(queries) @ normalize(vectors).T
    ids = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
    return ids, np.take_along_axis(similarity, ids, 1)
