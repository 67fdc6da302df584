# approach: cosine_similarity を比べるために取り込むが、関数の中では使わない
# %% grade_id="top-k"
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.neighbors import NearestNeighbors


def unit(rows):
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1)


def top_k(queries, vectors, k):
    similarity = unit(queries) @ unit(vectors).T
    ids = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
    return ids, np.take_along_axis(similarity, ids, axis=1)


example = np.array([[1.0, 0.0], [0.6, 0.8]])
assert np.allclose(top_k(example, example, 2)[1], [[1, 0.6], [1, 0.6]])
assert np.allclose(cosine_similarity(example, example)[0, 1], 0.6)
