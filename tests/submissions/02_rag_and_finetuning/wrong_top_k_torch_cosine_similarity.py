# misconception: PyTorch の cosine_similarity を呼ぶ
# scores: top-k-test=0
# %% grade_id="top-k"
import torch
from torch.nn.functional import cosine_similarity


def top_k(queries, vectors, k):
    similarity = cosine_similarity(torch.tensor(queries)[:, None], torch.tensor(vectors)[None], dim=-1).numpy()
    ids = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
    return ids, np.take_along_axis(similarity, ids, axis=1)
