# misconception: 正解を 1 つだけ選んで、その順位を使う
# scores: retrieval-scores-test=0
# %% grade_id="retrieval-scores"
def retrieval_scores(ranked, relevant, k):
    recalls, ranks = [], []
    for number, right in enumerate(relevant):
        if not right:
            continue
        seen = ranked[number][:k]
        recalls.append(len(right & set(seen)) / len(right))
        one = sorted(right, key=str)[0]
        ranks.append(1 / (seen.index(one) + 1) if one in seen else 0)
    return sum(recalls) / len(recalls), sum(ranks) / len(ranks)
