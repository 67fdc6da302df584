"""Item statistics of one exercise: how hard each graded cell is, and how well it tells strong from weak answers.

The terms are those of classical test theory (Lord and Novick, "Statistical Theories of Mental Test Scores",
1968). Nothing here knows of nbgrader: points come as an array, students × cells.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

LEAST = 30  # students below which a discrimination is not read
LEAST_SIDE = 5  # students without, and with, full points below which it is not read either
Z = 1.959964  # of a 95 % interval


@dataclass(frozen=True)
class Item:
    """What one graded cell shows about a class of ``n`` students.

    Attributes
    ----------
    n
        Students with points for this cell.
    full
        Students with full points.
    difficulty
        Mean share of the points, 0 … 1 (test theory calls it so although a large value means easy); ``nan``
        without students.
    low, high
        Its 95 % interval.
    discrimination
        Correlation with the sum of the other cells; ``nan`` where one of the two does not vary.
    discrimination_low, discrimination_high
        Its 95 % interval, by Fisher's z.
    why_not
        Why the discrimination must not be read; ``""`` when it may be.
    """

    name: str
    points: float
    n: int
    full: int
    difficulty: float
    low: float
    high: float
    discrimination: float
    discrimination_low: float
    discrimination_high: float
    why_not: str


def wilson(share: float, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share of ``n`` (Wilson, 1927).

    With partial points the share is a mean of values between 0 and 1, whose variance is at most that of a
    yes or no with the same mean: the interval is then wider than it need be, never narrower.
    """
    if not n:
        return math.nan, math.nan
    middle = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * math.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def item_rest(points: np.ndarray, place: int) -> tuple[float, float, float]:
    """Return a cell's corrected item-rest correlation and its 95 % interval (Fisher's z).

    Parameters
    ----------
    points
        Shape (students, cells), no missing values.
    place
        The cell, a column of ``points``.

    Returns
    -------
    tuple of float
        Pearson's correlation of the cell with the sum of the others, low, high; three ``nan`` below 4 students, or
        where the cell or the sum of the others is the same for everybody.
    """
    from scipy import stats

    own = points[:, place]
    rest = points.sum(axis=1) - own
    if len(own) < 4 or np.ptp(own) < 1e-9 or np.ptp(rest) < 1e-9:
        return math.nan, math.nan, math.nan
    found = stats.pearsonr(own, rest)
    interval = found.confidence_interval(0.95)
    return float(found.statistic), float(interval.low), float(interval.high)


def statistics(names: list[str], full: list[float], points: np.ndarray) -> list[Item]:
    """Return the statistics of every graded cell.

    Parameters
    ----------
    names, full
        Each cell's name and its full points.
    points
        Shape (students, cells); ``nan`` where a student has no points yet. The discrimination takes the
        students that have points for every cell.
    """
    points = np.asarray(points, dtype=float).reshape(-1, len(names))
    whole = points[~np.isnan(points).any(axis=1)]
    found = []
    for place, (name, most) in enumerate(zip(names, full, strict=True)):
        own = points[:, place][~np.isnan(points[:, place])]
        n, top = len(own), int((own >= most).sum())
        share = float(own.mean() / most) if n and most else math.nan
        correlation, below, above = item_rest(whole, place)
        side = min(int((whole[:, place] >= most).sum()), int((whole[:, place] < most).sum()))
        why = ""
        if len(names) < 2:
            why = "セルが 1 つだけです"
        elif len(whole) < LEAST:
            why = f"n={len(whole)} は少なすぎます（{LEAST} 人から）"
        elif side < LEAST_SIDE:
            why = f"満点の人か、そうでない人が {side} 人だけです（{LEAST_SIDE} 人から）"
        elif math.isnan(correlation):
            why = "ほかのセルの合計が全員同じです"
        # Partial or extra points may leave 0 … 1, which an interval of a share does not know.
        inside = min(1.0, max(0.0, share)) if n else math.nan
        found.append(
            Item(
                name,
                most,
                n,
                top,
                share,
                *wilson(inside, n),
                correlation,
                below,
                above,
                why,
            )
        )
    return found
