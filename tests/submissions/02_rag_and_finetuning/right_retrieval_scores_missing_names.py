# approach: 見つからなかった正解を引く
# %% grade_id="retrieval-scores"
def retrieval_scores(ranked, relevant, k):
    recalls, reciprocals = [], []
    for names, right in zip(ranked, relevant):
        if right:
            top = names[:k]
            recalls.append(1 - len(right.difference(top)) / len(right))
            reciprocals.append(max((1 / (i + 1) for i, name in enumerate(top) if name in right), default=0.0))
    return sum(recalls) / len(recalls), sum(reciprocals) / len(reciprocals)
