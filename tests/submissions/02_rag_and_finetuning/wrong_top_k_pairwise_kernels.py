# misconception: scikit-learn の pairwise_kernels に cosine を頼む
# scores: top-k-test=0
# %% grade_id="top-k"
from sklearn.metrics.pairwise import pairwise_kernels as kernels


def top_k(queries, vectors, k):
    similarity = kernels(queries, vectors, metric="cosine")
    ids = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
    return ids, np.take_along_axis(similarity, ids, axis=1)
