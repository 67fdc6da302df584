# misconception: scikit-learn の関数の表から、cosine を取り出す
# scores: top-k-test=0
# %% grade_id="top-k"
from sklearn.metrics.pairwise import PAIRWISE_KERNEL_FUNCTIONS


def top_k(queries, vectors, k):
    similarity = PAIRWISE_KERNEL_FUNCTIONS["cosine"](queries, vectors)
    ids = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
    return ids, np.take_along_axis(similarity, ids, axis=1)
