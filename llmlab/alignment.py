"""Cards, checkable instructions and pairs for preference learning (09: instructions and fabrication).

A *card* is a short text of facts with a question; half of the questions ask for a fact that the text lacks
(:mod:`llmlab.card_judge` judges the answers). An *instruction* asks for a form that a program can check
(:mod:`llmlab.instruction_checks`). Both judges are a **rule, not a human**.

Choose on ``dev``, report ``test``, learn from ``train``. Intervals redraw ``group``.
"""

from __future__ import annotations

import gzip
import itertools
import json
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from llmlab import data

SPLITS = ("train", "dev", "test")
BY = "rule, not human"


@dataclass(frozen=True)
class Card:
    """A text with one question.

    Attributes
    ----------
    id, split, kind
        Its name, such as ``dev-01-a-3``; its split; what the text is about.
    group
        What stays together when an interval is drawn: the two texts that share their questions.
    text, question
        What the model reads.
    type
        What is asked: ``name``, ``place``, ``price``, ``time``, ``date``, ``day`` or ``number``.
    held
        Whether the text holds the fact.
    answers
        Wordings that state the fact; empty where the text lacks it.
    demonstration
        A right answer in a sentence (train only).
    ja
        ``text`` and ``question`` in Japanese (dev only).
    """

    id: str
    split: str
    kind: str
    group: str
    text: str
    question: str
    type: str
    held: bool
    answers: tuple[str, ...]
    demonstration: str = ""
    ja: dict = field(default_factory=dict, hash=False)


def cards(split: str) -> list[Card]:
    """Return the cards of a split: as many with the fact that is asked for as without.

    Raises
    ------
    ValueError
        When there is no such split.
    """
    _known(split)
    if split == "train":
        rows = [json.loads(line) for line in lines_of("alignment/cards_train.jsonl.gz")]
        return [Card(**{**row, "answers": tuple(row["answers"])}) for row in rows]
    pairs = tomllib.loads(data.find("alignment/cards.toml").read_text(encoding="utf-8"))["pair"]
    return [card for pair in pairs if pair["split"] == split for card in _eight(pair)]


def _eight(pair: dict) -> list[Card]:
    """The four questions of both texts: a answers the first two, b the others."""
    found = []
    for letter, (number, ask) in itertools.product("ab", enumerate(pair["ask"], 1)):
        held = (number <= 2) == (letter == "a")
        ja = {"text": pair[f"{letter}_ja"], "question": ask["ja"]} if "ja" in ask else {}
        found.append(
            Card(
                id=f"{pair['id']}-{letter}-{number}",
                split=pair["split"],
                kind=pair["kind"],
                group=pair["id"],
                text=pair[letter],
                question=ask["q"],
                type=ask["type"],
                held=held,
                answers=tuple(ask["answers"]) if held else (),
                ja=ja,
            )
        )
    return found


def _known(split: str) -> None:
    if split not in SPLITS:
        raise ValueError(f"{split!r}: one of {', '.join(SPLITS)}")


def lines_of(name: str) -> list[str]:
    """Return the lines of a compressed file of the course's data."""
    with gzip.open(data.find(name), "rt", encoding="utf-8") as lines:
        return lines.read().splitlines()


@dataclass(frozen=True)
class Instruction:
    """A request whose form can be checked.

    Attributes
    ----------
    id, split, topic
        Its name, its split, what the text is to be about.
    group
        What stays together when an interval is drawn: the topic.
    prompt
        What the model reads.
    checks
        ``(name, parameters)`` of each check, by the names of ``instruction_checks.CHECKS``.
    """

    id: str
    split: str
    topic: str
    prompt: str
    checks: tuple[tuple[str, dict], ...] = field(hash=False)

    @property
    def group(self) -> str:
        """What an interval redraws: the topic."""
        return self.topic

    @property
    def kind(self) -> str:
        """The names of the checks, joined by ``+``."""
        return "+".join(name for name, _ in self.checks)


def instructions(split: str) -> list[Instruction]:
    """Return the instructions of a split.

    Raises
    ------
    ValueError
        When there is no such split.
    """
    _known(split)
    rows = [json.loads(line) for line in lines_of("alignment/instructions.jsonl.gz")]
    return [
        Instruction(**{**row, "checks": tuple((name, given) for name, given in row["checks"])})
        for row in rows
        if row["split"] == split
    ]


# ---------------------------------------------------------------- pairs for preference learning


def preference_pairs(
    prompt: str, answers: Iterable[str], grade: Callable[[str], tuple[int, str]], most: int | None = None
) -> list[dict]:
    """Return pairs of a better and a worse answer to one prompt, by a judge's order: a rule, not a human.

    Answers that are equal but for blanks at their ends count once; those with the same grade make no pair.

    Parameters
    ----------
    prompt
        What was asked, as the trainer is to see it.
    answers
        Several answers to it.
    grade
        Gives an answer's rank (higher is better) and what it is called, for a card
        ``lambda said: (judge(card, said).rank, judge(card, said).outcome)`` with ``llmlab.card_judge.judge``.
    most
        Keep at most so many pairs, those of the largest difference in rank first, then in the order of ``answers``.

    Returns
    -------
    list of dict
        ``prompt``, ``chosen``, ``rejected`` (TRL's names), ``kind`` ("declines over fabricates") and ``by``.
    """
    graded = [(said, *grade(said)) for said in dict.fromkeys(one.strip() for one in answers)]
    found = []
    for left, right in itertools.combinations(graded, 2):
        if left[1] != right[1]:
            chosen, rejected = (left, right) if left[1] > right[1] else (right, left)
            found.append((chosen, rejected))
    found.sort(key=lambda pair: pair[1][1] - pair[0][1])  # stable: the largest difference first
    return [
        {
            "prompt": prompt,
            "chosen": chosen[0],
            "rejected": rejected[0],
            "kind": f"{chosen[2]} over {rejected[2]}",
            "by": BY,
        }
        for chosen, rejected in found[:most]
    ]


def pair_counts(pairs: Iterable[dict]) -> dict[str, int]:
    """Return how many pairs there are of each kind, the most frequent first."""
    return dict(Counter(pair["kind"] for pair in pairs).most_common())
