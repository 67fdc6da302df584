"""A statement of the lecture, computed: parts with n and a 95 % interval, and a verdict."""

from dataclasses import dataclass

from llmlab import data

VERDICTS = {"holds": "成り立つ", "part": "一部成り立つ", "refuted": "成り立たない"}
MIME = "application/vnd.llmlab.claim+json"


@dataclass(frozen=True)
class Part:
    """One measured statement; it holds when the whole 95 % interval lies above ``above``.

    Attributes
    ----------
    text
        What is stated, in Japanese.
    estimate, low, high
        The measured value and the ends of its 95 % interval, in the statement's own unit.
    n
        How many items (or clusters) it was measured on.
    above
        The value that it must exceed.
    certain
        Whether there is no sampling error; see :func:`exact`.
    """

    text: str
    estimate: float
    low: float
    high: float
    n: int
    above: float = 0.0
    certain: bool = False

    @property
    def holds(self) -> bool:
        """Whether the interval lies above the threshold."""
        return bool(self.low > self.above)


def exact(text: str, ok: bool, n: int) -> Part:
    """Return the part for a statement without sampling error, such as "equal in all n cases"."""
    value = 1.0 if ok else 0.0
    return Part(text, value, value, value, n, above=0.5, certain=True)


def report(claim_id: str, parts: list[Part], note: str = "") -> str:
    """Print each part and the verdict on a statement of the lecture; return ``holds|part|refuted``.

    Parameters
    ----------
    claim_id
        Its id in ``data/claims.toml``.
    parts
        All hold: 成り立つ. Some: 一部成り立つ. None: 成り立たない.
    note
        A sentence on what limits the measurement.

    Raises
    ------
    KeyError
        When the manifest has no such statement.
    """
    from IPython.display import display

    rows = {row["id"]: row for row in data.load("claims.toml")["claim"]}
    statement = rows[claim_id]["statement"]
    kept = sum(part.holds for part in parts)
    verdict = "holds" if kept == len(parts) else "part" if kept else "refuted"
    lines = [f"講義の主張［{claim_id}］ {statement}"]
    for part in parts:
        mark = "○" if part.holds else "×"
        if part.certain:
            lines.append(f"  {mark} {part.text}（n = {part.n}、確定的）")
        else:
            lines.append(
                f"  {mark} {part.text}: {part.estimate:.3f}"
                f"（95 % 区間 {part.low:.3f}〜{part.high:.3f}、n = {part.n}、基準 {part.above:g} より上）"
            )
    lines.append(f"→ {VERDICTS[verdict]}" + (f"。{note}" if note else ""))
    payload = {
        "id": claim_id,
        "verdict": verdict,
        "parts": [{**part.__dict__, "holds": part.holds} for part in parts],
    }
    payload["parts"] = [
        {key: value.item() if hasattr(value, "item") else value for key, value in part.items()}
        for part in payload["parts"]
    ]
    display({"text/plain": "\n".join(lines), MIME: payload}, raw=True)
    return verdict


def bootstrap(values, statistic=None, n_resamples: int = 5000, seed: int = 0, cluster=None):
    """Return ``(estimate, low, high)``: a statistic with its percentile bootstrap 95 % interval.

    Parameters
    ----------
    values
        Array of shape (n,) or (n, k), one row an item.
    statistic
        From such an array to a number; the mean by default.
    cluster
        Labels of shape (n,): whole clusters are drawn, for items that depend on one another.

    Source: Efron & Tibshirani (1993), An Introduction to the Bootstrap, chapter 13.
    """
    import numpy as np

    values = np.asarray(values, dtype=float)
    statistic = statistic or np.mean
    generator = np.random.default_rng(seed)
    if cluster is None:
        groups = [np.array([i]) for i in range(len(values))]
    else:
        labels = np.asarray(cluster)
        groups = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    draws = np.empty(n_resamples)
    for i in range(n_resamples):
        chosen = generator.integers(0, len(groups), len(groups))
        draws[i] = statistic(values[np.concatenate([groups[j] for j in chosen])])
    low, high = np.percentile(draws, [2.5, 97.5])
    return float(statistic(values)), float(low), float(high)
