# approach: NumPy の平均を使う
# %% grade_id="tally"
import numpy as np


def tally(readings, asked, kinds):
    kinds = np.array(kinds, dtype=object)
    right = np.array([r == a for r, a in zip(readings, asked)], dtype=bool)
    mirror = np.array([r == a[::-1] for r, a in zip(readings, asked)], dtype=bool) & ~right
    result = {}
    for kind in dict.fromkeys(kinds.tolist()):
        own = kinds == kind
        result[kind] = {
            "n": own.sum(),
            "right": right[own].mean(),
            "swapped": mirror[own].mean(),
            "other": (~right & ~mirror)[own].mean(),
        }
    return result
