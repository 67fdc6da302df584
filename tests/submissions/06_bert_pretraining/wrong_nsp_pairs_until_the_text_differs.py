# misconception: 次の文と違う文字列が出るまで引き直す
# scores: nsp-pairs-test=0
# %% grade_id="nsp-pairs"
def make_nsp_pairs(documents, rng):
    pairs = []
    for number, document in enumerate(documents):
        others = [other for place, other in enumerate(documents) if place != number]
        for i in range(len(document) - 1):
            if rng.random() < 0.5:
                second, label = document[i + 1], 0
            else:
                second, label = rng.choice(rng.choice(others)), 1
            for _ in range(50):
                if label == 1 and second == document[i + 1]:
                    second = rng.choice(rng.choice(others))
            if label == 1 and second == document[i + 1]:
                label = 0
            pairs.append((document[i], second, label))
    return pairs
