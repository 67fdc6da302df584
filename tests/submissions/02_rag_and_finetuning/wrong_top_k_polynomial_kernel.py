# misconception: 単位ベクトルにしてから、1 次の polynomial_kernel を呼ぶ
# scores: top-k-test=0
# %% grade_id="top-k"
from sklearn.metrics.pairwise import polynomial_kernel


def top_k(queries, vectors, k):
    units = []
    for rows in (queries, vectors):
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        units.append(np.divide(rows, lengths, out=np.zeros(rows.shape), where=lengths > 0))
    similarity = polynomial_kernel(*units, degree=1, gamma=1, coef0=0)
    ids = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
    return ids, np.take_along_axis(similarity, ids, axis=1)
