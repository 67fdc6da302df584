# misconception: 最後に出た正解の順位を使う
# scores: retrieval-scores-test=0
# %% grade_id="retrieval-scores"
def retrieval_scores(ranked, relevant, k):
    recalls, ranks = [], []
    for number, right in enumerate(relevant):
        if not right:
            continue
        seen = ranked[number][:k]
        recalls.append(len(right & set(seen)) / len(right))
        ranks.append(next((1 / (len(seen) - i) for i, name in enumerate(reversed(seen)) if name in right), 0))
    return sum(recalls) / len(recalls), sum(ranks) / len(ranks)
