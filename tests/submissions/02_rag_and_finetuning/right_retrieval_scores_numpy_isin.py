# approach: numpy の isin と unique で数える
# %% grade_id="retrieval-scores"
def retrieval_scores(ranked, relevant, k):
    recalls, ranks = [], []
    for names, right in zip(ranked, relevant):
        if len(right) == 0:
            continue
        top = np.array(names[:k])
        hit = np.isin(top, list(right))
        recalls.append(len(np.unique(top[hit])) / len(right))
        ranks.append(1 / (hit.argmax() + 1) if hit.any() else 0)
    return np.mean(recalls), np.mean(ranks)
