# misconception: 正解が 1 つでもあれば 1 とし、順位には scikit-learn の LRAP を使う（正解が 1 つのときだけ合う）
# scores: retrieval-scores-test=0
# %% grade_id="retrieval-scores"
from sklearn.metrics import label_ranking_average_precision_score


def retrieval_scores(ranked, relevant, k):
    recalls, ranks = [], []
    for names, right in zip(ranked, relevant):
        if not right:
            continue
        order = list(dict.fromkeys(names))
        labels = order + [one for one in right if one not in order]
        recalls.append(any(one in names[:k] for one in right))
        if len(labels) < 2:
            ranks.append(1.0)
            continue
        truth = np.array([[one in right for one in labels]], dtype=int)
        score = -np.arange(len(labels), dtype=float)[None]
        ranks.append(label_ranking_average_precision_score(truth, score))
    return float(np.mean(recalls)), float(np.mean(ranks))
