"""Make lesson 07's items that no person wrote: ``python data/build/decanlp_items.py`` writes data/decanlp/*.jsonl.gz.

translation.jsonl.gz   short English segments with their Japanese (data/corpus/enja, its split by pages)
headline.jsonl.gz      the first paragraphs of an English section with its heading, same split by pages
train.jsonl.gz         questions with answers and premises with hypotheses, by rule from the training pages and from
                       small invented tables; their forms share nothing with the written items of qa.toml and
                       entailment.toml

The same packages give the same bytes. Needs apt-get and dpkg-deb as segments.py does.
"""

import argparse
import collections
import gzip
import hashlib
import json
import random
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import corpus
import segments

OUT = corpus.ROOT / "data" / "decanlp"
SIZES = {"test": 200, "dev": 100, "train": 3000}
HEADLINES = {"test": 200, "dev": 100, "train": 1500}
RULED = 360  # training items of each task that are made by rule
PER_PAGE = 3
OURS = "CC-BY-4.0"
FEWEST, MOST = 25, 70  # words of a section's text
NAMES = "Abel Bianca Cyril Dagny Emre Farida Gustav Hanne Ilse Jorge Katya Lionel Mirela Nadir Odile Piotr".split()
THINGS = "lamp kettle ladder drill tripod projector scanner heater scooter printer telescope blender".split()
COLOURS = "red green blue grey white black yellow brown".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
TOWNS = "Ostrow Bellham Quarra Lindvik Tamsel Norbury Vasto Ekeby".split()


def order(text: str) -> bytes:
    """Return what rows are sorted by before the first ones are taken: like a draw, the same everywhere."""
    return hashlib.sha256(text.encode()).digest()


def page_of(name: str) -> str:
    """Return the page of a segment."""
    return name.split("#")[0]


# ---------------------------------------------------------------- translation and headlines


def translation() -> list[dict]:
    """Return segments of 4 to 14 words, at most three of a page in test and dev."""
    found = []
    for split, size in SIZES.items():
        with gzip.open(segments.COMMITTED / f"{split}.jsonl.gz", "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        rows = [r for r in rows if 4 <= len(r["en"].split()) <= 14 and r["ja"][-1:] not in ":：、"]
        taken, pages = [], collections.Counter()
        for row in sorted(rows, key=lambda row: order(row["id"])):
            page = page_of(row["id"])
            if len(taken) < size and (split == "train" or pages[page] < PER_PAGE):
                pages[page] += 1
                taken.append(
                    {
                        "split": split,
                        "id": row["id"],
                        "group": page,
                        "context": row["en"],
                        "answers": [row["ja"]],
                        "license": row["license"],
                    }
                )
        found += taken
    return found


def sections(elements: list[dict]) -> list[tuple[str, str]]:
    """Return ``(heading, text)`` of a page's sections: whole paragraphs up to 70 words, then whole sentences."""
    found, heading, words = [], "", []

    def close():
        text = " ".join(words)
        while len(text.split()) > MOST:
            parts = segments.ENGLISH_END.split(text)
            text = " ".join(parts[:-1])
        if heading and len(text.split()) >= FEWEST:
            found.append((heading, text))

    for element in elements:
        if element["tag"] in corpus.HEADINGS:
            close()
            heading, words = element["text"].strip(), []
        elif len(" ".join(words).split()) < MOST and len(segments.WORD.findall(element["text"])) >= 4:
            words.append(element["text"])
    close()
    return found


def is_heading(heading: str, text: str) -> bool:
    """Say whether a heading is words, of ordinary length, and does not begin the text."""
    words = heading.split()
    return (
        2 <= len(words) <= 9
        and all(re.fullmatch(r"[A-Za-z][A-Za-z'/-]*[,:]?|\(?[A-Za-z]+\)?|&|\d+", word) for word in words)
        and segments.normal(heading) not in segments.normal(text[: 2 * len(heading) + 10])
    )


def headlines(pages: list[dict]) -> list[dict]:
    """Return headings with their texts; a heading or a text stands once, in the split that comes first."""
    found, seen = [], set()
    for split, size in HEADLINES.items():
        taken, count = [], collections.Counter()
        rows = [(page, *one) for page in pages if page["split"] == split for one in page["sections"]]
        for page, heading, text in sorted(rows, key=lambda row: order(row[0]["id"] + row[1])):
            keys = {segments.normal(heading), segments.normal(text)[:80]}
            if (
                len(taken) == size
                or count[page["id"]] == PER_PAGE
                or keys & seen
                or not is_heading(heading, text)
            ):
                continue
            seen |= keys
            count[page["id"]] += 1
            taken.append(
                {
                    "split": split,
                    "id": f"{page['id']}#{len(taken)}",
                    "group": page["id"],
                    "context": text,
                    "answers": [heading],
                    "license": page["license"],
                }
            )
        found += taken
    return found


# ---------------------------------------------------------------- small invented tables


def lending(rng: random.Random) -> tuple[list[str], list[tuple]]:
    """Who borrowed what, in which colour, until when."""
    names, things, days, colours = (rng.sample(x, 3) for x in (NAMES, THINGS, DAYS, COLOURS))
    rows = list(zip(names, things, days, colours, strict=True))
    text = [f"{n} has borrowed the {c} {t} and brings it back on {d}." for n, t, d, c in rows]
    facts = []
    for n, t, d, c in rows:
        facts += [
            (f"Who has the {t}?", n, names, f"The {t} is with {{}}."),
            (f"On which day does the {t} come back?", d, days, f"The {t} comes back on {{}}."),
            (f"What colour is the {t} that {n} took?", c, colours, f"{n} took a {{}} {t}."),
        ]
    return text, facts


def sales(rng: random.Random) -> tuple[list[str], list[tuple]]:
    """How many of a thing a town ordered and what one costs."""
    towns, things = rng.sample(TOWNS, 3), rng.sample(THINGS, 3)
    counts = [str(k) for k in rng.sample(range(11, 90), 3)]
    prices = [f"{k} euros" for k in rng.sample(range(11, 90), 3)]
    text = [
        f"{w} ordered {k} {t}s at {p} each." for w, t, k, p in zip(towns, things, counts, prices, strict=True)
    ]
    facts = []
    for w, t, k, p in zip(towns, things, counts, prices, strict=True):
        facts += [
            (f"What is the price of one {t}?", p, prices, f"One {t} costs {{}}."),
            (f"What number of {t}s was ordered?", k, counts, f"The order was for {{}} {t}s."),
            (f"Which town wanted {t}s?", w, towns, f"The {t}s were for {{}}."),
        ]
    return text, facts


def rota(rng: random.Random) -> tuple[list[str], list[tuple]]:
    """Who is on duty on which day in which town."""
    names, days, towns = (rng.sample(x, 3) for x in (NAMES, DAYS, TOWNS))
    text = [f"On {d} it is {n} who works in {w}." for n, d, w in zip(names, days, towns, strict=True)]
    facts = []
    for n, d, w in zip(names, days, towns, strict=True):
        facts += [
            (f"Where is {n} on duty?", w, towns, f"{n} is on duty in {{}}."),
            (f"Which day belongs to {n}?", d, days, f"{n} works on {{}}."),
            (f"Whose place of work is {w}?", n, names, f"The one in {w} is {{}}."),
        ]
    return text, facts


TABLES = (lending, sales, rota)


# ---------------------------------------------------------------- sentences of the manuals


ASKED = (
    (re.compile(r"^To ([a-z][^,.]{8,70}), (choose|press|click|select|use|open) ([^,.]{3,40})[.,]"), "What do you {1} to {0}?", 3),
    (re.compile(r"^(?:The|This) ([A-Za-z ]{4,35}?) (?:lets|allows|enables) you to ([a-z][^,.]{8,60})[.,]"), "What lets you {1}?", 1),
    (re.compile(r"\b[Yy]ou can ([a-z][^,.]{8,60}) (?:by|with|using) ([a-z][^,.]{4,50})[.,]"), "With what can you {0}?", 2),
)  # fmt: skip
SWAPS = (
    (r"\bcan\b", "cannot"), (r"\bis\b", "is not"), (r"\bare\b", "are not"), (r"\bbefore\b", "after"),
    (r"\bfirst\b", "last"), (r"\bleft\b", "right"), (r"\ball\b", "none of the"), (r"\benables?\b", "disables"),
    (r"\balways\b", "never"), (r"\badds\b", "removes"), (r"\bopens\b", "closes"), (r"\bsame\b", "opposite"),
)  # fmt: skip


def plain_sentences(page: dict) -> list[str]:
    """Return a page's sentences of ordinary words, in order."""
    found = [part.strip() for line in page["text"] for part in segments.ENGLISH_END.split(line)]
    return [
        one for one in found if re.fullmatch(r"[A-Z][A-Za-z ,;'()-]+\.", one) and 7 <= len(one.split()) <= 22
    ]


def ruled_questions(pages: list[dict]) -> list[dict]:
    """Return questions on sentences of the manuals; the sentences around stand beside."""
    found = []
    for page in pages:
        parts = [part.strip() for line in page["text"] for part in segments.ENGLISH_END.split(line)]
        for place, part in enumerate(parts):
            for pattern, ask, group in ASKED:
                match = pattern.search(part)
                around = " ".join(parts[max(0, place - 1) : place + 2])
                if match and 15 <= len(around.split()) <= MOST and around.count(match[group]) == 1:
                    question = ask.format(*match.groups())
                    found.append(
                        {
                            "group": page["id"],
                            "context": around,
                            "question": question,
                            "answers": [match[group]],
                            "license": page["license"],
                        }
                    )
                    break
    return found


def ruled_pairs(pages: list[dict]) -> list[dict]:
    """Return premises with one hypothesis of each label: a shortened copy, a neighbour, a copy that says the opposite."""
    found = []
    for page in pages:
        parts = plain_sentences(page)
        for place in range(1, len(parts) - 1):
            premise, neighbour = parts[place], parts[place + 1]
            short = re.split(r", | if | when | because | so that ", premise)[0].rstrip(".") + "."
            swap = next((s for s in SWAPS if re.search(s[0], premise)), None)
            if not 5 <= len(short.split()) < len(premise.split()) or swap is None:
                continue
            changed = re.sub(swap[0], swap[1], premise, count=1)
            for label, text in (("entailment", short), ("neutral", neighbour), ("contradiction", changed)):
                found.append(
                    {
                        "group": page["id"],
                        "context": premise,
                        "hypothesis": text,
                        "answers": [label],
                        "license": page["license"],
                    }
                )
    return found


def from_tables(rng: random.Random) -> tuple[list[dict], list[dict]]:
    """Return a question and the three pairs of one invented table."""
    table = rng.choice(TABLES)
    text, facts = table(rng)
    question, answer, others, said = rng.choice(facts)
    context = " ".join(rng.sample(text, len(text)))
    rest = " ".join(line for line in text if answer not in line)
    name = hashlib.sha256(context.encode()).hexdigest()[:10]
    asked = {"group": name, "context": context, "question": question, "answers": [answer], "license": OURS}
    wrong = rng.choice([one for one in others if one != answer])
    pairs = [
        (context, said.format(answer), "entailment"),
        (rest, said.format(answer), "neutral"),
        (context, said.format(wrong), "contradiction"),
    ]
    return [asked], [
        {"group": name, "context": c, "hypothesis": h, "answers": [a], "license": OURS} for c, h, a in pairs
    ]


def ruled(pages: list[dict]) -> list[dict]:
    """Return the training items of question answering and entailment: half from the manuals, half from tables."""
    rng, train = random.Random(7), [page for page in pages if page["split"] == "train"]
    manuals = {"qa": ruled_questions(train), "entailment": ruled_pairs(train)}
    tables: dict[str, list] = {"qa": [], "entailment": []}
    while min(map(len, tables.values())) < RULED // 2:
        for name, rows in zip(tables, from_tables(rng), strict=True):
            tables[name] += rows
    found = []
    for task in tables:
        size = 3 if task == "entailment" else 1  # the three labels of a premise stay together
        groups = [manuals[task][i : i + size] for i in range(0, len(manuals[task]), size)]
        groups.sort(key=lambda rows: order(rows[0]["context"]))
        rows = [one for rows in groups[: RULED // 2 // size] for one in rows] + tables[task][: RULED // 2]
        found += [
            {"task": task, "split": "train", "id": f"{task}-{n:03}"} | row for n, row in enumerate(rows, 1)
        ]
    return found


# ---------------------------------------------------------------- running


def english_pages(packages: Path, accept: bool) -> list[dict]:
    """Return the English pages: id, split, licence, sections and lines."""
    found = []
    for row in segments.sources():
        if "japanese" not in row:
            continue
        root = corpus.fetch(row, packages, accept, f"{OUT.relative_to(corpus.ROOT)}/", segments.MANIFEST.name)
        folder = root / row["folder"]
        for file in sorted(folder.rglob("*.html")):
            if file.is_symlink():
                continue
            name = f"{row['japanese']}/{row['japanese_folder']}/{str(file.relative_to(folder)).removesuffix('.html')}"
            elements = segments.elements(file.read_bytes(), tuple(row.get("drop", ())))
            text = [e["text"] for e in elements if len(segments.WORD.findall(e["text"])) >= 4]
            found.append(
                {
                    "id": name,
                    "split": segments.split_of(name),
                    "license": row["license"],
                    "sections": sections(elements),
                    "text": text,
                }
            )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accept", action="store_true", help="take packages that differ from segments.toml")
    parser.add_argument(
        "--packages", type=Path, default=corpus.WORK / "packages", help="folder for the packages"
    )
    arguments = parser.parse_args()
    pages = english_pages(arguments.packages, arguments.accept)
    for name, rows in (
        ("translation", translation()),
        ("headline", headlines(pages)),
        ("train", ruled(pages)),
    ):
        file = OUT / f"{name}.jsonl.gz"
        corpus.write_lines(rows, file)
        count = collections.Counter((row.get("task", name), row["split"]) for row in rows)
        print(file.name, f"{file.stat().st_size:,} bytes", dict(count))


if __name__ == "__main__":
    try:
        main()
    except corpus.CorpusError as error:
        sys.exit(str(error))
