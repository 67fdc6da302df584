# approach: 分数で計算する
# %% grade_id="retrieval-scores"
from fractions import Fraction
from statistics import mean


def retrieval_scores(ranked, relevant, k):
    recalls = []
    ranks = []
    for names, right in zip(ranked, relevant):
        if not right:
            continue
        places = [place for place, name in enumerate(names[:k], 1) if name in right]
        recalls.append(Fraction(len({names[place - 1] for place in places}), len(right)))
        ranks.append(Fraction(1, places[0]) if places else Fraction(0))
    return float(mean(recalls)), float(mean(ranks))
