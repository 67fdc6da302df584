# approach: 二重の繰り返しと sorted
# %% grade_id="top-k"
def cosine(a, b):
    size = np.linalg.norm(a) * np.linalg.norm(b)
    return float(a @ b / size) if size > 0 else 0.0


def top_k(queries, vectors, k):
    all_ids, all_scores = [], []
    for query in queries.astype(float):
        scores = [cosine(query, vector) for vector in vectors.astype(float)]
        ids = sorted(range(len(scores)), key=lambda i: scores[i], reverse=True)[:k]
        all_ids.append(ids)
        all_scores.append([scores[i] for i in ids])
    return np.array(all_ids), np.array(all_scores)
