"""Lesson 07's triples and metrics, its items that no person wrote, and the engine that measured them."""

import gzip
import json
import sys

import numpy as np
import pytest

from llmlab import claims, decanlp
from llmlab.errors import CourseError
from tests.rules import ROOT

MADE = {"translation": (200, 100), "headline": (200, 100)}


def lines(name):
    with gzip.open(ROOT / "data" / "decanlp" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as rows:
        return [json.loads(row) for row in rows]


@pytest.fixture
def build(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "data" / "build"))

    def load(name):
        sys.modules.pop(name, None)
        return __import__(name)

    return load


# ---------------------------------------------------------------- items


@pytest.mark.parametrize("task", MADE)
def test_pages_lie_in_one_split(task):
    pages = {}
    for row in lines(task):
        pages.setdefault(row["group"], set()).add(row["split"])
    assert all(len(splits) == 1 for splits in pages.values())
    rows = {split: decanlp.items(task, split) for split in decanlp.SPLITS}
    assert (len(rows["test"]), len(rows["dev"])) == MADE[task]
    assert len(rows["train"]) >= 1000
    assert len({one.group for one in rows["test"]}) >= 60


@pytest.mark.parametrize("task", decanlp.TASKS)
def test_no_context_of_test_stands_elsewhere(task):
    held = {" ".join(one.context.casefold().split()) for one in decanlp.items(task, "test")}
    for split in ("train", "dev"):
        shared = held & {" ".join(one.context.casefold().split()) for one in decanlp.items(task, split)}
        assert not shared, sorted(shared)[:3]


@pytest.mark.parametrize("task", decanlp.TASKS)
def test_items_are_whole(task):
    for split in decanlp.SPLITS:
        found = decanlp.items(task, split)
        assert len({one.id for one in found}) == len(found)
        for one in found:
            assert one.task == task and one.context.strip() and all(text.strip() for text in one.answers)
            if task in decanlp.LABELS:
                assert one.answers[0] in decanlp.LABELS[task]


def test_sentiment_is_balanced_and_large():
    for split, size in decanlp.SENTIMENT.items():
        said = [one.answers[0] for one in decanlp.items("sentiment", split)]
        assert len(said) == size and said.count("positive") == size // 2
    groups = [{one.group for one in decanlp.items("sentiment", split)} for split in decanlp.SPLITS]
    assert not groups[0] & groups[1] and not groups[1] & groups[2] and not groups[0] & groups[2]


def test_ruled_items_answer_from_their_context():
    ruled = decanlp.items("qa", "train")
    assert len(ruled) >= 300
    assert all(one.answers[0] in one.context for one in ruled)
    labels = [one.answers[0] for one in decanlp.items("entailment", "train")]
    assert {labels.count(name) for name in decanlp.LABELS["entailment"]} == {len(labels) // 3}


def test_ruled_items_share_nothing_with_the_written_ones():
    for task, slot in (("qa", "question"), ("entailment", "hypothesis")):
        ruled = {one.slots[slot].casefold() for one in decanlp.items(task, "train")}
        written = {one.slots[slot].casefold() for s in ("dev", "test") for one in decanlp.items(task, s)}
        assert not ruled & written


# ---------------------------------------------------------------- triples and wordings


def test_eight_wordings_each_with_distinct_answers():
    for task in decanlp.TASKS:
        found = decanlp.wordings(task)
        assert len(found) == 8 and len({one["ask"] for one in found}) == 8
        for one in found:
            if task in decanlp.LABELS:
                assert len(set(one["answers"])) == len(decanlp.LABELS[task])
            else:
                assert "answers" not in one


def test_triple_puts_the_question_into_words():
    item = decanlp.Item(
        "entailment", "x", "x", "The shop is shut.", ("neutral",), {"hypothesis": "It rains."}
    )
    found = decanlp.triple(
        item, {"ask": "{hypothesis} Yes, maybe, or no?", "answers": ["yes", "maybe", "no"]}
    )
    assert found == decanlp.Triple("It rains. Yes, maybe, or no?", "The shop is shut.", "maybe")


def test_empty_context_is_said():
    with pytest.raises(CourseError, match="文脈"):
        decanlp.triple(decanlp.Item("headline", "x", "x", "  ", ("A",)), {"ask": "What is the title?"})
    with pytest.raises(CourseError, match="質問"):
        decanlp.triple(decanlp.Item("qa", "x", "x", "text", ("A",), {"question": ""}), {"ask": "{question}"})


# ---------------------------------------------------------------- metrics


def item(task, *answers):
    return decanlp.Item(task, "x", "x", "text", answers)


@pytest.mark.parametrize(
    ("task", "said", "answers", "expected"),
    [
        ("qa", "the blue cat", ("blue cat",), 100.0),  # articles, capitals and marks do not count
        ("qa", "Blue, cat!", ("blue cat",), 100.0),
        ("qa", "blue dog", ("blue cat",), 50.0),
        ("qa", "second", ("the second floor", "second"), 100.0),  # the best of the answers
        ("qa", "", ("cat",), 0.0),
        ("entailment", "neutral", ("neutral",), 100.0),
        ("entailment", "neutral entailment", ("neutral",), 0.0),
        ("headline", "Printing a page", ("printing a page",), 100.0),
        ("headline", "nothing alike", ("printing a page",), 0.0),
    ],
)
def test_scores(task, said, answers, expected):
    assert decanlp.score(task, [said], [item(task, *answers)]) == pytest.approx(expected)


def test_bleu_is_of_all_sentences_at_once():
    from torchmetrics.functional.text import sacre_bleu_score

    said = ["次の色を選びます。", "画像を保存する。", "窓"]
    wanted = ["次の色を選択します。", "画像を保存します。", "ウィンドウを開きます。"]
    found = decanlp.score("translation", said, [item("translation", text) for text in wanted])
    assert found == pytest.approx(
        100 * float(sacre_bleu_score(said, [[t] for t in wanted], tokenize="char")), abs=1e-3
    )
    counts = decanlp.item_scores("translation", said, [item("translation", text) for text in wanted])
    assert counts.shape == (3, 10)
    assert decanlp.total(counts[:1]) != pytest.approx(found)
    low, high = claims.bootstrap(counts, decanlp.total, n_resamples=50)[1:]
    assert 0 <= low <= high <= 100


def test_numbers_of_answers_must_agree():
    with pytest.raises(CourseError, match="同じ数"):
        decanlp.score("qa", ["a", "b"], [item("qa", "a")])


def test_deca_score_is_the_sum_of_all_five():
    scores = dict.fromkeys(decanlp.TASKS, 20.0)
    assert decanlp.deca_score(scores) == 100.0
    del scores["qa"]
    with pytest.raises(CourseError, match="qa"):
        decanlp.deca_score(scores)


# ---------------------------------------------------------------- the engine


def test_restricted_words_come_from_their_place(build):
    engine = build("decanlp")
    engine._tokenizer, model = engine.chat_model()
    items = decanlp.items("qa", "dev")[:3]
    wording = decanlp.wordings("qa")[0]
    spans = engine.ask(model, items, [wording], allowed=engine.rule_of("spans"), write=True)[0]
    assert all(text and text in one.context for text, one in zip(spans, items, strict=True))


def test_reading_the_context_once_changes_no_score(build):
    """What is cached, padded and continued gives the same probabilities as each whole prompt alone."""
    import torch

    engine = build("decanlp")
    engine._tokenizer, model = engine.chat_model()
    model = model.float()
    items = [*decanlp.items("sentiment", "dev")[:3], decanlp.items("sentiment", "dev")[-1]]
    wordings = decanlp.wordings("sentiment")[:2]
    head = engine.shown(decanlp.items("sentiment", "train")[0], wordings[0])
    found = engine.ask(model, items, wordings, head)
    for number, wording in enumerate(wordings):
        for place, one in enumerate(items):
            text = (
                head + engine.CONTEXT.format(context=one.context) + engine.ASK.format(question=wording["ask"])
            )
            # Parts are cut into tokens one by one, as they are put together.
            tokens = engine.ids(head) + engine.ids(engine.CONTEXT.format(context=one.context))
            tokens += engine.ids(engine.ASK.format(question=wording["ask"]))
            assert engine._tokenizer.decode(tokens) == text
            with torch.no_grad():
                logits = model(torch.tensor([tokens])).logits[0, -1]
            first = [engine.ids(" " + word)[0] for word in wording["answers"]]
            assert np.allclose(found[number][place], logits[first].log_softmax(-1).tolist(), atol=2e-3)


def test_sections_stop_at_whole_sentences(build):
    made = build("decanlp_items")
    words = "one two three four five six seven eight nine ten."
    page = [{"tag": "h2", "text": "A heading"}, *({"tag": "p", "text": words.capitalize()} for _ in range(9))]
    [(heading, text)] = made.sections([dict(element, id="") for element in page])
    assert heading == "A heading"
    assert made.FEWEST <= len(text.split()) <= made.MOST and text.endswith("ten.")
    assert not made.is_heading("One two three", "One two three four five six.")
    assert made.is_heading("Saving a File", "Click the button.")
