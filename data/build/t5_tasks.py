"""Fine-tune t5-enja-mini and measure: ``python data/build/t5.py tune`` writes data/measured/08_t5.json.

Five tasks, each text to text with a prefix: translation, headline, rating ("2.6"), sentiment, entailment. Every row
trains one model (on one task, or on all of them) from the pre-trained weights or from none, and scores the test
items once; rates are chosen on dev first (``--try``). Beside them stand baselines that need no network. Needs sacrebleu.
"""

import functools
import gzip
import itertools
import json
import re
import shutil
import sys
import tomllib
from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np
import rows
import t5

from llmlab import corpus, ratings

ENTAILMENT = t5.ROOT / "data" / "decanlp" / "entailment.toml"
SEGMENTS = t5.ROOT / "data" / "corpus" / "enja"
START = t5.WORK / "span"  # what `t5.py pretrain` leaves
TWIN = t5.WORK / "lm"  # what `t5.py pretrain --objective lm` leaves: as many tokens read, another objective
SHARED = t5.WORK / "shared"  # the model of all tasks, from the pre-trained weights, seed 0

PREFIX = {
    "translation": "translate English to Japanese: ",
    "headline": "headline: ",
    "rating": "rate: ",
    "sentiment": "sentiment: ",
    "entailment": "entailment: ",
}
EPOCHS = {"translation": 2, "headline": 4, "rating": 3, "sentiment": 2, "entailment": 1}
# A task that is learnt alone more often than beside the others: after one epoch (188 steps) entailment wrote words that
# are no label for most of the test items, with and without pre-training; so its rows were trained again, longer.
ALONE = {"entailment": 4}
LONGEST = {
    "translation": 96,
    "headline": 128,
    "rating": 96,
    "sentiment": 96,
    "entailment": 128,
}  # tokens read
WRITTEN = {"translation": 72, "headline": 24, "rating": 6, "sentiment": 4, "entailment": 5}  # tokens written
LABELS = ("entailment", "neutral", "contradiction")
# Peak rates of the matrices (Muon) and of the embeddings (AdamW); one pair is chosen on dev for each start, by short
# runs on two tasks: `t5.py tune --try`.
CANDIDATES = ((1e-3, 5e-3), (2e-3, 1e-2), (4e-3, 2e-2), (8e-3, 4e-2))
STARTS = ("pretrained", "scratch")
TRIED = {"rating": 0.2, "headline": 0.25}  # the share of a whole run
BATCH, DROPOUT = 32, 0.1
TRANSLATIONS = 600  # test segments that are translated, drawn once
STEP = 0.2  # a rating is written to the nearest of these, as T5 did with STS-B


@dataclass(frozen=True)
class Item:
    """One example: what the model reads and should write, and the cluster that an interval redraws whole."""

    task: str
    source: str
    target: str
    cluster: str
    kind: str = ""  # rating: the source
    value: float = 0.0  # rating: the people's mean


# --- the tasks' items --------------------------------------------------------------------------------------------


def translation(split: str) -> list[Item]:
    with gzip.open(SEGMENTS / f"{split}.jsonl.gz", "rt", encoding="utf-8") as lines:
        found = [json.loads(line) for line in lines]
    if split != "train":
        chosen = np.random.default_rng(8).permutation(len(found))[:TRANSLATIONS]
        found = [found[number] for number in sorted(chosen)]
    return [Item("translation", row["en"], row["ja"], row["id"].split("#")[0]) for row in found]


@functools.cache
def common_headings() -> set[str]:
    """Return the headings that stand on more than three pages (「概観」): they fit many paragraphs."""
    pages = defaultdict(set)
    for split in ratings.SPLITS:
        for page in corpus.documents(split):
            for section in page["sections"]:
                pages[section["heading"]].add(page["id"])
    return {heading for heading, found in pages.items() if len(found) > 3}


def headline(split: str) -> list[Item]:
    found = []
    for page in corpus.documents(split):
        for section in page["sections"]:
            heading = section["heading"]
            text = "".join("".join(paragraph) for paragraph in section["paragraphs"])[:300]
            fits = 2 <= len(heading) <= 30 and has_japanese(heading) and heading not in common_headings()
            if fits and len(text) >= 30:
                found.append(Item("headline", text, heading, page["id"]))
    return found


def has_japanese(text: str) -> bool:
    """Say whether a text has Japanese letters."""
    return bool(re.search("[ぁ-んァ-ヶ一-鿿]", text))


def as_text(value: float) -> str:
    """Return a rating as it is written: the nearest multiple of 0.2, one decimal."""
    return f"{round(value / STEP) * STEP + 0.0:.1f}".replace("-0.0", "0.0")


def rating(split: str) -> list[Item]:
    return [
        Item("rating", one.text, as_text(one.mean), f"{source} {one.group}", source, one.mean)
        for source in ratings.SOURCES
        for one in ratings.sentences(source, split)
    ]


def sentiment(split: str) -> list[Item]:
    return [
        Item("sentiment", one.text, "positive" if one.label else "negative", f"films {one.group}")
        for one in ratings.films(split)
    ]


def entailment(split: str) -> list[Item]:
    if split == "train":
        return made_entailment(np.random.default_rng(0), 2000)
    found = []
    for one in tomllib.loads(ENTAILMENT.read_text(encoding="utf-8"))["hypothesis"]:
        if one["split"] == split:
            found += [
                Item("entailment", pair(premise["text"], one["text"]), premise["label"], one["id"])
                for premise in one["premise"]
            ]
    return found


def pair(premise: str, hypothesis: str) -> str:
    return f"premise: {premise} hypothesis: {hypothesis}"


# Facts for training items: {a} is a person, {x} the slot that a contradiction fills otherwise. All phrasings of one
# fact say the same; one event a line. The written test items have none of these sentences.
PEOPLE = "Anna Boris Carla Dmitri Elif Farid Greta Hiro Ines Jonas Kemal Lucia Mina Nadia Otto Priya".split()
# fmt: off
FACTS = [
    (("red", "blue", "green", "white", "black"),
     ("{a} painted the fence {x}.", "The fence was painted {x} by {a}.", "The colour that {a} gave the fence was {x}."),
     "{a} did not paint the fence {x}."),
    (("two", "five", "nine", "twelve", "forty"),
     ("{a} counted {x} geese on the lake.", "On the lake there were {x} geese, as {a} counted.",
      "The number of geese that {a} counted was {x}."), "{a} did not count {x} geese on the lake."),
    (("Monday", "Tuesday", "Thursday", "Friday"),
     ("{a} got married on a {x}.", "It was a {x} when {a} got married.", "The wedding day of {a} was a {x}."),
     "{a} did not get married on a {x}."),
    (("tea", "coffee", "milk", "juice"),
     ("{a} ordered {x} with the cake.", "With the cake {a} had {x}.", "What {a} drank with the cake was {x}."),
     "{a} ordered no {x} with the cake."),
    (("bus", "train", "bicycle", "ferry"),
     ("{a} came to work by {x}.", "It was the {x} that {a} took to work.", "{a} took the {x} to reach the office."),
     "{a} did not come to work by {x}."),
    (("Lisbon", "Oslo", "Cairo", "Osaka"),
     ("{a} was born in {x}.", "{x} is where {a} was born.", "The birthplace of {a} is {x}."),
     "{a} was not born in {x}."),
    (("violin", "piano", "flute", "drum"),
     ("{a} plays the {x} in the school band.", "In the school band the {x} is played by {a}.",
      "The instrument of {a} in the school band is the {x}."), "{a} does not play the {x} in the school band."),
    (("first", "second", "third", "last"),
     ("{a} finished the race in the {x} place.", "The {x} place in the race went to {a}.",
      "{a} was the {x} to finish the race."), "{a} was not the {x} to finish the race."),
    (("in the drawer", "under the mat", "on the shelf", "behind the clock"),
     ("{a} left the key {x}.", "The key is {x}, where {a} left it.", "{x} lies the key that {a} left."),
     "{a} did not leave the key {x}."),
    (("before lunch", "after lunch", "at midnight", "at dawn"),
     ("{a} called the doctor {x}.", "It was {x} when {a} called the doctor.", "The doctor got the call of {a} {x}."),
     "{a} did not call the doctor {x}."),
]
DETAILS = (
    "It was a warm day.", "Nobody was surprised.", "A letter had come from {b}.", "{b} had not been told.",
    "The shop next door was closed.", "{b} was looking for a new flat.", "", "", "",
)
# fmt: on


def made_entailment(rng: np.random.Generator, groups: int) -> list[Item]:
    """Return items made by rule: a hypothesis with three premises, one of each label, as in the written items."""
    found = []
    for number in range(groups):
        kind, other = rng.choice(len(FACTS), 2, replace=False)
        slots, phrasings, denial = FACTS[kind]
        a, b = rng.choice(PEOPLE, 2, replace=False)
        x, y = rng.choice(slots, 2, replace=False)
        said, heard, third = (phrasings[place] for place in rng.permutation(3))
        negated = rng.random() < 0.25
        hypothesis = (denial if negated else said).format(a=a, x=x)
        same, changed = heard.format(a=a, x=x), third.format(a=a, x=y)
        if not negated and rng.random() < 0.3:
            changed = denial.format(a=a, x=x)
        unrelated = rng.choice(FACTS[other][1]).format(a=a, x=rng.choice(FACTS[other][0]))
        if rng.random() < 0.5:  # the same fact of another person
            unrelated = heard.format(a=b, x=x if rng.random() < 0.5 else y)
        premises = (changed, unrelated, same) if negated else (same, unrelated, changed)
        for label, text in zip(LABELS, premises, strict=True):
            detail = str(rng.choice(DETAILS)).format(b=b)
            premise = " ".join(part for part in ((text, detail), (detail, text))[rng.integers(2)] if part)
            premise = premise[0].upper() + premise[1:]
            found.append(Item("entailment", pair(premise, hypothesis), label, str(number)))
    return found


TASKS = {
    "translation": translation,
    "headline": headline,
    "rating": rating,
    "sentiment": sentiment,
    "entailment": entailment,
}


@functools.cache
def items(task: str, split: str) -> list[Item]:
    return TASKS[task](split)


# --- training ----------------------------------------------------------------------------------------------------


def encode(found: list[Item]) -> list[tuple[list[int], list[int]]]:
    """Return source and target ids; a source that is too long loses its last tokens, not its end mark."""
    tokenizer = t5.tokenizer()
    sources = tokenizer([PREFIX[one.task] + one.source for one in found], verbose=False)["input_ids"]
    targets = tokenizer([one.target for one in found])["input_ids"]
    pairs = []
    for one, source, target in zip(found, sources, targets, strict=True):
        cut = source if len(source) <= LONGEST[one.task] else [*source[: LONGEST[one.task] - 1], t5.EOS]
        kept = target if len(target) <= WRITTEN[one.task] else [*target[: WRITTEN[one.task] - 1], t5.EOS]
        pairs.append((cut, kept))
    return pairs


def padded(lists: list[list[int]], fill: int):
    """Return the lists as a tensor, the shorter ones filled up on the right."""
    import torch

    width = max(map(len, lists))
    return torch.tensor([row + [fill] * (width - len(row)) for row in lists])


def batches(pairs: list, rng: np.random.Generator):
    """Yield one epoch in batches of sources of like length, in random order."""
    order = rng.permutation(len(pairs))
    groups = []
    for first in range(0, len(order), 20 * BATCH):
        bucket = sorted(order[first : first + 20 * BATCH], key=lambda n: (len(pairs[n][0]), len(pairs[n][1])))
        groups += [bucket[start : start + BATCH] for start in range(0, len(bucket), BATCH)]
    for place in rng.permutation(len(groups)):
        yield [pairs[number] for number in groups[place]]


def read(model, source):
    """Return the encoder's output and the mask of what is no padding."""
    mask = (source != t5.PAD).long()
    return model.encoder(input_ids=source, attention_mask=mask).last_hidden_state, mask


def logits_at(model, encoded, mask, before, places):
    """Return the logits at ``places`` alone (a mask over ``before``, what the decoder reads)."""
    hidden = model.decoder(
        input_ids=before, encoder_hidden_states=encoded, encoder_attention_mask=mask, use_cache=False
    ).last_hidden_state[places]
    return model.lm_head(hidden * model.config.d_model**-0.5)  # embeddings and output share their matrix


def loss_of(model, batch: list[tuple[list[int], list[int]]]):
    """Return the mean loss of the target's tokens; padding goes through no vocabulary matrix."""
    import torch
    from torch.nn.functional import cross_entropy

    source, target = padded([one for one, _ in batch], t5.PAD), padded([other for _, other in batch], -100)
    before = torch.cat([torch.full_like(target[:, :1], t5.PAD), target[:, :-1].clamp(min=t5.PAD)], dim=1)
    asked = target != -100
    with torch.autocast("cpu", torch.bfloat16, enabled=rows.fast_dtype() == "bfloat16"):
        encoded, mask = read(model, source)
        logits = logits_at(model, encoded, mask, before, asked)
    return cross_entropy(logits.float(), target[asked])


def new_model(start: str):
    """Return the model that a row begins with, with dropout."""
    import torch
    from transformers import T5ForConditionalGeneration

    if start == "scratch":
        model = t5.new_model()
    else:
        folder = TWIN if start == "twin" else START
        model = T5ForConditionalGeneration.from_pretrained(folder).float()
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = DROPOUT
    return model


def fine_tune(
    model, tasks: list[str], rates: tuple[float, float], seed: int, share: float = 1.0, epochs: int | None = None
) -> int:
    """Train on the training items of the tasks, each as many times as its epochs (times ``share``)."""
    import torch

    times = EPOCHS if epochs is None else dict.fromkeys(tasks, epochs)

    settings = t5.Settings(matrix_rate=rates[0], embedding_rate=rates[1], warmup=50, decay=0.5, seed=seed)
    pairs = {task: encode(items(task, "train")) for task in tasks}
    most = max(times[task] for task in tasks)
    order = []
    for epoch in range(most):
        found = list(itertools.chain.from_iterable(pairs[task] for task in tasks if times[task] > epoch))
        order += batches(found, np.random.default_rng((seed, epoch)))
    if len(tasks) > 1:  # a task of fewer epochs is met to the end, else it is forgotten
        order = [order[place] for place in np.random.default_rng(seed).permutation(len(order))]
    order = order[: round(share * len(order))]
    optimizers = t5.make_optimizers(model, settings)
    model.train()
    for step, batch in enumerate(order):
        loss_of(model, batch).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = t5.rate(step, len(order), settings) * group["peak"]
            optimizer.step()
            optimizer.zero_grad()
    model.eval()
    return len(order)


# --- answers and scores ------------------------------------------------------------------------------------------


def sorted_batches(found: list[Item], size: int):
    """Yield places and padded sources, batches of like length."""
    sources = [source for source, _ in encode(found)]
    order = sorted(range(len(found)), key=lambda number: len(sources[number]))
    for first in range(0, len(order), size):
        places = order[first : first + size]
        yield places, padded([sources[number] for number in places], t5.PAD)


def write(model, found: list[Item]) -> list[str]:
    """Return what the model writes, greedily."""
    import torch

    texts = [""] * len(found)
    with torch.inference_mode():
        for places, source in sorted_batches(found, 64):
            ids = model.generate(
                input_ids=source, attention_mask=(source != t5.PAD).long(), do_sample=False, num_beams=1,
                max_new_tokens=WRITTEN[found[0].task],
            )  # fmt: skip
            for place, text in zip(
                places, t5.tokenizer().batch_decode(ids, skip_special_tokens=True), strict=True
            ):
                texts[place] = text.strip()
    return texts


def expected(model, found: list[Item]) -> np.ndarray:
    """Return the mean of the written number under the model: its figures' probabilities, sign by sign."""
    import torch

    ids = t5.tokenizer().convert_tokens_to_ids
    signs, figures, point = ids(["▁", "▁-"]), ids(list("0123456789")), ids(".")
    heads = [(sign, figure) for sign in range(2) for figure in range(5)]
    before = torch.tensor([[t5.PAD, signs[sign], figures[figure], point] for sign, figure in heads])
    size = torch.tensor([(figure + tenth / 10) for _, figure in heads for tenth in range(10)]).view(10, 10)
    means = np.zeros(len(found))
    with torch.inference_mode():
        for places, source in sorted_batches(found, 32):
            encoded, mask = read(model, source)
            many = [part.repeat_interleave(len(heads), 0) for part in (encoded, mask)]
            start = before.repeat(len(places), 1)
            logits = logits_at(model, *many, start, torch.ones_like(start, dtype=torch.bool))
            logits = logits.view(len(places), len(heads), 4, -1).float()
            sign = logits[:, 0, 0, signs].softmax(-1)
            figure = logits[:, ::5, 1][:, :, figures[:5]].softmax(-1)  # after each sign
            tenth = logits[:, :, 3][:, :, figures].softmax(-1)
            weight = (sign[:, :, None] * figure).flatten(1)
            direction = torch.tensor([1.0] * 5 + [-1.0] * 5)
            value = (weight * direction * (tenth * size).sum(-1)).sum(-1)
            for place, mean in zip(places, value.tolist(), strict=True):
                means[place] = mean
    return means


def number(text: str) -> float | None:
    """Return the number that a text is, or None."""
    return float(text) if re.fullmatch(r"-?\d(?:\.\d)?", text.replace(" ", "")) else None


def chrf(answer: str, target: str) -> float:
    """Return the chrF of one answer (sacrebleu), 0 to 100."""
    import sacrebleu

    return sacrebleu.sentence_chrf(answer, [target]).score


def letters(answer: str, target: str) -> float:
    """Return the F1 of the letters that answer and target share (ROUGE-1 over characters), 0 to 100."""
    shared = sum((Counter(answer.replace(" ", "")) & Counter(target.replace(" ", ""))).values())
    total = len(answer.replace(" ", "")) + len(target.replace(" ", ""))
    return 200 * shared / total if total else 0.0


def pearson(one, other) -> float:
    """Return Pearson's r, 0 where one side is constant."""
    one, other = np.asarray(one, float), np.asarray(other, float)
    return float(np.corrcoef(one, other)[0, 1]) if one.std() and other.std() else 0.0


def score(task: str, found: list[Item], answers: list) -> dict:
    """Return the figures of a task; ``scores`` holds one number per item, for paired intervals."""
    if task in ("translation", "headline"):
        import sacrebleu

        each = [chrf(answer, one.target) for answer, one in zip(answers, found, strict=True)]
        shared = [letters(answer, one.target) for answer, one in zip(answers, found, strict=True)]
        whole = sacrebleu.corpus_chrf(answers, [[one.target for one in found]]).score
        return {
            "chrf": round(whole, 2),
            "chrf_mean": round(float(np.mean(each)), 2),
            "letter_f1": round(float(np.mean(shared)), 2),
            "exact": round(
                float(np.mean([a == one.target for a, one in zip(answers, found, strict=True)])), 4
            ),
            "scores": [round(value, 1) for value in each],
        }
    if task == "rating":
        by_source = {}
        for source in ratings.SOURCES:
            places = [place for place, one in enumerate(found) if one.kind == source]
            by_source[source] = round(
                pearson([answers[place] for place in places], [found[place].value for place in places]), 4
            )
        return {"r": by_source, "scores": [round(float(value), 2) for value in answers]}
    right = [answer == one.target for answer, one in zip(answers, found, strict=True)]
    return {"accuracy": round(float(np.mean(right)), 4), "right": rows.bits(right)}


def answer(model, task: str, split: str) -> dict:
    """Return a model's figures on a task."""
    found = items(task, split)
    if task != "rating":
        texts = write(model, found)
        row = score(task, found, texts)
        if task in ("sentiment", "entailment"):
            row["other_words"] = sum(text not in {one.target for one in found} for text in texts)
        else:
            row["examples"] = texts[:5]
        return row
    row = score(task, found, expected(model, found))
    if split == "dev":
        return row
    values = [number(text) for text in write(model, found)]
    written = score(task, found, [value if value is not None else 0.0 for value in values])
    return row | {"r_written": written["r"], "no_number": sum(value is None for value in values)}


# --- baselines ---------------------------------------------------------------------------------------------------


def tf_idf(analyzer: str = "char_wb"):
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(
        analyzer=analyzer, ngram_range=(1, 4) if analyzer != "word" else (1, 2), sublinear_tf=True, min_df=2
    )


def nearest(task: str) -> list[str]:
    """Return for each test item the target of the nearest training item (TF-IDF of character n-grams)."""
    train, test = items(task, "train"), items(task, "test")
    vectors = tf_idf("char").fit([one.source for one in train])
    memory, asked = (vectors.transform([one.source for one in part]) for part in (train, test))
    return [train[int(place)].target for place in np.asarray((asked @ memory.T).argmax(1)).ravel()]


def ridge() -> list[float]:
    """Return the test ratings of one TF-IDF ridge per source; its penalty is chosen on dev."""
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline, make_union

    found = np.zeros(len(items("rating", "test")))
    for source in ratings.SOURCES:
        part = {
            split: [one for one in items("rating", split) if one.kind == source] for split in ratings.SPLITS
        }
        best = (-1.0, None)
        for alpha in (0.5, 1.0, 2.0, 4.0, 8.0):
            model = make_pipeline(make_union(tf_idf("word"), tf_idf()), Ridge(alpha=alpha))
            model.fit([one.source for one in part["train"]], [one.value for one in part["train"]])
            dev = pearson(
                model.predict([one.source for one in part["dev"]]), [one.value for one in part["dev"]]
            )
            best = max(best, (dev, model), key=lambda pair: pair[0])
        places = [place for place, one in enumerate(items("rating", "test")) if one.kind == source]
        found[places] = best[1].predict([one.source for one in part["test"]])
    return found.tolist()


def linear(task: str) -> list[str]:
    """Return the test labels of TF-IDF with logistic regression (C = 4)."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline, make_union

    model = make_pipeline(make_union(tf_idf("word"), tf_idf()), LogisticRegression(C=4, max_iter=1000))
    train = items(task, "train")
    model.fit([one.source for one in train], [one.target for one in train])
    return list(model.predict([one.source for one in items(task, "test")]))


def baselines() -> list[dict]:
    """Return the figures of the methods without a network."""
    first = {
        "headline": [re.split("[、。]", one.source)[0][:20] for one in items("headline", "test")],
        "translation": [one.source for one in items("translation", "test")],
    }
    found = [
        ("translation", "translation memory", nearest("translation")),
        ("translation", "copy", first["translation"]),
        ("headline", "nearest paragraph", nearest("headline")),
        ("headline", "first words", first["headline"]),
        ("rating", "TF-IDF ridge", ridge()),
        ("sentiment", "TF-IDF logistic regression", linear("sentiment")),
        ("entailment", "TF-IDF logistic regression", linear("entailment")),
    ]
    for task in ("sentiment", "entailment"):
        commonest = Counter(one.target for one in items(task, "train")).most_common(1)[0][0]
        found.append((task, "most frequent label", [commonest] * len(items(task, "test"))))
    return [
        {"task": task, "method": method} | score(task, items(task, "test"), answers)
        for task, method, answers in found
    ]


# --- rows and intervals ------------------------------------------------------------------------------------------


def work(job: dict) -> dict:
    """Train and score one row."""
    import torch
    from transformers import set_seed

    torch.set_num_threads(1)
    set_seed(job["seed"])
    tasks = list(TASKS) if job["train"] == "all" else [job["train"]]
    model = new_model(job["start"])
    share, epochs = job.get("share", 1.0), job.get("epochs")
    steps = fine_tune(model, tasks, tuple(job["rates"]), job["seed"], share, epochs)
    if job["train"] == "all" and job["start"] == "pretrained" and job["seed"] == 0 and "share" not in job:
        model.half().save_pretrained(SHARED)
        model.float()
    return {"steps": steps, "tasks": {task: answer(model, task, job["split"]) for task in tasks}}


def interval(values: np.ndarray) -> list[float]:
    return [round(float(end), 4) for end in np.quantile(values, [0.025, 0.975])]


def resamples(found: list[Item], times: int = 2000) -> list[np.ndarray]:
    """Return places of items, clusters drawn with replacement."""
    groups = defaultdict(list)
    for place, one in enumerate(found):
        groups[one.cluster].append(place)
    groups = [np.asarray(places) for places in groups.values()]
    rng = np.random.default_rng(0)
    return [
        np.concatenate([groups[k] for k in rng.integers(len(groups), size=len(groups))]) for _ in range(times)
    ]


def per_item(task: str, figures: dict) -> np.ndarray:
    if "right" in figures:
        return np.array([bit == "1" for bit in figures["right"]], float)
    return np.asarray(figures["scores"], float)


def gain(task: str, ours: list[dict], theirs: list[dict]) -> list[dict]:
    """Return the mean gain of some rows over others, with a 95 % interval over clusters of test items."""
    found = items(task, "test")
    sides = [np.stack([per_item(task, row) for row in side]) for side in (ours, theirs)]
    if task != "rating":
        gap = sides[0].mean(0) - sides[1].mean(0)
        draws = np.array([gap[places].mean() for places in resamples(found)])
        return [{"gain": round(float(gap.mean()), 4), "interval": interval(draws), "n": len(found)}]
    value, results, every = np.array([one.value for one in found]), [], []
    for source in ratings.SOURCES:
        places = [place for place, one in enumerate(found) if one.kind == source]
        part = [found[place] for place in places]
        own, truth = [side[:, places] for side in sides], value[places]

        def mean_r(side: np.ndarray, chosen: np.ndarray, truth=truth) -> float:
            return float(np.mean([pearson(row[chosen], truth[chosen]) for row in side]))

        everything = np.arange(len(part))
        draws = np.array(
            [mean_r(own[0], chosen) - mean_r(own[1], chosen) for chosen in resamples(part, 1000)]
        )
        whole = mean_r(own[0], everything) - mean_r(own[1], everything)
        results.append(
            {"source": source, "gain": round(whole, 4), "interval": interval(draws), "n": len(part)}
        )
        every.append((whole, draws))
    # The sources share no cluster, so the mean of their draws is a draw of the mean.
    whole, draws = (np.mean(side, axis=0) for side in zip(*every, strict=True))
    results.append(
        {"source": "mean", "gain": round(float(whole), 4), "interval": interval(draws), "n": len(found)}
    )
    return results


def gains(done: list[dict], plain: list[dict]) -> list[dict]:
    """Return what pre-training brings, what one shared model costs or brings, and how far the baselines are."""
    table = defaultdict(dict)
    for row in done:
        for task, figures in row["tasks"].items():
            table[task, row["start"], row["train"] == "all"][row["seed"]] = figures
    found = []

    def compare(name: str, task: str, ours: dict, theirs: dict) -> None:
        seeds = sorted(set(ours) & set(theirs))
        if seeds:
            for row in gain(task, [ours[s] for s in seeds], [theirs[s] for s in seeds]):
                found.append({"compared": name, "task": task, "seeds": len(seeds)} | row)

    for task in TASKS:
        own = table[task, "pretrained", False]
        compare("pretrained - scratch", task, own, table[task, "scratch", False])
        compare("span corruption - language model", task, own, table[task, "twin", False])
        compare("all tasks - one task", task, table[task, "pretrained", True], own)
        for row in plain:
            if row["task"] == task:
                compare(f"pretrained - {row['method']}", task, own, dict.fromkeys(own, row))
    return found


def on_dev(row: dict) -> float:
    """Return the figure that rates are chosen by: mean r over the sources, or mean chrF (0 to 1)."""
    figures = row["tasks"][row["train"]]
    found = np.mean(list(figures["r"].values())) if "r" in figures else figures["chrf_mean"] / 100
    return round(float(found), 4)


def choose(tried: list[dict]) -> list[float]:
    """Return the rates with the highest sum of the dev figures over the tasks that were tried."""
    total = Counter()
    for row in tried:
        total[tuple(row["rates"])] += on_dev(row)
    return list(max(total, key=total.get))


def main(rest: list[str]) -> None:
    parser = rows.options(__doc__.splitlines()[0], "08_t5.json")
    parser.add_argument("--try", dest="trial", action="store_true", help="rates on dev, by short runs")
    parser.add_argument("--only", default="", help="rows that train on these tasks (comma, also: all)")
    parser.add_argument("--store", action="store_true", help="put the models into data/models/t5-enja-mini")
    parser.add_argument("--others", type=int, default=1, help="seeds of the rows without a required gain")
    parser.set_defaults(workers=0, seeds=3)
    arguments = parser.parse_args(rest)
    if arguments.store:
        store()
        return
    made_from = rows.fingerprint(
        START / "model.safetensors",
        t5.OUT / "tokenizer.json",
        ENTAILMENT,
        *sorted(SEGMENTS.glob("*.gz")),
        (PREFIX, EPOCHS, LONGEST, WRITTEN, BATCH, DROPOUT, TRANSLATIONS, STEP),
    )
    named = arguments.only.split(",") if arguments.only else None
    trials = [
        {"train": task, "start": start, "seed": 0, "split": "dev", "rates": list(pair), "share": share}
        | {"made_from": made_from}
        for task, share in TRIED.items()
        for start in STARTS
        for pair in CANDIDATES
    ]
    limit = arguments.minutes if arguments.trial else 0
    tried = rows.run(trials, work, t5.WORK / "try.jsonl", limit, arguments.workers)
    if len(tried) < len(trials):
        sys.exit(f"{len(trials) - len(tried)} trials are left: run `t5.py tune --try` first.")
    rates = {start: choose([row for row in tried if row["start"] == start]) for start in STARTS}
    print(f"rates: {rates}", flush=True)
    if arguments.trial:
        return
    jobs = [
        {"train": task, "start": start, "seed": seed, "split": "test", "rates": rates[start]}
        | {"made_from": made_from}
        | ({"epochs": ALONE[task]} if task in ALONE else {})
        for task in (*TRIED, "all", "translation", "sentiment", "entailment")
        for seed in range(arguments.seeds if task in TRIED else arguments.others)
        for start in STARTS
        if (named is None or task in named) and (task, start) != ("all", "scratch")
    ]
    twin = TWIN / "model.safetensors"
    if twin.exists():
        jobs += [
            job | {"start": "twin", "made_from": rows.fingerprint(twin, made_from)}
            for job in jobs
            if job["start"] == "pretrained" and job["train"] in TRIED
        ]
    # First the two tasks that a gain is required on, then one seed of everything, then the other seeds.
    jobs.sort(key=lambda job: (job["train"] not in TRIED, job["seed"]))
    done = rows.run(jobs, work, t5.WORK / "tune.jsonl", arguments.minutes, arguments.workers)
    plain = baselines()
    rows.write(
        arguments.out,
        {
            "made_by": "data/build/t5.py tune",
            "machine": rows.machine(),
            "prefix": PREFIX,
            "epochs": EPOCHS,
            "epochs_alone": ALONE,
            "rates": rates,
            "tried": [
                {key: row[key] for key in ("train", "start", "rates", "steps")} | {"dev": on_dev(row)}
                for row in tried
            ],
            "items": {task: {split: len(items(task, split)) for split in ratings.SPLITS} for task in TASKS},
            "clusters": {task: len({one.cluster for one in items(task, "test")}) for task in TASKS},
            "baselines": plain,
            "gains": gains(done, plain),
            "rows": done,
        },
    )


def store() -> None:
    """Copy the pre-trained model and the shared one to data/models/t5-enja-mini."""
    for folder, out in ((START, t5.OUT), (SHARED, t5.OUT / "tuned")):
        out.mkdir(parents=True, exist_ok=True)
        for name in ("config.json", "generation_config.json", "model.safetensors"):
            shutil.copyfile(folder / name, out / name)
    shutil.copyfile(t5.WORK / "span.jsonl", t5.OUT / "training.jsonl")
    total = sum(file.stat().st_size for file in t5.OUT.rglob("*") if file.is_file())
    print(f"{t5.OUT.name}: {total:,} bytes")
