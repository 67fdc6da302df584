# misconception: 一度使った文を、二度と使わない
# scores: nsp-pairs-test=0
# %% grade_id="nsp-pairs"
def make_nsp_pairs(documents, rng):
    pairs, used = [], set()
    for number, document in enumerate(documents):
        others = [other for place, other in enumerate(documents) if place != number]
        for i in range(len(document) - 1):
            if rng.random() < 0.5:
                second, label = document[i + 1], 0
            else:
                fresh = [one for other in others for one in other if one not in used]
                second, label = rng.choice(fresh or rng.choice(others)), 1
                used.add(second)
            pairs.append((document[i], second, label))
    return pairs
