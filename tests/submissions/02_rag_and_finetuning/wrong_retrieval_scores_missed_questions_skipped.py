# misconception: 見つけられなかった質問を、逆順位の平均に入れない
# scores: retrieval-scores-test=0
# %% grade_id="retrieval-scores"
def retrieval_scores(ranked, relevant, k):
    recalls, ranks = [], []
    for number, right in enumerate(relevant):
        if not right:
            continue
        seen = ranked[number][:k]
        recalls.append(len(right & set(seen)) / len(right))
        found = next((1 / place for place, name in enumerate(seen, start=1) if name in right), None)
        if found is not None:
            ranks.append(found)
    return sum(recalls) / len(recalls), sum(ranks) / max(len(ranks), 1)
