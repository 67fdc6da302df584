# misconception: torch.topk を使い、等しいものの順番が決まらない
# scores: top-k-test=0
# %% grade_id="top-k"
import torch


def top_k(queries, vectors, k):
    def unit(x):
        n = np.linalg.norm(x, axis=1, keepdims=True)
        return x / np.where(n == 0, 1, n)

    values, ids = torch.topk(torch.tensor(unit(queries) @ unit(vectors).T), min(k, len(vectors)), dim=1)
    return ids.numpy(), values.numpy()
