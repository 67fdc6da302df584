"""Sentences that many people rated from -4 (very negative) to 4 (very positive), in one frozen split for all lessons.

The role ``ratings`` of ``data/models.toml`` is Hutto and Gilbert's data (ICWSM 2014): sentences of film reviews,
product reviews, editorials, and posts, each rated by 15 people or more. Doubles are left out (the first one stays).

* The split never changes. Lessons train on ``train``, choose on ``dev`` and score on ``test``; whoever trains a
  judge or a reward for another lesson uses ``train`` too.
* Films are split by blocks of 30 neighbours, product reviews and editorials by article, posts one by one. A group
  lies whole in one split: people rate neighbours alike, and an article is about one thing. Intervals redraw groups.
* The sources' means differ: do not pool correlations over them.
* The ratings carry no names. In films the same position in ``ratings`` is one person, within a group only.
"""

import ast
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SOURCES = {
    "films": "movieReviewSnippets",
    "products": "amazonReviewSnippets",
    "editorials": "nytEditorialSnippets",
    "posts": "tweets",
}
SPLITS = ("train", "dev", "test")
BLOCK = 30
SHARES = {"test": 0.2, "dev": 0.1}
NEUTRAL = 0.5


@dataclass(frozen=True)
class Sentence:
    """One rated sentence.

    Attributes
    ----------
    source
        ``films``, ``products``, ``editorials`` or ``posts``.
    number
        Its number in the source, such as ``"12"`` or, in articles, ``"3_7"``.
    group
        What stays together: the block of a film sentence, the article, a post alone.
    text
        As it is in the source.
    ratings
        Each person's rating, -4 to 4.
    mean
        Their mean.
    split
        ``train``, ``dev`` or ``test``.
    """

    source: str
    number: str
    group: int
    text: str
    ratings: tuple[int, ...]
    mean: float
    split: str

    @property
    def label(self) -> int | None:
        """1 for a mean of at least 0.5, 0 for one of at most -0.5, None between (about 5 of 100 films)."""
        return None if abs(self.mean) < NEUTRAL else int(self.mean > 0)


def sentences(source: str, split: str | None = None) -> list[Sentence]:
    """Return the sentences of one source in their order, of one split or of all.

    Raises
    ------
    CourseError
        When the data cannot be fetched or differ from the manifest.
    """
    if source not in SOURCES or split not in (None, *SPLITS):
        raise ValueError(f"{source!r}, {split!r}: one of {', '.join(SOURCES)}, and of {', '.join(SPLITS)}")
    return [one for one in _read(folder()) if one.source == source and split in (None, one.split)]


def films(split: str | None = None) -> list[Sentence]:
    """Return the film sentences whose label is clear: their mean is not within 0.5 of zero."""
    return [one for one in sentences("films", split) if one.label is not None]


def folder() -> Path:
    """Return the folder of the source's files; fetch them when they are missing."""
    from llmlab import models

    return models.path("ratings", "cpu")


def table(where: Path, name: str) -> list[list[str]]:
    """Return the rows of one of the source's files; its lines end as on Windows, some files begin with a mark."""
    text = (where / f"{name}.txt").read_text(encoding="utf-8-sig")
    return [line.split("\t") for line in text.strip("\n").split("\n")]


@cache
def _read(where: Path) -> tuple[Sentence, ...]:
    found, seen = [], set()
    for source, name in SOURCES.items():
        ratings = {row[0]: row[-1] for row in table(where, f"{name}_anonDataRatings")}
        rows = [
            (number, _group(source, number), text) for number, _, text in table(where, f"{name}_GroundTruth")
        ]
        split = _split(source, {group for _, group, _ in rows})
        for number, group, text in rows:
            text = text.strip()
            if (key := " ".join(text.casefold().split())) in seen:
                continue
            seen.add(key)
            values = tuple(ast.literal_eval(ratings[number]))
            mean = sum(values) / len(values)
            found.append(Sentence(source, number, group, text, values, mean, split[group]))
    return tuple(found)


def _group(source: str, number: str) -> int:
    first = int(number.split("_")[0])
    return (first - 1) // BLOCK if source == "films" else first


def _split(source: str, groups: set[int]) -> dict[int, str]:
    """Order the groups by the hash of their name: the same on every machine, whatever else changes."""
    order = sorted(groups, key=lambda group: hashlib.sha256(f"{source} {group}".encode()).digest())
    test = round(SHARES["test"] * len(order))
    dev = test + round(SHARES["dev"] * len(order))
    return {
        group: "test" if place < test else "dev" if place < dev else "train"
        for place, group in enumerate(order)
    }
