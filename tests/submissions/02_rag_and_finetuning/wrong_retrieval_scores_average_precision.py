# misconception: 平均適合率を計算する
# scores: retrieval-scores-test=0
# %% grade_id="retrieval-scores"
def retrieval_scores(ranked, relevant, k):
    recalls, ranks = [], []
    for number, right in enumerate(relevant):
        if not right:
            continue
        seen = ranked[number][:k]
        recalls.append(len(right & set(seen)) / len(right))
        found = [place for place, name in enumerate(seen, start=1) if name in right]
        ranks.append(sum((i + 1) / place for i, place in enumerate(found)) / len(right))
    return sum(recalls) / len(recalls), sum(ranks) / len(ranks)
