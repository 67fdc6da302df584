"""Lesson 11's questions on short texts, and a baseline that answers them without a model.

``questions`` reads what was written for the lesson (data/qa/dev.toml and test.toml), ``sliding_window`` points at words.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from llmlab import data
from llmlab.errors import CourseError

SPLITS = ("dev", "test")


@dataclass(frozen=True)
class Question:
    """A question on a text.

    Attributes
    ----------
    id, group
        Its name; the text's name: questions on one text stay together when an interval is drawn.
    context, question
        In English.
    answers
        The spans that count as right, the one to show first; none where the text does not say.
    kind
        who, what, when, where, how many, why.
    ja
        Japanese translations, ``context`` and ``question``.
    """

    id: str
    group: str
    context: str
    question: str
    answers: tuple[str, ...]
    kind: str
    ja: dict = field(default_factory=dict, hash=False)


def questions(split: str) -> list[Question]:
    """Return the written questions of ``dev`` (to choose on) or ``test`` (to report once).

    Raises
    ------
    CourseError
        When there is no such split.
    """
    if split not in SPLITS:
        raise CourseError(f"「{split}」という組はありません。dev か test を選んでください。")
    found = []
    for text in data.load(f"qa/{split}.toml")["context"]:
        for number, one in enumerate(text["question"], 1):
            answers = one["answers"] if "answers" in one else [one["answer"]]
            found.append(
                Question(
                    id=f"{text['id']}-{number}",
                    group=text["id"],
                    context=text["text"],
                    question=one["question"],
                    answers=tuple(answers),
                    kind=one["kind"],
                    ja={"context": text["text_ja"], "question": one["question_ja"]},
                )
            )
    return found


WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
AMOUNT = (
    r"(?:\d[\d,.]*\b|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|hundred|thousand|[a-z]+teen|"
    r"(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:-[a-z]+)?)\b)"
)
TIME = (
    r"\d|\b(?:January|February|March|April|May|June|July|August|September|October|November|December|spring|summer|"
    r"autumn|winter|noon|midnight|o'clock|morning|evening|first|second|third|[a-z]+th|[A-Z][a-z]+days?)\b"
)
# What a question begins with, and the part of a run of words that then may be its answer.
FITTING = (
    (r"how (?:many|much|long|old|far|often)\b", AMOUNT),
    (
        r"(?:when|(?:at|on|in|by|until|from) wh(?:at|ich) (?:time|day|date|year|month|hour)|what time)\b",
        f".*(?:{TIME}).*",
    ),
    (r"(?:who|whose|whom|by whom)\b", r"(?-i:\b[A-Z])\w*(?: (?-i:[A-Z])\w*)*"),
)


def sliding_window(question: str, context: str, width: int = 12) -> dict:
    """Answer without a model: the words that stand among the question's words.

    Candidates are the runs of words that are neither in the question nor function words; after "how many", "when" and
    "who" only numbers, runs with a time, names. The whole context stands in where there is none. A window of ``width`` words slides over
    each candidate and collects the weights of the question's words; a word weighs the more, the rarer it is in the
    context. The heaviest window wins, then the candidate that stands nearest to a word of the question. The window is
    that of Richardson et al. (2013), which SQuAD's paper (2016) took over; its candidates came from a parser.

    Returns
    -------
    dict
        ``score`` (the share of the question's weight that the window holds), ``start``, ``end`` and ``answer``, as the
        pipeline returns them.

    Raises
    ------
    CourseError
        When the context holds no word.
    """
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    words = list(WORD.finditer(context))
    if not words:
        raise CourseError("`context` に単語がありません。答えを探す文章を入れてください。")
    lower = [word[0].lower() for word in words]
    asked = {word.lower() for word in WORD.findall(question)} - ENGLISH_STOP_WORDS
    # Among the stop words are numbers, which may be answers.
    function_words = {word for word in ENGLISH_STOP_WORDS if not re.search(AMOUNT, word)}
    known = [place for place, word in enumerate(lower) if word in asked]
    weight = {word: math.log1p(1 / count) for word, count in Counter(lower).items() if word in asked}

    def heaviest(first: int, last: int) -> float:
        begins = range(max(0, min(first, last - width + 1)), first + 1)
        return max(sum(weight[word] for word in asked & set(lower[b : b + width])) for b in begins)

    def rank(run: tuple[int, int]) -> tuple[float, int, int]:
        away = min((abs(place - end) for place in known for end in run), default=0)
        return heaviest(*run), -away, -run[0]

    needed = next((part for start, part in FITTING if re.match(start, question, re.IGNORECASE)), ".+")
    candidates = {}  # run of words: the characters that may be the answer
    for first, last in _runs(words, context, asked | function_words):
        left, right = words[first].start(), words[last].end()
        if fits := re.search(needed, context[left:right], re.IGNORECASE):
            candidates[first, last] = (left + fits.start(), left + fits.end())
    if not candidates:
        candidates = {(0, len(words) - 1): (words[0].start(), words[-1].end())}
    run = max(candidates, key=rank)
    (left, right), total = candidates[run], sum(weight.values())
    score = heaviest(*run) / total if total else 0.0
    return {"score": score, "start": left, "end": right, "answer": context[left:right]}


def _runs(words: list[re.Match], context: str, left_out: set[str]) -> Iterator[tuple[int, int]]:
    """Yield the first and last place of each longest run of words with blanks alone between them, without those left out."""
    first = None
    for place, word in enumerate(words):
        if word[0].lower() in left_out:
            first = None
            continue
        first = place if first is None else first
        after = words[place + 1] if place + 1 < len(words) else None
        if after is None or after[0].lower() in left_out or context[word.end() : after.start()].strip():
            yield first, place
            first = None
