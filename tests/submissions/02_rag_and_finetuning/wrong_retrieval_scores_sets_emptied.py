# misconception: 見つけた正解を、渡された集合から取り除く
# scores: retrieval-scores-test=0
# %% grade_id="retrieval-scores"
def retrieval_scores(ranked, relevant, k):
    recalls, ranks = [], []
    for names, right in zip(ranked, relevant):
        if not right:
            continue
        size, rank = len(right), 0
        for place, name in enumerate(names[:k], 1):
            if name in right:
                right.remove(name)
                rank = rank or 1 / place
        recalls.append((size - len(right)) / size)
        ranks.append(rank)
    return sum(recalls) / len(recalls), sum(ranks) / len(ranks)
