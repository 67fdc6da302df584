"""Lesson 11's questions: the baseline that reads them, those that were written, those made by rule."""

from __future__ import annotations

import collections
import gzip
import json
import re
import sys
import tomllib
from pathlib import Path

import pytest

from llmlab.errors import CourseError
from llmlab.qa_questions import questions, sliding_window

ROOT = Path(__file__).resolve().parent.parent
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")


def committed(name: str) -> list[dict]:
    with gzip.open(ROOT / "data" / name, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def assert_clear(error: Exception, words: str) -> None:
    assert isinstance(error, CourseError) and JAPANESE.search(str(error))
    assert re.search(words, str(error)), str(error)
    assert str(error).endswith("。") and "\n" not in str(error)


# ---------------------------------------------------------------- the baseline

GARDEN = (
    "Ann sold the shop in 1970. Her son Carl opened a garden in Rome with fifteen palms and an old red gate."
)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Who opened the garden?", "Carl"),
        ("Who sold the shop?", "Ann"),
        ("When was the shop sold?", "1970"),
        ("How many palms are in the garden?", "fifteen"),
        ("What colour does the gate of the garden have?", "old red"),
    ],
)
def test_the_sliding_window_takes_a_fitting_run_near_the_questions_words(question, answer):
    found = sliding_window(question, GARDEN)
    assert found["answer"] == answer
    assert GARDEN[found["start"] : found["end"]] == found["answer"] and 0 <= found["score"] <= 1


def test_the_sliding_window_prefers_the_heavier_window_and_then_the_nearer_run():
    text = (
        "The wooden wheel belongs to Ann. Grain is cheap this year. The oil mill of Tessa has a copper wheel."
    )
    assert sliding_window("Of what metal is the wheel?", text, 6)["answer"] == "wooden"
    assert sliding_window("Of what metal is the wheel of the oil mill?", text, 9)["answer"] == "copper"
    assert sliding_window("What is the mill like?", "grey mill, tall wheel")["answer"] == "grey"
    assert sliding_window("What?", "the")["answer"] == "the"
    wide, narrow = (sliding_window("When was the shop sold by Ann?", GARDEN, width) for width in (12, 3))
    assert wide["score"] == pytest.approx(1) and narrow["score"] < 0.5


def test_the_sliding_window_says_when_there_is_nothing_to_read():
    with pytest.raises(CourseError) as caught:
        sliding_window("Who?", " … ")
    assert_clear(caught.value, "単語がありません")


# ---------------------------------------------------------------- the written questions

KINDS = ("who", "what", "when", "where", "how many", "why")


def normalise(text: str) -> str:
    """Lower case, without punctuation and articles: as SQuAD's measure compares answers."""
    return " ".join(word for word in re.findall(r"\w+", text.lower()) if word not in {"a", "an", "the"})


def written(split: str) -> list[dict]:
    return tomllib.loads((ROOT / "data" / "qa" / f"{split}.toml").read_text("utf-8"))["context"]


def answers(one: dict) -> list[str]:
    return one["answers"] if "answers" in one else [one["answer"]]


@pytest.mark.parametrize(("split", "texts", "without"), [("test", 54, 30), ("dev", 15, 8)])
def test_the_written_items_have_their_form(split, texts, without):
    found = written(split)
    assert len(found) == texts and len({one["id"] for one in found}) == texts
    asked = [some for one in found for some in one["question"]]
    assert len(asked) == 4 * texts
    kinds = collections.Counter(one["kind"] for one in asked)
    assert set(kinds) == set(KINDS) and len(set(kinds.values())) == 1, kinds
    none = collections.Counter(one["kind"] for one in asked if not answers(one))
    assert sum(none.values()) >= without and set(none) == set(KINDS), none
    assert sum(len(one["text"].split()) >= 60 for one in found) >= texts / 2
    for one in found:
        assert set(one) == {"id", "text", "text_ja", "question"} and one["id"].startswith(f"{split}-")
        assert 30 <= len(one["text"].split()) <= 100 and JAPANESE.search(one["text_ja"]), one["id"]
        assert not JAPANESE.search(one["text"]) and one["text_ja"].endswith("。"), one["id"]
        assert len({some["kind"] for some in one["question"]}) == 4, one["id"]
        for some in one["question"]:
            assert set(some) in (
                {"kind", "question", "question_ja", "answer"},
                {"kind", "question", "question_ja", "answers"},
            ), some
            assert some["question"].endswith("?") and some["question_ja"].endswith("か。"), some
            assert not JAPANESE.search(some["question"]) and JAPANESE.search(some["question_ja"]), some


@pytest.mark.parametrize("split", ["test", "dev"])
def test_every_answer_is_a_span_of_its_text(split):
    for one in written(split):
        for some in one["question"]:
            longest = 16 if some["kind"] == "why" else 10
            normal = [normalise(span) for span in answers(some)]
            assert len(set(normal)) == len(normal), some
            for span in answers(some):
                assert 1 <= len(span.split()) <= longest and normalise(span), some
                found = re.findall(rf"(?<!\w){re.escape(span)}(?!\w)", one["text"])
                assert 1 <= len(found) <= 2, (one["id"], span, found)
            if answers(some):  # the answer to show is not given away by the question
                assert normalise(answers(some)[0]) not in normalise(some["question"]), some


def test_no_text_and_no_question_stands_twice():
    everything = written("test") + written("dev")
    other = tomllib.loads((ROOT / "data" / "decanlp" / "qa.toml").read_text("utf-8"))["context"]
    for key in ("text", "text_ja"):
        assert len({one[key] for one in everything + other}) == len(everything) + len(other), key
    asked = [some for one in everything + other for some in one["question"]]
    assert len({normalise(some["question"]) for some in asked}) == len(asked)
    sentences = collections.Counter(
        normalise(part) for one in everything + other for part in re.split(r"(?<=[.!?]) ", one["text"])
    )
    assert max(sentences.values()) == 1


def test_answers_stand_in_every_part_of_the_texts():
    where = collections.Counter(
        int(3 * one["text"].index(answers(some)[0]) / len(one["text"]))
        for one in written("test")
        for some in one["question"]
        if answers(some)
    )
    assert min(where[third] for third in range(3)) >= 40, where


def test_the_baseline_does_not_solve_the_questions_to_choose_on():
    """On dev alone: nothing is scored on the test before the lesson's model is."""
    asked = [one for one in questions("dev") if one.answers]
    right = [
        normalise(sliding_window(one.question, one.context)["answer"]) in map(normalise, one.answers)
        for one in asked
    ]
    assert 0.05 <= sum(right) / len(right) <= 0.35


def test_the_questions_can_be_read():
    test, dev = questions("test"), questions("dev")
    assert (len(test), len(dev)) == (216, 60)
    assert len({one.id for one in test + dev}) == 276 and len({one.group for one in test}) == 54
    assert not {one.context for one in test} & {one.context for one in dev}
    assert all(one.ja["context"] and one.ja["question"] and one.kind in KINDS for one in test + dev)
    assert {type(one.answers) for one in test} == {tuple}
    with pytest.raises(CourseError) as caught:
        questions("train")
    assert_clear(caught.value, "dev か test")


# ---------------------------------------------------------------- the training questions


@pytest.fixture(scope="module")
def build():
    sys.path.insert(0, str(ROOT / "data" / "build"))
    try:
        import qa_items
    finally:
        sys.path.remove(str(ROOT / "data" / "build"))
    return qa_items


@pytest.fixture(scope="module")
def train() -> list[dict]:
    return committed("qa/train.jsonl.gz")


def test_the_training_questions_are_made_again_alike(build, train):
    rows, left_out = build.questions()
    assert rows == train
    assert left_out["skeleton of a written question"] > 0
    assert [json.loads(line) for line in gzip.decompress(build.packed(rows)).splitlines()] == train


def test_the_training_questions_have_their_form(train):
    assert len(train) >= 5000 and len({one["id"] for one in train}) == len(train)
    assert len({(one["context"], one["question"]) for one in train}) == len(train)
    kinds = collections.Counter(one["kind"] for one in train)
    assert set(kinds) == set(KINDS) and min(kinds.values()) >= 500, kinds
    none = sum(one["answer"] is None for one in train) / len(train)
    assert 0.1 <= none <= 0.25
    assert collections.Counter(one["source"] for one in train)["manual"] >= 1000
    for one in train:
        assert one["question"].endswith("?") and one["license"], one
        assert 15 <= len(one["context"].split()) <= 140, one
        if one["answer"] is None:
            assert one["start"] is None
        else:
            assert one["context"][one["start"] :].startswith(one["answer"]), one
            assert len(re.findall(rf"(?<!\w){re.escape(one['answer'])}(?!\w)", one["context"])) == 1, one


def runs(text: str, length: int) -> set[str]:
    words = re.findall(r"\w+", text.lower())
    return {" ".join(words[k : k + length]) for k in range(len(words) - length + 1)}


def test_training_shares_nothing_with_the_written_items(build, train):
    """No form of question, no five words of a question in a row, no six of a text, no invented name."""
    texts = written("test") + written("dev")
    asked = [some["question"] for one in texts for some in one["question"]]
    assert sorted(build.written()) == sorted(asked)
    trained = [one["question"] for one in train]
    assert not {build.skeleton(one) for one in asked} & {build.skeleton(one) for one in trained}
    seen = set().union(*(runs(one, 5) for one in trained))
    assert not [one for one in asked if runs(one, 5) & seen]
    seen = set().union(*(runs(context, 6) for context in {one["context"] for one in train}))
    assert not [one["id"] for one in texts if runs(one["text"], 6) & seen]
    words = set(re.findall(r"\w+", " ".join(one["text"] for one in texts)))
    assert not words & {*build.WOMEN, *build.MEN, *build.SURNAMES, *build.TOWNS}


def test_the_skeleton_keeps_what_a_form_consists_of(build):
    assert build.skeleton("When did the old tortoise disappear?") == "when did the old _"
    assert build.skeleton("When did the grey fast horse disappear?") == "when did the _"
    assert build.skeleton("When did Ann's horse leave?") == build.skeleton("When did Bob's cat sit?")
    assert build.skeleton("Who has the lamp?") != build.skeleton("Who had the lamp?")


def test_manuals_come_from_training_pages_alone(build, train):
    pages = {one["group"] for one in train if one["source"] == "manual"}
    assert len(pages) >= 300
    assert {build.split_of(page) for page in pages} == {"train"}
    held_out = {
        row["id"].split("#")[0]
        for split in ("dev", "test")
        for row in committed(f"corpus/enja/{split}.jsonl.gz")
    }
    assert not pages & held_out


@pytest.mark.parametrize(
    ("sentence", "question", "answer"),
    [
        ("The tool is slow because every pixel is read twice.", "What is the reason that the tool is slow?", "every pixel is read twice"),
        ("Guides are used to align several layers of a picture.", "For what purpose does one use Guides?", "align several layers of a picture"),
        ("You can move the border by dragging.", None, None),
        ("You can move the lower border by using the arrow keys.", "One can move the lower border by means of what?", "using the arrow keys"),
        ("To remove the last mark, press Delete.", "In order to remove the last mark, one has to do what?", "press Delete"),
        ("The sheet then shows three handles on its left side.", "The sheet then shows how many handles on its left side?", "three"),
        ("You find the same command in the Edit menu of the window.", "You find the same command where of the window?", "in the Edit menu"),
    ],
)  # fmt: skip
def test_the_rules_ask_what_the_sentence_answers(build, sentence, question, answer):
    made = []
    for kind, pattern, form in build.RULES:
        if match := re.search(pattern, sentence):
            named = match.groupdict(default="")
            found = named.pop("b")
            kept = form.startswith("{")
            made.append(
                (form.format(**{k: t if kept else build.lowered(t) for k, t in named.items()}), found)
            )
            assert kind in KINDS
            break
    if question is None:
        assert made == []
    else:
        assert [(" ".join(text.split()), found) for text, found in made] == [(question, answer)]
