# approach: 重複を除いて並べてから数える
# %% grade_id="retrieval-scores"
def retrieval_scores(ranked, relevant, k):
    recalls, ranks = [], []
    for names, right in zip(ranked, relevant):
        if not right:
            continue
        top = names[:k]
        recalls.append(sum(name in right for name in sorted(set(top))) / len(right))
        ranks.append(next((1 / place for place, name in enumerate(top, 1) if name in right), 0))
    return sum(recalls) / len(recalls), sum(ranks) / len(ranks)
