# approach: rng で種を決めた numpy から先に全部引く（ラベルは numpy の整数）
# %% grade_id="nsp-pairs"
import numpy as np


def make_nsp_pairs(documents, rng):
    np_rng = np.random.default_rng(rng.getrandbits(128))
    firsts = [(i, j) for i, d in enumerate(documents) for j in range(len(d) - 1)]
    labels = np_rng.integers(2, size=len(firsts))
    shift = np_rng.integers(1, len(documents), size=len(firsts))
    pairs = []
    for (i, j), y, s in zip(firsts, labels, shift):
        other = documents[(i + s) % len(documents)]
        b = other[np_rng.integers(len(other))] if y else documents[i][j + 1]
        pairs.append((documents[i][j], b, y))
    return pairs
