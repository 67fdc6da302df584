# misconception: scikit-learn の kneighbors_graph で距離の表を作る
# scores: top-k-test=0
# %% grade_id="top-k"
from sklearn.neighbors import NearestNeighbors


def top_k(queries, vectors, k):
    index = NearestNeighbors(n_neighbors=len(vectors), metric="cosine", algorithm="brute").fit(vectors)
    similarity = 1 - index.kneighbors_graph(queries, mode="distance").toarray()
    ids = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
    return ids, np.take_along_axis(similarity, ids, axis=1)
