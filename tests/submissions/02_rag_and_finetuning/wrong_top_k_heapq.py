# misconception: heapq.nlargest で (類似度, 番号) を選び、等しいときに番号の大きいほうが先になる
# scores: top-k-test=0
# %% grade_id="top-k"
import heapq


def top_k(queries, vectors, k):
    def unit(x):
        n = np.linalg.norm(x, axis=1, keepdims=True)
        return x / np.where(n == 0, 1, n)

    best = [heapq.nlargest(k, zip(row, range(len(row)))) for row in (unit(queries) @ unit(vectors).T).tolist()]
    return np.array([[i for _, i in row] for row in best]), np.array([[s for s, _ in row] for row in best])
