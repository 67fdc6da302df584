# misconception: scikit-learn の NearestNeighbors を呼ぶ
# scores: top-k-test=0
# %% grade_id="top-k"
from sklearn.neighbors import NearestNeighbors


def top_k(queries, vectors, k):
    index = NearestNeighbors(n_neighbors=min(k, len(vectors)), metric="cosine", algorithm="brute").fit(vectors)
    distances, ids = index.kneighbors(queries)
    return ids, 1 - distances
