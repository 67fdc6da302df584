# misconception: 名前を文字列に直して比べ、1 と "1" を同じとする
# scores: retrieval-scores-test=0
# %% grade_id="retrieval-scores"
def retrieval_scores(ranked, relevant, k):
    recalls, ranks = [], []
    for number, right in enumerate(relevant):
        if not right:
            continue
        seen = ranked[number][:k]
        recalls.append(len({str(one) for one in right} & {str(one) for one in seen}) / len(right))
        ranks.append(next((1 / place for place, name in enumerate(seen, start=1) if name in right), 0))
    return sum(recalls) / len(recalls), sum(ranks) / len(ranks)
