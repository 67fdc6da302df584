# approach: namedtuple と recursion
# %% grade_id="pair-agreement"
from typing import NamedTuple


class Found(NamedTuple):
    agreement: float
    cases: int
    silent: list


def pair_agreement(ratings, pairs):
    def count(verdicts):
        if len(verdicts) < 2:
            return 0.0, 0
        first, *rest = verdicts
        points, cases = count(rest)
        return points + sum(1.0 if first == x else 0.5 if 0 in (first, x) else 0.0 for x in rest), cases + len(rest)

    totals = [count([int(x) for x in np.sign(ratings[:, i] - ratings[:, j]) if x == x]) for i, j in pairs]
    cases = sum(c for _, c in totals)
    return Found(sum(p for p, _ in totals) / cases if cases else None, cases, [r for r in range(ratings.shape[0]) if np.count_nonzero(~np.isnan(ratings[r])) == 0])
