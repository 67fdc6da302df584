# approach: 再現率と逆順位を、別の関数に分ける
# %% grade_id="retrieval-scores"
def recall_of(top, right):
    return sum(one in top for one in right) / len(right)


def rank_of(top, right):
    for place, name in enumerate(top, 1):
        if name in right:
            return 1 / place
    return 0


def retrieval_scores(ranked, relevant, k):
    asked = [place for place, right in enumerate(relevant) if right]
    recall = sum(recall_of(ranked[i][:k], relevant[i]) for i in asked) / len(asked)
    mrr = sum(rank_of(ranked[i][:k], relevant[i]) for i in asked) / len(asked)
    return recall, mrr
