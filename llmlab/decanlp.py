"""Five of decaNLP's kinds of task as triples of question, context and answer, with the paper's metrics.

Each item comes with the split that its file fixes: choose on ``dev``, report ``test``, learn from ``train``. The
metrics are torchmetrics'; what is here arranges their input. McCann et al. (2018), The Natural Language Decathlon.
"""

from __future__ import annotations

import gzip
import json
import tomllib
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from llmlab import data, ratings
from llmlab.errors import CourseError

if TYPE_CHECKING:
    import numpy as np

TASKS = {
    "qa": ("質問応答", "nF1"),
    "translation": ("翻訳", "BLEU"),
    "headline": ("要約（見出し）", "ROUGE"),
    "entailment": ("含意", "EM"),
    "sentiment": ("感情", "EM"),
}
SPLITS = ("train", "dev", "test")
LABELS = {
    "entailment": ("entailment", "neutral", "contradiction"),
    "sentiment": ("positive", "negative"),
}
MADE = ("qa", "entailment")  # their training items were made by rule and share a file
SENTIMENT = {"train": 2000, "dev": 200, "test": 1000}  # film sentences, as many good as bad


@dataclass(frozen=True)
class Item:
    """One item of a task, before its question is put into words.

    Attributes
    ----------
    task, id
        One of ``TASKS``; its name.
    group
        What stays together when an interval is drawn: the text, the hypothesis, the page, the block of films.
    context
        What the answer is about.
    answers
        The right answers; a label for entailment and sentiment. The first one is shown.
    slots
        What a question of this item mentions, such as its ``hypothesis``.
    ja
        Japanese translations for the students, by the same names, where there are any.
    """

    task: str
    id: str
    group: str
    context: str
    answers: tuple[str, ...]
    slots: dict = field(default_factory=dict, hash=False)
    ja: dict = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Triple:
    """What a model gets and what it should say."""

    question: str
    context: str
    answer: str


def items(task: str, split: str) -> list[Item]:
    """Return a task's items of a split.

    Raises
    ------
    CourseError
        When the film sentences cannot be fetched.
    """
    if task not in TASKS or split not in SPLITS:
        raise ValueError(f"{task!r}, {split!r}: one of {', '.join(TASKS)}, and of {', '.join(SPLITS)}")
    return list(_items(task, split))


@cache
def _items(task: str, split: str) -> tuple[Item, ...]:
    if task == "sentiment":
        return tuple(_films(split))
    if split == "train" or task in ("translation", "headline"):
        rows = _lines("train.jsonl.gz" if split == "train" and task in MADE else f"{task}.jsonl.gz")
        found = [
            Item(
                task,
                row["id"],
                row["group"],
                row["context"],
                tuple(row["answers"]),
                {name: row[name] for name in ("question", "hypothesis") if name in row},
            )
            for row in rows
            if row["split"] == split and row.get("task", task) == task
        ]
        return tuple(found)
    return tuple(_questions(split) if task == "qa" else _pairs(split))


def _lines(name: str) -> list[dict]:
    with gzip.open(data.find(f"decanlp/{name}"), "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _toml(name: str) -> dict:
    return tomllib.loads(data.find(f"decanlp/{name}.toml").read_text(encoding="utf-8"))


def _questions(split: str) -> list[Item]:
    found = []
    for context in _toml("qa")["context"]:
        if context["split"] != split:
            continue
        for number, one in enumerate(context["question"], 1):
            answers = tuple(one.get("answers") or (one["answer"],))
            ja = {"context": context["text_ja"], "question": one["question_ja"]}
            slots = {"question": one["question"]}
            name = f"{context['id']}-{number}"
            found.append(Item("qa", name, context["id"], context["text"], answers, slots, ja))
    return found


def _pairs(split: str) -> list[Item]:
    found = []
    for one in _toml("entailment")["hypothesis"]:
        if one["split"] != split:
            continue
        for premise in one["premise"]:
            ja = {"context": premise["text_ja"], "hypothesis": one["text_ja"]}
            slots, name = {"hypothesis": one["text"]}, f"{one['id']}-{premise['label']}"
            found.append(Item("entailment", name, one["id"], premise["text"], (premise["label"],), slots, ja))
    return found


def _films(split: str) -> list[Item]:
    """Return as many good as bad film sentences, drawn with a fixed seed, in the order of the source."""
    import numpy as np

    clear, rng, chosen = ratings.films(split), np.random.default_rng(7), []
    for label in (1, 0):
        places = [place for place, one in enumerate(clear) if one.label == label]
        chosen += rng.choice(places, SENTIMENT[split] // 2, replace=False).tolist()
    return [
        Item("sentiment", one.number, str(one.group), one.text, (LABELS["sentiment"][1 - one.label],))
        for one in (clear[place] for place in sorted(chosen))
    ]


# ---------------------------------------------------------------- the triple


def wordings(task: str) -> list[dict]:
    """Return the ways to ask: ``ask`` (the question) and, where there are labels, ``answers`` in their order."""
    return _toml("wordings")[task]


def triple(item: Item, wording: dict) -> Triple:
    """Put an item's question into words.

    Raises
    ------
    CourseError
        When the context or the question is empty.
    """
    answer = item.answers[0]
    if "answers" in wording:
        answer = wording["answers"][LABELS[item.task].index(answer)]
    question = wording["ask"].format(**item.slots)
    if not item.context.strip() or not question.strip():
        raise CourseError(
            f"項目 {item.id} の{'質問' if item.context.strip() else '文脈（context）'}が空です。文を入れてください。"
        )
    return Triple(question, item.context, answer)


# ---------------------------------------------------------------- metrics


def item_scores(task: str, said: list[str], found: list[Item]) -> np.ndarray:
    """Return what each answer adds to the task's score: ``(n,)`` scores in 0…100, for BLEU ``(n, 10)`` counts.

    Labels are compared by EM: give the label, not the wording's word for it. BLEU's counts are the n-grams found and
    all n-grams, of one to four letters, and the lengths of the answer and of the reference.

    Raises
    ------
    CourseError
        When the numbers of answers and items differ.
    """
    import numpy as np

    if len(said) != len(found):
        raise CourseError(f"答えが {len(said)} 個、項目が {len(found)} 個です。同じ数にしてください。")
    return np.array(
        [_one(TASKS[task][1], text, list(item.answers)) for text, item in zip(said, found, strict=True)]
    )


def total(values: np.ndarray) -> float:
    """Return the score in 0…100 from :func:`item_scores`: the mean, for BLEU that of all sentences at once."""
    import numpy as np

    values = np.asarray(values, float)
    if values.ndim == 1:
        return float(values.mean())
    import torch

    metric, sums = _bleu(), torch.tensor(values.sum(0))
    metric.numerator, metric.denominator = sums[:4], sums[4:8]
    metric.preds_len, metric.target_len = sums[8], sums[9]
    metric._update_count = 1
    return 100 * float(metric.compute())


def score(task: str, said: list[str], found: list[Item]) -> float:
    """Return the score of a task's answers in 0…100."""
    return total(item_scores(task, said, found))


def deca_score(scores: dict[str, float]) -> float:
    """Return the sum over the five tasks (500 at most; the paper sums ten, 1000 at most).

    Raises
    ------
    CourseError
        When a task's score is missing.
    """
    if missing := [name for name in TASKS if name not in scores]:
        raise CourseError(f"{'、'.join(missing)} の点がありません。五つの課題すべての点を渡してください。")
    return float(sum(scores[name] for name in TASKS))


def _bleu():
    from torchmetrics.text import SacreBLEUScore

    return SacreBLEUScore(tokenize="char")  # Japanese has no spaces: letters are counted


def _one(metric: str, text: str, answers: list[str]):
    import numpy as np
    from torchmetrics.functional.text import rouge_score, squad

    if metric in ("nF1", "EM"):
        target = {"answers": {"answer_start": [0] * len(answers), "text": answers}, "id": "0"}
        found = squad([{"prediction_text": text, "id": "0"}], [target])
        return float(found["f1" if metric == "nF1" else "exact_match"])
    if metric == "BLEU":
        counts = _bleu()
        counts.update([text], [answers])
        return [
            *counts.numerator.tolist(),
            *counts.denominator.tolist(),
            *(map(float, (counts.preds_len, counts.target_len))),
        ]
    keys = ("rouge1", "rouge2", "rougeL")
    found = rouge_score(text, answers, rouge_keys=keys, accumulate="best")
    return 100 * float(np.mean([found[f"{key}_fmeasure"] for key in keys]))
