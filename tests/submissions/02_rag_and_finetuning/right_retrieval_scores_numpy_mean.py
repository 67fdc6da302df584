# approach: 内包表記と numpy の平均
# %% grade_id="retrieval-scores"
def retrieval_scores(ranked, relevant, k):
    pairs = [(names[:k], right) for names, right in zip(ranked, relevant) if right]
    recall = np.mean([len(right.intersection(names)) / len(right) for names, right in pairs])
    hits = [[name in right for name in names] for names, right in pairs]
    return recall, np.mean([1 / (hit.index(True) + 1) if True in hit else 0.0 for hit in hits])
