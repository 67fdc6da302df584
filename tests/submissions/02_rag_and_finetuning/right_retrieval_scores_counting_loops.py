# approach: 数えながら 1 つずつ見る
# %% grade_id="retrieval-scores"
def retrieval_scores(ranked, relevant, k):
    total_recall = total_rank = asked = 0
    for names, right in zip(ranked, relevant):
        if len(right) == 0:
            continue
        asked += 1
        met = set()
        first = None
        for place, name in enumerate(names):
            if place >= k:
                break
            if name in right:
                met.add(name)
                if first is None:
                    first = place + 1
        total_recall += len(met) / len(right)
        if first:
            total_rank += 1 / first
    return total_recall / asked, total_rank / asked
