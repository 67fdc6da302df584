"""What lesson 09's policies wrote on test, as data/build/cards.py and data/build/taste.py stored it, ready to compare."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from llmlab import data, taste
from llmlab.errors import CourseError

if TYPE_CHECKING:
    import numpy as np

FEW_SHOT = "few-shot"  # the large model with the four demonstrations that did best on dev


@cache
def record(name: str) -> dict:
    """Return a stored record: ``cards`` (instructions and fabrication) or ``taste`` (real ratings).

    Raises
    ------
    CourseError
        When the record is missing.
    """
    return json.loads(data.find(f"measured/09_{name}.json").read_text(encoding="utf-8"))


def truths(text: str) -> np.ndarray:
    """Return a stored string of 0 and 1, one an item, as booleans."""
    import numpy as np

    return np.array([letter == "1" for letter in text])


@dataclass(frozen=True)
class Run:
    """A policy's answers to the test prompts, in the order of :func:`prompts`.

    Attributes
    ----------
    policy
        Its name, such as ``ppo-0.05-0`` (KL weight, seed); ``ppo-0-0@20`` is a run as it was after 20 steps.
    said
        The answers, without the first words.
    right, fluent
        Whether the judge finds the asked direction, whether it passes as written (``taste.fluent``).
    reward, judged, second
        Of the reward model and of both judges, in spreads of real sentences; the sign is turned for ``critical``.
    likelihood
        Mean log-probability (nats a token) under the untouched SmolLM2.
    losses, letters
        Nats and letters of each ordinary sentence that the policy read.
    """

    policy: str
    said: tuple[str, ...]
    right: np.ndarray
    fluent: np.ndarray
    reward: np.ndarray
    judged: np.ndarray
    second: np.ndarray
    likelihood: np.ndarray
    losses: np.ndarray
    letters: np.ndarray

    @property
    def good(self) -> np.ndarray:
        """Whether an answer goes the asked way and is fluent: what a win needs."""
        return self.right & self.fluent

    @property
    def starts(self) -> np.ndarray:
        """The number of each prompt's beginning: what an interval draws again."""
        import numpy as np

        return np.arange(len(self.said)) // len(taste.DIRECTIONS)

    @property
    def per_letter(self) -> float:
        """Nats a letter on ordinary sentences: lower is better, whatever the tokenizer."""
        return float(self.losses.sum() / self.letters.sum())


def run_of(row: dict) -> Run:
    """Return a stored row as a run."""
    import numpy as np

    numbers = ("reward", "judged", "second", "likelihood", "losses", "letters")
    return Run(
        policy=FEW_SHOT if row.get("shots") is not None else row["policy"],
        said=tuple(row["said"]),
        right=truths(row["right"]),
        fluent=truths(row["fluent"]),
        **{name: np.array(row[name], dtype=float) for name in numbers},
    )


def runs() -> dict[str, Run]:
    """Return every policy's answers on test, by its name; the large model with demonstrations is ``FEW_SHOT``.

    Raises
    ------
    CourseError
        When the policies have not been measured yet.
    """
    rows = record("taste")["rows"]
    if not rows:
        raise CourseError(
            "映画評の方策の結果がまだありません。教材を新しい版にするか、data/build/taste.py を最後まで実行してください。"
        )
    return {run.policy: run for run in map(run_of, rows)}


def prompts() -> list[tuple[str, str]]:
    """Return (direction, first words) of each test prompt: every beginning, in both directions."""
    starts = taste.starts("test")[: record("taste")["settings"]["starts"]]
    return [(direction, start) for start in starts for direction in taste.DIRECTIONS]


def beside_people(row: dict) -> np.ndarray:
    """Return how often the reward model, and another person, order two sentences as one person does.

    Only pairs that the one person ordered count; a tie of the other person is half. The model knows no ties.

    Parameters
    ----------
    row
        A band of gaps of ``record("taste")["reward"]["test"]``.

    Returns
    -------
    np.ndarray
        Shape (blocks, 4): right answers of the model, their number, right answers of another person, their number.
    """
    import numpy as np

    names = ("pairs", "judgements", "decided", "decided_right", "people_decided", "people_decided_right")
    pairs, all_of, firm, right, both, agreed = (np.array(row[name], dtype=float) for name in names)
    # How many other people there are for each one of a block.
    others = np.divide(all_of, pairs, out=np.ones_like(pairs), where=pairs > 0) - 1
    asked = firm * others
    return np.stack([right, firm, 2 * agreed + (asked - 2 * both) / 2, asked], axis=1)


def shares(table: np.ndarray) -> Sequence[float]:
    """Return the shares of right answers, the model's and another person's, from :func:`beside_people`'s columns."""
    right, asked, agreed, compared = table.sum(axis=0)
    return right / asked, agreed / compared
