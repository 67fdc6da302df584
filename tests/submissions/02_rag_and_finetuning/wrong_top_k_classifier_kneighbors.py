# misconception: KNeighborsClassifier の kneighbors を借りる
# scores: top-k-test=0
# %% grade_id="top-k"
from sklearn.neighbors import KNeighborsClassifier


def top_k(queries, vectors, k):
    model = KNeighborsClassifier(n_neighbors=min(k, len(vectors)), metric="cosine", algorithm="brute")
    distances, ids = model.fit(vectors, np.zeros(len(vectors))).kneighbors(queries)
    return ids, 1 - distances
