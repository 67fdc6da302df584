"""The forms that an instruction may ask for, each checked by a function of the answer (09).

Only the form is checked, never the sense: a **rule, not a human**.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from llmlab.alignment import Instruction
from llmlab.said_values import WORD


def _lines_of(said: str) -> list[str]:
    return [line.strip() for line in said.strip().splitlines() if line.strip()]


def _sentences(said: str) -> list[str]:
    return [
        part
        for part in re.split(r"(?<=[.!?。！？])[\"”')]*(?:\s+|$)|(?<=[。！？])", said.strip())
        if part.strip()
    ]


def _letters(said: str) -> str:
    return "".join(letter for letter in said if letter.isalpha())


def is_list(said: str, n: int) -> bool:
    """Exactly ``n`` lines, each with a bullet or a number before some words, and nothing else."""
    lines = _lines_of(said)
    marked = [re.fullmatch(r"(?:[-*•]|\d{1,2}[.)])\s+\S.*", line) for line in lines]
    return len(lines) == n and all(marked)


def has_items(said: str, n: int) -> bool:
    """Exactly ``n`` items in one line, with commas between them, each of one to three words."""
    lines = _lines_of(said)
    items = [item.strip() for item in lines[0].rstrip(".").split(",")] if len(lines) == 1 else []
    return len(items) == n and len(set(items)) == n and all(1 <= len(item.split()) <= 3 for item in items)


def is_one_sentence(said: str) -> bool:
    """One sentence of at least three words in one line, with its mark at the end."""
    return (
        len(_lines_of(said)) == 1 == len(_sentences(said))
        and said.strip()[-1] in ".!?"
        and len(said.split()) >= 3
    )


def has_sentences(said: str, n: int) -> bool:
    """Exactly ``n`` sentences of at least three words each, the last one with its mark."""
    found = _sentences(said)
    return len(found) == n and said.strip()[-1] in ".!?" and all(len(one.split()) >= 3 for one in found)


def has_keys(said: str, keys: list[str]) -> bool:
    """One line ``key: value`` for each key, in this order, and nothing else."""
    lines = _lines_of(said)
    pairs = [re.fullmatch(r"[\"']?([\w ]+?)[\"']?\s*:\s*(\S.*)", line) for line in lines]
    return all(pairs) and [pair[1].lower() for pair in pairs] == [key.lower() for key in keys]


def is_capitals(said: str) -> bool:
    """Ten letters or more, none of them small."""
    return len(_letters(said)) >= 10 and said == said.upper()


def is_small(said: str) -> bool:
    """Ten letters or more, none of them a capital."""
    return len(_letters(said)) >= 10 and said == said.lower()


def is_short(said: str, n: int) -> bool:
    """At least two and at most ``n`` words."""
    return 2 <= len(said.split()) <= n


def is_japanese(said: str) -> bool:
    """Five letters or more, kana among them, and at most a tenth Latin."""
    letters = _letters(said)
    latin = sum(letter.isascii() for letter in letters)
    return len(letters) >= 5 and re.search("[ぁ-んァ-ヶ]", said) is not None and latin <= 0.1 * len(letters)


def is_english(said: str) -> bool:
    """Ten letters or more, all of them Latin."""
    letters = _letters(said)
    return len(letters) >= 10 and letters.isascii()


def includes(said: str, word: str) -> bool:
    """The word stands in a text of at least five words, as a word of its own."""
    return len(said.split()) >= 5 and _holds(word, said)


def excludes(said: str, word: str) -> bool:
    """The word (or its plural) stands nowhere in a text of at least five words."""
    return len(said.split()) >= 5 and not _holds(word, said) and not _holds(word + "s", said)


def _holds(word: str, said: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", said, re.IGNORECASE) is not None


def begins(said: str, word: str) -> bool:
    """The first word is this one, and two words more follow."""
    found = WORD.findall(said)
    return len(found) >= 3 and found[0].lower() == word.lower() and said.strip()[0].isalpha()


def ends(said: str, word: str) -> bool:
    """The last word is this one, after at least two others; marks behind it do not count."""
    found = WORD.findall(said)
    return len(found) >= 3 and found[-1].lower() == word.lower()


CHECKS: dict[str, Callable[..., bool]] = {
    "list": is_list,
    "items": has_items,
    "one_sentence": is_one_sentence,
    "sentences": has_sentences,
    "keys": has_keys,
    "capitals": is_capitals,
    "small": is_small,
    "short": is_short,
    "japanese": is_japanese,
    "english": is_english,
    "includes": includes,
    "excludes": excludes,
    "begins": begins,
    "ends": ends,
}


def follows(instruction: Instruction, said: str) -> bool:
    """Say whether an answer passes every check of an instruction.

    Only the form is checked. Whether the answer is about its topic, or true, is not: "- a\\n- b\\n- c" is a list of
    three. Nothing at all passes no check.
    """
    return bool(said.strip()) and all(CHECKS[name](said, **given) for name, given in instruction.checks)
