# misconception: rng を使わず、random モジュールから引く
# scores: nsp-pairs-test=0
# %% grade_id="nsp-pairs"
import random


def make_nsp_pairs(documents, rng):
    pairs = []
    for number, document in enumerate(documents):
        others = [other for place, other in enumerate(documents) if place != number]
        for i in range(len(document) - 1):
            if random.random() < 0.5:
                second, label = document[i + 1], 0
            else:
                second, label = random.choice(random.choice(others)), 1
            pairs.append((document[i], second, label))
    return pairs
