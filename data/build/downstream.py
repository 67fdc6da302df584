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
from rows import cpu_flags

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
        return np.concatenate(
            [np.full(np.size(item.label), names.index(item.page)) for item in self.items[split]]
        )

    def draw(self, labels: int, seed: int) -> list[Item]:
        """Return ``labels`` training items, classes in turn; a seed's smaller draws lie inside its larger ones.

        For ``tagging`` an item is a sentence, so ``labels`` counts labelled sentences.
        """
        rng = np.random.default_rng(seed)
        groups = defaultdict(list)
        for number in rng.permutation(len(self.items["train"])):
            item = self.items["train"][number]
            groups[item.label if isinstance(item.label, int) else None].append(item)
        order = (
            [groups[key] for key in rng.permutation(list(groups))]
            if len(groups) > 1
            else list(groups.values())
        )
        turns = [
            item
            for place in range(max(map(len, order)))
            for group in order
            for item in group[place : place + 1]
        ]
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
    """Yield ``(heading, paragraph)`` of a page."""
    for section in page["sections"]:
        for sentences in section["paragraphs"]:
            text = normal("".join(sentences))
            if len(text) >= SHORTEST:
                yield normal(section["heading"]), text


def spread(groups: dict[str, list], rng: np.random.Generator, limit: int) -> list:
    """Return up to ``limit`` members, the groups (pages) in turn, so that no long page outweighs the others."""
    shuffled = [
        [group[place] for place in rng.permutation(len(group))] for _, group in sorted(groups.items())
    ]
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
    that stand on several pages (「概観」) are left out, since they fit many; so are paragraphs that contain their
    heading or their page's, which would only have to be found. One paragraph per heading.
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
            title = normal(page["sections"][0]["heading"])
            for heading, text in paragraphs(page):
                written_out = heading in text or (title and title in text)
                if heading and len(count[heading]) == 1 and not written_out:
                    own[heading].append(text)
            for heading, texts in own.items():
                found[page["id"]].append((page["id"], heading, texts[rng.integers(len(texts))]))
        groups = defaultdict(list)
        for row in spread(found, rng, HEADINGS[split]):
            groups[manual[row[0]]].append(row)
        rows = []
        for _, group in sorted(groups.items()):
            group = [group[place] for place in rng.permutation(len(group))]
            positive, others = group[: len(group) // 2], sorted(group[len(group) // 2 :])
            # In the order of pages, half a round further lies another page. A manual with too few pages drops out.
            half = len(others) // 2
            negative = [
                (page, heading, text)
                for (page, _, text), (other, heading, _) in zip(
                    others, others[half:] + others[:half], strict=True
                )
                if page != other
            ]
            negative = [negative[place] for place in rng.permutation(len(negative))]
            size = min(len(positive), len(negative))
            rows += [(*row, 1) for row in positive[:size]] + [(*row, 0) for row in negative[:size]]
        task.items[split] = [
            item(page, [analyse(heading)[0], analyse(text)[0]], label, tokenizer)
            for page, heading, text, label in (rows[place] for place in rng.permutation(len(rows)))
        ]
    return task


def tagging_task(pages: dict[str, list[dict]], tokenizer) -> Task:
    """Which part of speech is each word? One sentence of each page; MeCab gives the right answers."""
    task = Task("tagging", [])
    found = {}
    for split, documents in pages.items():
        rng = np.random.default_rng(3)
        found[split] = []
        for page in documents:
            sentences = [text for text in map(normal, corpus.sentences(page)) if SHORTEST <= len(text) <= 120]
            if sentences:
                found[split].append((page["id"], *analyse(sentences[rng.integers(len(sentences))])))
    task.classes = sorted({tag for rows in found.values() for _, _, tags in rows for tag in tags})
    number = {tag: place for place, tag in enumerate(task.classes)}
    for split, rows in found.items():
        task.items[split] = [
            item(page, [words], [number[tag] for tag in tags], tokenizer) for page, words, tags in rows
        ]
    return task


TASKS = {"section": section_task, "heading": heading_task, "tagging": tagging_task}


def make_tasks(tokenizer, names=tuple(TASKS), pages: dict[str, list[dict]] | None = None) -> dict[str, Task]:
    """Return the tasks, the same items at every call; ``pages`` are those of the committed corpus unless given."""
    pages = pages or {split: corpus.documents(split) for split in ("train", "dev", "test")}
    return {name: TASKS[name](pages, tokenizer) for name in names}


# BERT with a head


def collate(items: list[Item]) -> dict:
    """Return ``input_ids``, ``token_type_ids`` and ``attention_mask`` of some items as tensors."""
    import torch

    length = max(len(one.ids) for one in items)
    rows = [[0] * length for _ in items]
    batch = {name: torch.tensor(rows) for name in ("input_ids", "token_type_ids", "attention_mask")}
    for row, one in enumerate(items):
        batch["input_ids"][row, : len(one.ids)] = torch.tensor(one.ids)
        batch["token_type_ids"][row, : len(one.ids)] = torch.tensor(one.types)
        batch["attention_mask"][row, : len(one.ids)] = 1
    return batch


def bert(folder, task: Task, pretrained: bool):
    """Return Hugging Face's BERT with a head for the task: the head new, the body from ``folder`` or new too."""
    import torch
    from transformers import AutoConfig, BertForSequenceClassification, BertForTokenClassification

    kind = BertForTokenClassification if task.name == "tagging" else BertForSequenceClassification
    config = AutoConfig.from_pretrained(folder, num_labels=len(task.classes))
    if pretrained:
        return kind.from_pretrained(folder, config=config, dtype=torch.float32, attn_implementation="eager")
    return kind._from_config(config, dtype=torch.float32, attn_implementation="eager")


def pooled_bert(folder, task: Task, pooling: str):
    """Return a body from ``folder`` with a linear head on a pooled vector (``Pooled``)."""
    import torch
    from transformers import BertModel

    class Pooled(torch.nn.Module):
        """BERT's body, a way to one vector, and a linear layer.

        ``tokens``: T_i at each word (tagging). ``mean``: the mean of all T_i, the same for every model. ``one``: one
        place that has seen everything: C (with its pooler) in a model that looks both ways; in a left-to-right one
        [CLS] sees only itself, so the vector at the last [SEP].
        """

        def __init__(self):
            super().__init__()
            self.body = BertModel.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
            self.head = torch.nn.Linear(self.body.config.hidden_size, len(task.classes))
            torch.nn.init.normal_(self.head.weight, std=0.02)
            torch.nn.init.zeros_(self.head.bias)

        def forward(self, input_ids, token_type_ids, attention_mask):
            out = self.body(input_ids=input_ids, token_type_ids=token_type_ids, attention_mask=attention_mask)
            vectors = out.last_hidden_state
            if pooling == "mean":
                weights = attention_mask.unsqueeze(2).to(vectors.dtype)
                vectors = (vectors * weights).sum(1) / weights.sum(1)
            elif pooling == "one" and self.body.config.is_decoder:
                vectors = vectors[torch.arange(len(vectors)), attention_mask.sum(1) - 1]
            elif pooling == "one":
                vectors = out.pooler_output
            return {"logits": self.head(vectors)}

    return Pooled()


def logits_of(model, items: list[Item], tagging: bool):
    """Return the logits of each answer of some items: one row an item, or one a word."""
    import torch

    logits = model(**collate(items))["logits"].float()
    if not tagging:
        return logits
    rows = [row for row, one in enumerate(items) for _ in one.starts]
    return logits[torch.tensor(rows), torch.tensor([start for one in items for start in one.starts])]


def labels_of(items: list[Item]):
    """Return the right classes of some items, in the order of ``logits_of``."""
    import torch

    return torch.tensor(np.concatenate([np.atleast_1d(one.label) for one in items]))


def bf16():
    """Return a context that computes in bfloat16 where the CPU does so natively, else in float32 (faster there)."""
    import torch

    return torch.autocast("cpu", torch.bfloat16, enabled=bool({"avx512_bf16", "amx_bf16"} & cpu_flags()))


def steps_of(labels: int, epochs: int, least: int) -> int:
    """Return how many steps a fine-tuning takes: the rule is fixed beforehand, no run is stopped by its score."""
    return max(least, epochs * -(-labels // BATCH))


def fine_tune(model, items: list[Item], tagging: bool, learning_rate: float, steps: int, seed: int) -> None:
    """Train a model with its head on some items, in place (AdamW, warm-up over a tenth, then linearly to zero)."""
    import torch

    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate, weight_decay=0.01, fused=True)
    rng = np.random.default_rng(seed)
    waiting: list[int] = []
    model.train()
    for step in range(steps):
        if not waiting:
            waiting = rng.permutation(len(items)).tolist()
        chosen, waiting = [items[place] for place in waiting[:BATCH]], waiting[BATCH:]
        done = step / steps
        for group in optimizer.param_groups:
            group["lr"] = learning_rate * min(1.0, (step + 1) / (0.1 * steps)) * (1 - done)
        with bf16():
            logits = logits_of(model, chosen, tagging)
        torch.nn.functional.cross_entropy(logits, labels_of(chosen)).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
    model.eval()


def predict(model, items: list[Item], tagging: bool) -> np.ndarray:
    """Return the model's classes, one per answer, in the order of ``Task.answers``."""
    import torch

    model.eval()
    with torch.inference_mode(), bf16():
        parts = [logits_of(model, items[k : k + 64], tagging).argmax(-1) for k in range(0, len(items), 64)]
    return torch.cat(parts).numpy()


# Without a network


def joined(words: tuple[str, ...]) -> str:
    """Return words as one string that TfidfVectorizer takes apart again."""
    return "\n".join(words)


def tf_idf(texts: list[tuple[str, ...]]):
    """Return TF-IDF over MeCab's words. Words and rarities come from all pool texts: no label is needed for them."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(tokenizer=str.splitlines, token_pattern=None, sublinear_tf=True).fit(
        map(joined, texts)
    )


def word_features(words: tuple[str, ...], place: int) -> dict[str, bool]:
    """Return what the baseline of ``tagging`` knows of a word: itself, its ends, its letters, its neighbours."""
    word = words[place]
    letters = {unicodedata.name(letter, "?").split()[0] for letter in word}
    before = words[place - 1] if place else "<"
    after = words[place + 1] if place + 1 < len(words) else ">"
    known = (
        f"word {word}",
        f"end1 {word[-1:]}",
        f"end2 {word[-2:]}",
        f"begin {word[:1]}",
        f"letters {'+'.join(sorted(letters))}",
        f"length {min(len(word), 5)}",
        f"before {before}",
        f"after {after}",
        f"ends {before[-1:]} {after[:1]}",
    )
    return dict.fromkeys(known, True)


def pair_features(task: Task, items: list[Item], vectorizer):
    """Return what the baseline of ``heading`` knows of a pair: cosine, shared words, shared letters."""
    from scipy import sparse
    from sklearn.feature_extraction.text import TfidfVectorizer

    heading, text = (vectorizer.transform([joined(one.words[side]) for one in items]) for side in (0, 1))
    shared = heading.multiply(text)
    rarity = heading.multiply(text > 0).sum(1) / np.maximum(heading.sum(1), 1e-9)
    letters = TfidfVectorizer(analyzer="char", ngram_range=(2, 2)).fit(
        ["".join(one.words[1]) for one in task.items["train"]]
    )
    left, right = (letters.transform(["".join(one.words[side]) for one in items]) for side in (0, 1))
    dense = np.column_stack(
        [np.asarray(x).ravel() for x in (shared.sum(1), rarity, left.multiply(right).sum(1))]
    )
    return sparse.hstack([sparse.csr_matrix(dense), shared]).tocsr()


def baseline(task: Task, items: list[Item], split: str, c: float) -> np.ndarray:
    """Return the answers of logistic regression on counted words, trained on ``items``.

    Parameters
    ----------
    c
        scikit-learn's ``C``: the larger, the weaker the penalty.
    """
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    scored = task.items[split]
    if task.name == "tagging":
        vectorizer = DictVectorizer()
        known, asked = (
            [word_features(one.words[0], place) for one in part for place in range(len(one.starts))]
            for part in (items, scored)
        )
        known, asked = vectorizer.fit_transform(known), vectorizer.transform(asked)
    else:
        vectorizer = tf_idf([one.words[-1] for one in task.items["train"]])
        if task.name == "heading":
            known, asked = (pair_features(task, part, vectorizer) for part in (items, scored))
        else:
            known, asked = (
                vectorizer.transform([joined(one.words[0]) for one in part]) for part in (items, scored)
            )
    answers = np.concatenate([np.atleast_1d(one.label) for one in items])
    if len(set(answers.tolist())) == 1:
        return np.full(len(task.answers(split)), answers[0])
    model = LogisticRegression(C=c, max_iter=300, tol=1e-3).fit(known, answers)
    return model.predict(asked)
