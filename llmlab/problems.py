"""Word problems for step-by-step prompting: fills the templates of ``data/prompts/word_problems.toml``.

Every template has its own stream of random numbers, so a template that is added or taken out changes no other item.
"""

from __future__ import annotations

import random
import tomllib
from itertools import pairwise

from llmlab import data as files

# Items per family, divided evenly among the templates of a split; an example template gives four.
COUNTS = {"test": 240, "dev": 120}
PER_EXAMPLE = 4
COMPASS = [("north", "北"), ("east", "東"), ("south", "南"), ("west", "西")]
ORDINALS = {"First": "まず", "Then": "次に", "Last": "最後に"}


def items(seed: int = 2024) -> list[dict]:
    """Return every problem: 240 test, 120 dev and 12 example items in each of three families.

    Returns
    -------
    list of dict
        ``id``, ``family`` (arithmetic, letters, tracking), ``template``, ``split``, ``kind`` (for arithmetic the
        number of steps), ``text``, ``text_ja``, ``steps`` (the worked solution, a list of sentences) and ``answer``
        (a string). Items of one template are alike: an interval clusters by ``template``.
    """
    return fill(tomllib.loads(files.find("prompts/word_problems.toml").read_text(encoding="utf-8")), seed)


def fill(templates: dict, seed: int = 2024) -> list[dict]:
    """Return the items of the given templates (see ``items``)."""
    found, seen = [], set()
    for family, maker in {"arithmetic": _arithmetic, "letters": _letters, "tracking": None}.items():
        for one in templates[family]:
            rng = random.Random(f"{seed}/{one['id']}")
            alike = sum(other["split"] == one["split"] for other in templates[family])
            wanted = COUNTS[one["split"]] // alike if one["split"] in COUNTS else PER_EXAMPLE
            make = maker or {"swap": _swap, "order": _order, "turn": _turn}[one["kind"]]
            number = 0
            while number < wanted:
                text, text_ja, steps, answer = make(one, templates, rng)
                if text in seen:
                    continue
                seen.add(text)
                number += 1
                found.append(
                    {
                        "id": f"{one['id']}-{number:02d}",
                        "family": family,
                        "template": one["id"],
                        "split": one["split"],
                        "kind": one.get("kind", one.get("steps")),
                        "text": text,
                        "text_ja": text_ja,
                        "steps": steps,
                        "answer": answer,
                    }
                )
    return found


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _arithmetic(t, data, rng):
    people = rng.sample(data["names"], 3)
    en = dict(zip("ABC", (p[0] for p in people), strict=True))
    ja = dict(zip("ABC", (p[1] for p in people), strict=True))
    while True:
        v = {k: rng.randint(*r) for k, r in t["slots"].items()}
        slots = list(v.values())
        if len(set(slots)) < len(slots):
            continue
        if not all(eval(c, {"__builtins__": {}}, v) for c in t["require"]):
            continue
        # The formulas are our own file's; they see the slots and no builtins.
        for i, (formula, _) in enumerate(t["work"], 1):
            v[f"r{i}"] = eval(formula, {"__builtins__": {}}, v)
        results = [v[f"r{i}"] for i in range(1, len(t["work"]) + 1)]
        if min(results) > 0 and results[-1] not in slots:
            break
    steps = [say.format(**v, **en) for _, say in t["work"]]
    return t["text"].format(**v, **en), t["text_ja"].format(**v, **ja), steps, str(results[-1])


def _letters(t, data, rng):
    work, kind = data["letter_work"][t["kind"]], t["kind"]
    name = rng.choice(data["names"])
    words = rng.sample(data["letter_words"][t["split"]], rng.randint(*t["size"]))
    letter, parts = "", []
    if kind == "last":
        answer = "".join(w[-1] for w in words)
        steps = [work[0].format(word=w, letter=w[-1]) for w in words]
    else:
        if kind == "count":
            goal = rng.randint(1, 3)
            while not letter:
                found = sorted({c for w in words for c in w if "".join(words).count(c) == goal})
                letter = rng.choice(found) if found else ""
                if not letter:
                    words = rng.sample(data["letter_words"][t["split"]], rng.randint(*t["size"]))
            parts = [w.count(letter) for w in words]
        else:
            parts = [len(w) for w in words]
        answer = str(sum(parts))
        steps = [work[0].format(word=w, number=n) for w, n in zip(words, parts, strict=True)]
    steps.append(work[1].format(answer=answer, sum=" + ".join(map(str, parts))))
    v = {"words": ", ".join(words), "letter": letter}
    return t["text"].format(A=name[0], **v), t["text_ja"].format(A=name[1], **v), steps, answer


def _swap(t, data, rng):
    work = data["tracking_work"]["swap"]
    people, things = rng.sample(data["names"], 3), rng.sample(t["things"], 3)
    name = [p[0] for p in people]
    has = list(range(3))  # has[i]: which thing person i holds

    def state():
        return ", ".join(f"{name[i]} {things[has[i]][0]}" for i in range(3))

    said = [t["hold"].format(P=name[i], x=things[i][0]) for i in range(3)]
    said_ja = [t["hold_ja"].format(P=people[i][1], x=things[i][1]) for i in range(3)]
    text = _capital(f"{said[0]}, {said[1]} and {said[2]}.")
    text_ja = "、".join(said_ja) + t["hold_end_ja"]
    steps = [work[0].format(state=state())]
    words = [["First", "Then"], ["First", "Then", "Last"]][rng.randint(0, 1)]
    before = None
    for word in words:
        i, j = rng.choice([p for p in ((0, 1), (0, 2), (1, 2)) if p != before])
        before = (i, j)
        has[i], has[j] = has[j], has[i]
        text += f" {word}, {t['swap'].format(P=name[i], Q=name[j])}."
        text_ja += ORDINALS[word] + t["swap_ja"].format(P=people[i][1], Q=people[j][1]) + "。"
        steps.append(work[1].format(P=name[i], Q=name[j], state=state()))
    who = rng.randint(0, 2)
    return (
        text + " " + t["ask"].format(P=name[who]),
        text_ja + t["ask_ja"].format(P=people[who][1]),
        steps,
        things[has[who]][0],
    )


def _order(t, data, rng):
    work = data["tracking_work"]["order"]
    people = rng.sample(data["names"], rng.randint(3, 4))
    facts = []
    for p, q in pairwise(people):
        form = rng.choice(["more", "less"])
        facts.append(
            (
                t[form].format(P=p[0], Q=q[0]),
                t[form + "_ja"].format(P=p[1], Q=q[1]),
                t["more"].format(P=p[0], Q=q[0]),
            )
        )
    chain = " and ".join(f[2] for f in facts)
    rng.shuffle(facts)
    end = rng.choice(["top", "bottom"])
    steps = [
        work[0].format(chain=chain),
        work[1].format(first=t["ends"][0], last=t["ends"][1], order=", ".join(p[0] for p in people)),
    ]
    return (
        " ".join(f[0] + "." for f in facts) + " " + t[end],
        "".join(f[1] for f in facts) + t[end + "_ja"],
        steps,
        people[0 if end == "top" else -1][0],
    )


def _turn(t, data, rng):
    work = data["tracking_work"]["turn"]
    name, d = rng.choice(data["names"]), rng.randint(0, 3)
    start = COMPASS[d]
    turns = [rng.choice([("left", "左", -1), ("right", "右", 1)]) for _ in range(rng.randint(2, 3))]
    steps = [work[0].format(direction=start[0])]
    for en, _, by in turns:
        d = (d + by) % 4
        steps.append(work[1].format(turn=en, direction=COMPASS[d][0]))
    text = t["text"].format(A=name[0], start=start[0], turns=", then ".join(x[0] for x in turns))
    text_ja = t["text_ja"].format(A=name[1], start=start[1], turns="、次に".join(x[1] for x in turns))
    return text, text_ja, steps, COMPASS[d][0]
