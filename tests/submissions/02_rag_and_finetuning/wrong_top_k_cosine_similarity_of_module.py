# misconception: モジュールごと取り込んで cosine_similarity を呼ぶ
# scores: top-k-test=0
# %% grade_id="top-k"
import sklearn.metrics.pairwise as smp


def top_k(queries, vectors, k):
    similarity = smp.cosine_similarity(queries, vectors)
    ids = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
    return ids, np.take_along_axis(similarity, ids, axis=1)
