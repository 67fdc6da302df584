"""Three small tasks on the Japanese manuals, and what lesson 06 compares on them.

``section``: which manual is this paragraph from? ``heading``: does this heading belong to this paragraph?
``tagging``: which part of speech is each word? Training items come from the train pages of the committed corpus,
choices are made on dev pages, test pages are scored and nothing else. bert-ja-mini was pre-trained on the train
pages too (their text, no labels), never on dev or test pages, and never on headings.

few_labels.py and ablation.py use this module; it prints and writes nothing.
"""

import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from llmlab import corpus

MAX_LENGTH = 64  # tokens of an item, special tokens included
HEADING_LENGTH = 20  # tokens of a heading at most
SHORTEST = 24  # characters of the shortest paragraph
BATCH = 16  # items of a step

# The manuals of ``section``: those with enough test paragraphs. A paragraph that names one of the products is left
# out: there the answer would be spelled out.
MANUALS = (
    "debian-handbook",
    "debian-reference-ja",
    "gimp-help-ja",
    "gnucash-docs",
    "libreoffice-help-ja",
    "lilypond-doc-html-ja",
)
PRODUCTS = ("debian", "gimp", "gnucash", "libreoffice", "lilypond")
PER_CLASS = {"train": 600, "dev": 40, "test": 52}
HEADINGS = {"train": 2400, "dev": 200, "test": 400}


@dataclass(frozen=True)
class Item:
    """One item: its page, its words (one run, or heading and paragraph), its label, and what a BERT reads.

    Everything that a method sees is cut to ``MAX_LENGTH`` tokens, the baselines' words too.

    Attributes
    ----------
    label
        A class number, or for ``tagging`` one class number per word.
    starts
        Where in ``ids`` each word of the first run begins.
    """

    page: str
    words: tuple[tuple[str, ...], ...]
    label: int | tuple[int, ...]
    ids: tuple[int, ...]
    types: tuple[int, ...]
    starts: tuple[int, ...]


@dataclass
class Task:
    """A task: its classes and its items in train (a pool to draw from), dev and test."""

    name: str
    classes: list[str]
    items: dict[str, list[Item]] = field(default_factory=dict)

    def answers(self, split: str) -> np.ndarray:
        """Return the right classes, one per answer (for ``tagging``: per word)."""
        return np.concatenate([np.atleast_1d(item.label) for item in self.items[split]])

    def pages(self, split: str) -> np.ndarray:
        """Return the number of the page of each answer (the cluster for a bootstrap)."""
        names = sorted({item.page for item in self.items[split]})
        return np.concatenate([np.full(np.size(item.label), names.index(item.page)) for item in self.items[split]])

    def draw(self, labels: int, seed: int) -> list[Item]:
        """Return ``labels`` training items, classes in turn; a seed's smaller draws lie inside its larger ones.

        For ``tagging`` an item is a sentence, so ``labels`` counts labelled sentences.
        """
        rng = np.random.default_rng(seed)
        groups = defaultdict(list)
        for number in rng.permutation(len(self.items["train"])):
            item = self.items["train"][number]
            groups[item.label if isinstance(item.label, int) else None].append(item)
        order = [groups[key] for key in rng.permutation(list(groups))] if len(groups) > 1 else list(groups.values())
        turns = [item for place in range(max(map(len, order))) for group in order for item in group[place : place + 1]]
        if labels > len(turns):
            raise ValueError(f"{self.name}: {labels} labels asked, the pool has {len(turns)}")
        return turns[:labels]


# Text to items


def normal(text: str) -> str:
    """Return text as the tokenizer sees it (NFKC)."""
    return unicodedata.normalize("NFKC", text).strip()


@cache
def tagger():
    """Return MeCab with unidic-lite, the dictionary of the tokenizer: the words are the same."""
    import fugashi
    import unidic_lite

    return fugashi.Tagger(f'-d "{unidic_lite.DICDIR}"')


def analyse(text: str) -> tuple[list[str], list[str]]:
    """Return the words of a text and their parts of speech (UniDic's first level)."""
    found = [(word.surface, word.feature.pos1) for word in tagger()(normal(text))]
    return [word for word, _ in found], [pos for _, pos in found]


def cut(words: list[str], room: int, tokenizer) -> tuple[list[str], list[list[int]]]:
    """Return the first words that fit into ``room`` tokens, and the ids of their WordPieces."""
    pieces, used = [], 0
    for word in words:
        ids = tokenizer.convert_tokens_to_ids(tokenizer.subword_tokenizer.tokenize(word))
        used += len(ids)
        if used > room:
            break
        pieces.append(ids)
    return words[: len(pieces)], pieces


def item(page: str, runs: list[list[str]], label, tokenizer) -> Item:
    """Return an item ``[CLS] run [SEP]`` or ``[CLS] heading [SEP] paragraph [SEP]``."""
    cls, sep = tokenizer.cls_token_id, tokenizer.sep_token_id
    room = MAX_LENGTH - 1 - len(runs)
    ids, types, kept, starts = [cls], [0], [], []
    for number, run in enumerate(runs):
        is_heading = len(runs) == 2 and number == 0
        words, pieces = cut(run, HEADING_LENGTH if is_heading else room, tokenizer)
        if number == 0:
            starts = (1 + np.cumsum([0, *map(len, pieces)])[:-1]).tolist()
        flat = [piece for word in pieces for piece in word]
        room -= len(flat)
        ids += [*flat, sep]
        types += [number] * (len(flat) + 1)
        kept.append(tuple(words))
    if not isinstance(label, int):
        label = tuple(label[: len(kept[0])])
    return Item(page, tuple(kept), label, tuple(ids), tuple(types), tuple(starts))


def paragraphs(page: dict):
    """Yield ``(heading, paragraph)`` of a page; a paragraph that contains its heading or the page's is left out."""
    title = normal(page["sections"][0]["heading"])
    for section in page["sections"]:
        heading = normal(section["heading"])
        for sentences in section["paragraphs"]:
            text = normal("".join(sentences))
            if len(text) >= SHORTEST and not any(name and name in text for name in (heading, title)):
                yield heading, text


def spread(groups: dict[str, list], rng: np.random.Generator, limit: int) -> list:
    """Return up to ``limit`` members, the groups (pages) in turn, so that no long page outweighs the others."""
    shuffled = [[group[place] for place in rng.permutation(len(group))] for _, group in sorted(groups.items())]
    order = rng.permutation(len(shuffled))
    deepest = max(map(len, shuffled), default=0)
    return [shuffled[k][place] for place in range(deepest) for k in order if place < len(shuffled[k])][:limit]


def section_task(pages: dict[str, list[dict]], tokenizer) -> Task:
    """Which manual is a paragraph from? The test set has the same number of each."""
    task = Task("section", list(MANUALS))
    for split, documents in pages.items():
        rng = np.random.default_rng(1)
        found = {name: defaultdict(list) for name in MANUALS}
        for page in documents:
            if page["manual"] not in found:
                continue
            for _, text in paragraphs(page):
                if not any(product in text.lower() for product in PRODUCTS):
                    found[page["manual"]][page["id"]].append((page["id"], text))
        limit = PER_CLASS[split]
        if split == "test":
            limit = min(limit, *(sum(map(len, groups.values())) for groups in found.values()))
        task.items[split] = [
            item(page, [analyse(text)[0]], MANUALS.index(name), tokenizer)
            for name, groups in found.items()
            for page, text in spread(groups, rng, limit)
        ]
    return task


def heading_task(pages: dict[str, list[dict]], tokenizer) -> Task:
    """Does a heading belong to a paragraph? Half of the headings come from another page of the same manual.

    The headings of the negatives are exchanged among the negatives, so the heading alone tells nothing. Headings
    that stand on several pages (「概観」) are left out, since they fit many; one paragraph per heading.
    """
    task = Task("heading", ["他のページの見出し", "この段落の見出し"])
    count = defaultdict(set)
    for documents in pages.values():
        for page in documents:
            for section in page["sections"]:
                count[normal(section["heading"])].add(page["id"])
    for split, documents in pages.items():
        rng = np.random.default_rng(2)
        found, manual = defaultdict(list), {}
        for page in documents:
            manual[page["id"]] = page["manual"]
            own = defaultdict(list)
            for heading, text in paragraphs(page):
                if heading and len(count[heading]) == 1:
                    own[heading].append(text)
            for heading, texts in own.items():
                found[page["id"]].append((page["id"], heading, texts[rng.integers(len(texts))]))
        chosen = spread(found, rng, HEADINGS[split])
        negative = rng.permutation(len(chosen)) < len(chosen) // 2
        exchanged = []
        for name in MANUALS_OF(chosen, manual):
            group = sorted(row for row, other in zip(chosen, negative, strict=True) if other and manual[row[0]] == name)
            # In the order of pages, half a round further lies another page (or the manual has too few: left out).
            for (page, _, text), (other, heading, _) in zip(group, group[len(group) // 2 :] + group[: len(group) // 2], strict=True):
                if other != page:
                    exchanged.append((page, heading, text))
        positive = [row for row, other in zip(chosen, negative, strict=True) if not other]
        size = min(len(positive), len(exchanged))
        rows = [(*row, label) for label, part in ((1, positive), (0, exchanged)) for row in part[:size]]
        task.items[split] = [
            item(page, [analyse(heading)[0], analyse(text)[0]], label, tokenizer)
            for page, heading, text, label in (rows[place] for place in rng.permutation(len(rows)))
        ]
    return task
