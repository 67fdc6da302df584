# approach: 正解ごとに list.index で順位を調べる
# %% grade_id="retrieval-scores"
def retrieval_scores(ranked, relevant, k):
    recall, mrr, count = 0.0, 0.0, 0
    for names, right in zip(ranked, relevant):
        if not right:
            continue
        top = list(names[:k])
        places = [top.index(one) + 1 for one in right if one in top]
        recall += len(places) / len(right)
        mrr += 1 / min(places) if places else 0
        count += 1
    return recall / count, mrr / count
