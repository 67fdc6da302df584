"""Numbers, times, dates and currencies of an English text in one form each, however they are written (09).

``three o'clock``, ``3:00`` and ``15:00`` are one time, ``July 8th`` and ``8/7`` one date, ``two dozen`` is 24.
"""

from __future__ import annotations

import re

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
)
_ONES = {word: n for n, word in enumerate(f"{_ONES} seventeen eighteen nineteen".split())}
_TENS = dict(
    zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True)
)
_ORDINALS = "third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth"
_ORDINALS = {word: n for n, word in enumerate(f"{_ORDINALS} seventeenth eighteenth nineteenth".split(), 3)}
_ORDINALS |= {"first": 1, "second": 2, "twentieth": 20, "thirtieth": 30}
_SCALES = {"dozen": 12, "hundred": 100, "thousand": 1000}
_MONTHS = "january february march april may june july august september october november december".split()
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_SHORT = {name[:3]: name for name in _MONTHS + _DAYS} | {
    "sept": "september",
    "tues": "tuesday",
    "thurs": "thursday",
}
_CURRENCIES = {
    "euro": r"€|euros?\b|EUR\b",
    "pound": r"£|pounds?\b|GBP\b",
    "dollar": r"\$|dollars?\b|USD\b|bucks?\b",
    "yen": r"¥|yen\b|JPY\b",
}
_DROPPED = {"a", "an", "the", "of", "and"}
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_WRITTEN = "|".join(map(re.escape, sorted([*_ONES, *_TENS, *_ORDINALS], key=len, reverse=True)))
NUMBER = re.compile(
    rf"(?<![\w.])(?:a\s+|one\s+)?(?:(?:{_WRITTEN}|hundred|thousand|dozen)(?:[-\s]+(?:and\s+)?(?={_WRITTEN}|hundred|thousand|dozen))?)+(?!\w)",
    re.IGNORECASE,
)
_TOKEN = re.compile(
    r"""
    (?P<web>(?:https?://|www\.)[^\s,]+[^\s,.]|[\w.]+@[\w.]+\w)
    | (?P<phone>\b\d{3}[-\s]\d{3,4}(?:[-\s]\d{4})?\b|\b\d{7,12}\b)
    | (?P<iso>\b\d{4}-\d{1,2}-\d{1,2}\b)
    | (?P<slash>\b\d{1,2}[/]\d{1,2}(?:/\d{2,4})?\b)
    | (?P<past>\b(?:(?P<part>half|quarter|\d{1,2}(?=\s+minutes|\s+past))(?:\s+minutes?)?\s+)(?P<way>past|after|to)\s+(?P<of>\d{1,2})\b)
    | (?P<clock>\b\d{1,2}:\d{2}(?!\d)|\b\d{1,2}\.\d{2}(?=\s*[ap]\.?m\b))
    | (?P<hour>\b\d{1,2}(?=\s*(?:[ap]\.?m\b|o['’]?clock|in\s+the\s+(?:morning|afternoon|evening))))
    | (?P<noon>\bnoon\b|\bmidday\b|\bmidnight\b)
    | (?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)
    | (?P<word>[^\W\d_]+(?:['’][^\W\d_]+)*)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_HALF_OF_DAY = re.compile(
    r"\s*,?\s*(?:o['’]?clock)?\s*,?\s*(?:(?P<am>a\.?m\b|in\s+the\s+morning)|(?P<pm>p\.?m\b|in\s+the\s+(?:afternoon|evening)|at\s+night))",
    re.IGNORECASE,
)


def canonical(text: str) -> list[str]:
    """Return a text's words and values in one form each: ``#21``, ``@17:30``, ``month july``, ``cur euro``, ``tel 5550118``."""
    text = re.sub(r"^\s*\d{1,2}[.)]\s+(?=\S)", "", text, flags=re.MULTILINE)  # the numbers of a list
    text = re.sub(r"\bone(?=\s+(?:euro|pound|dollar|yen)s?\b)", "1", text, flags=re.IGNORECASE)
    text = NUMBER.sub(_figures, text)
    text = re.sub(
        r"\b(\d+) (euro|pound|dollar)s?,? (?:and )?(\d{2})(?: ?(?:cents?|pence|p))?\b", r"\1.\3 \2", text
    )
    text = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", text)
    found, end = [], 0
    for match in _TOKEN.finditer(text):
        if match.start() < end:
            continue
        kind, said = match.lastgroup, match.group()
        for currency, form in _CURRENCIES.items():  # beside the number, on either side
            left, right = text[: match.start()], text[match.end() :]
            if kind == "number" and (
                re.search(rf"(?:{form})\s*$", left) or re.match(rf"\s*(?:{form})", right, re.IGNORECASE)
            ):
                found.append(f"cur {currency}")
        if kind == "past" or match["past"]:
            part = {"half": 30, "quarter": 15}.get(match["part"].lower()) or int(match["part"])
            minutes = int(match["of"]) * 60 + (-part if match["way"].lower() == "to" else part)
            found.append(_time(minutes // 60, minutes % 60, text[match.end() :]))
        elif kind == "clock":
            hour, minute = map(int, re.split("[:.]", said))
            found.append(_time(hour, minute, text[match.end() :]))
        elif kind == "hour":
            found.append(_time(int(said), 0, text[match.end() :]))
        elif kind == "noon":
            found.append("@0:00" + (" am" if said.lower() == "midnight" else " pm"))
        elif kind == "phone":
            found.append("tel " + re.sub(r"\D", "", said))
        elif kind == "iso":
            year, month, day = said.split("-")
            found += [f"#{int(day)}", f"month {_month(month)}", f"#{int(year)}"]
        elif kind == "slash":
            found.append("date " + said)
        elif kind == "number":
            found.append(f"#{float(said.replace(',', '')):g}" if len(said) < 12 else f"tel {said}")
        elif kind == "web":
            found.append("web " + said.lower())
        else:
            found += calendar_words(said)
    return found


def _figures(match: re.Match) -> str:
    """Return a number in words as figures; what is no number (one, first, second) stays."""
    words = [word for word in re.findall(r"[a-z]+", match.group().lower()) if word not in ("a", "and")]
    if not words or set(words) <= {"one", "first", "second"}:
        return match.group()
    values = {**_ONES, **_TENS, **_ORDINALS}
    if words[0] in ("eighteen", "nineteen", "twenty") and values.get(words[1] if words[1:] else "", 0) >= 10:
        words = [words[0], "hundred", *words[1:]]  # a year, as it is said
    total = part = 0
    for word in words:
        if word in _SCALES:
            part = max(part, 1) * _SCALES[word]
            if word == "thousand":
                total, part = total + part, 0
        else:
            part += values[word]
    return str(total + part)


def _time(hour: int, minute: int, rest: str) -> str:
    after = _HALF_OF_DAY.match(rest)
    half = "" if after is None else " am" if after["am"] else " pm"
    if 12 < hour < 24:
        half = " pm"
    return f"@{hour % 12}:{minute:02d}{half}"


def _month(number: str) -> str:
    return _MONTHS[int(number) - 1] if 1 <= int(number) <= 12 else number


def calendar_words(word: str) -> list[str]:
    """A word as it is, or as a month or weekday when it is written as one (``May``, not ``may``)."""
    plain = word.lower()
    if word[0].isupper():
        full = _SHORT.get(plain, plain)
        full = full.removesuffix("'s").removesuffix("’s")
        full = full if full in _MONTHS else full.removesuffix("s")
        if full in _MONTHS or full in _DAYS:
            return [f"{'month' if full in _MONTHS else 'day'} {full}"]
    return [] if plain in _DROPPED else [stem(plain)]


def stem(word: str) -> str:
    """Lower case, without a possessive or plural s."""
    plain = word.lower()
    return re.sub(r"(?:['’]s|s['’]|s)$", "", plain) or plain  # a single s stays


def resolve(token: str, source: list[str]) -> str:
    """Return a value as the card has it, or with ``!`` before it where the card does not."""
    kind = token[0] if token[0] in "#@" else token.split()[0] if " " in token else ""
    if not kind or token in source:
        return token
    if kind == "date":
        first, second, *_ = token.split()[1].split("/")
        for day, month in ((first, second), (second, first)):
            if f"#{int(day)}" in source and f"month {_month(month)}" in source:
                return f"date {int(day)} {_month(month)}"
    if kind == "@":  # am or pm may be missing on one side, the minutes too
        same = [one for one in source if one.split()[0] == token.split()[0] and " " in one and one[0] == "@"]
        bare = [one for one in source if one == token.split()[0]]
        if bare or (same and " " not in token):
            return (bare or same)[0]
        if f"#{token[1:].split(':')[0]}" in source and ":00" in token:
            return token
    if kind == "#" and token in {f"#{hour}" for hour in range(1, 13)}:  # the hour of a time on the card
        hour = f"@{int(token[1:]) % 12}:00"
        if any(one.split()[0] == hour for one in source):
            return hour
    return "!" + token
