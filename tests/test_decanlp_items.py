"""Lesson 07: the written items for question answering and entailment, and that no shortcut solves them."""

import collections
import copy
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

FOLDER = Path(__file__).resolve().parent.parent / "data" / "decanlp"
LABELS = ("entailment", "neutral", "contradiction")
NEGATIONS = {"cannot", "neither", "never", "no", "nobody", "none", "nor", "not", "nothing", "without"}
NUMBERS = (
    "one two three four five six seven eight nine ten eleven twelve fifteen nineteen twenty thirty forty fifty sixty "
    "eighty midnight noon"
).split()
LIMIT = 0.45  # of three classes; chance is a third


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+(?:'[a-z]+)?", text.lower())


def normalise(text: str) -> str:
    """Lower case, without punctuation and articles: as SQuAD's measure compares answers."""
    return " ".join(word for word in re.findall(r"\w+", text.lower()) if word not in {"a", "an", "the"})


def japanese(text: str) -> bool:
    return bool(re.search(r"[ぁ-んァ-ヶ]", text))


@pytest.fixture(scope="module")
def contexts():
    return tomllib.loads((FOLDER / "qa.toml").read_text("utf-8"))["context"]


@pytest.fixture(scope="module")
def hypotheses():
    return tomllib.loads((FOLDER / "entailment.toml").read_text("utf-8"))["hypothesis"]


# ---------------------------------------------------------------- question answering


def answers(question: dict) -> list[str]:
    return question["answers"] if "answers" in question else [question["answer"]]


def test_the_texts_and_questions_have_their_form(contexts):
    assert collections.Counter(one["split"] for one in contexts) == {"dev": 20, "test": 40}
    for one in contexts:
        assert set(one) == {"id", "split", "text", "text_ja", "question"}, one["id"]
        assert len(one["question"]) == 3 and 40 <= len(one["text"].split()) <= 80, one["id"]
        assert one["id"].startswith(one["split"]) and japanese(one["text_ja"]), one["id"]
        for some in one["question"]:
            assert set(some) in (
                {"question", "question_ja", "answer"},
                {"question", "question_ja", "answers"},
            ), some
            assert some["question"].endswith("?") and japanese(some["question_ja"]), some


def test_every_answer_is_a_short_span_of_its_text(contexts):
    for one in contexts:
        for some in one["question"]:
            assert answers(some) and len(answers(some)) == len(set(answers(some))), some
            for span in answers(some):
                assert 1 <= len(span.split()) <= 5 and normalise(span), some
                found = re.findall(rf"(?<!\w){re.escape(span)}(?!\w)", one["text"], re.IGNORECASE)
                assert 1 <= len(found) <= 2, (one["id"], span, found)
                assert f" {normalise(span)} " in f" {normalise(one['text'])} ", (one["id"], span)


def test_no_text_and_no_question_stands_twice(contexts):
    for key in ("id", "text", "text_ja"):
        assert len({one[key] for one in contexts}) == len(contexts), key
    asked = [(some["question"], some["question_ja"]) for one in contexts for some in one["question"]]
    assert len({english for english, _ in asked}) == len({ja for _, ja in asked}) == len(asked) == 180
    sentences = collections.Counter(
        normalise(part) for one in contexts for part in re.split(r"(?<=[.!?]) ", one["text"])
    )
    assert max(sentences.values()) == 1


def test_the_answers_stand_everywhere_and_the_questions_ask_for_many_things(contexts):
    where = collections.Counter()
    asked = collections.Counter()
    for one in contexts:
        for some in one["question"]:
            where[int(3 * one["text"].lower().index(answers(some)[0].lower()) / len(one["text"]))] += 1
            asked[some["question"].split()[0]] += 1
    assert min(where[third] for third in range(3)) >= 40
    assert all(asked[word] >= 5 for word in ("Who", "When", "Where", "How", "Which", "What", "Why")), asked


def first_of_the_nearest_sentence(text: str, question: str) -> str:
    """The trivial rule: the sentence that shares most words with the question, and its first number or name."""
    kept = set(words(question)) - ENGLISH_STOP_WORDS
    best = max(re.split(r"(?<=[.!?]) ", text), key=lambda part: len(kept & set(words(part))))
    tokens = re.findall(r"[\w,:'-]*\w", best)
    numeric = re.match(r"How|When|At what|On which|In (what|which) year|What time|Until", question)
    if numeric:
        found = [one for one in tokens if one[0].isdigit() or one.lower() in NUMBERS or one.endswith("day")]
    else:  # a sentence's first word is a capital for another reason, unless it is no common word
        found = [
            one for at, one in enumerate(tokens) if one[0].isupper() and (at or one.lower() not in COMMON)
        ]
    return found[0] if found else ""


COMMON = ENGLISH_STOP_WORDS | set(NUMBERS) | {"today", "before", "tickets", "nobody"}


def test_the_nearest_sentence_does_not_answer_by_itself(contexts):
    hits = [
        any(guess in normalise(span).split() for span in answers(some))
        for one in contexts
        for some in one["question"]
        for guess in [normalise(first_of_the_nearest_sentence(one["text"], some["question"]))]
    ]
    assert np.mean(hits) <= 0.35, np.mean(hits)


# ---------------------------------------------------------------- entailment


def pairs(hypotheses: list[dict]) -> list[dict]:
    return [
        {
            "group": one["id"],
            "split": one["split"],
            "hypothesis": one["text"],
            "premise": some["text"],
            "label": some["label"],
        }
        for one in hypotheses
        for some in one["premise"]
    ]


def jaccard(premise: str, hypothesis: str) -> float:
    """How many content words the two share, of all that they have."""
    left, right = (set(words(text)) - ENGLISH_STOP_WORDS for text in (premise, hypothesis))
    return len(left & right) / len(left | right)


def overlap(pair: dict) -> list[float]:
    premise, hypothesis = words(pair["premise"]), words(pair["hypothesis"])
    shared = set(premise) & set(hypothesis)
    return [
        jaccard(pair["premise"], pair["hypothesis"]),
        len(shared) / len(set(hypothesis)),
        len(shared - ENGLISH_STOP_WORDS) / max(1, len(set(hypothesis) - ENGLISH_STOP_WORDS)),
        len(premise),
        len(hypothesis),
        sum(word in NEGATIONS for word in premise),
        sum(word in NEGATIONS for word in hypothesis),
    ]


def accuracy_of_words(found: list[dict], key: str) -> float:
    """A bag of words and logistic regression that sees one side only, on folds of all pairs."""
    model = make_pipeline(CountVectorizer(token_pattern=r"\w+"), LogisticRegression(max_iter=2000))
    folds = StratifiedKFold(10, shuffle=True, random_state=0)
    return cross_val_score(
        model, [one[key] for one in found], [one["label"] for one in found], cv=folds
    ).mean()


def accuracy_of_overlap(found: list[dict]) -> float:
    """What lengths, shared words and negations tell, on folds that keep the pairs of a hypothesis together."""
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
    folds = StratifiedGroupKFold(10, shuffle=True, random_state=0)
    table = np.array([overlap(one) for one in found], float)
    labels, groups = [one["label"] for one in found], [one["group"] for one in found]
    return cross_val_score(model, table, labels, cv=folds, groups=groups).mean()


def test_every_hypothesis_stands_once_with_each_label(hypotheses):
    assert collections.Counter(one["split"] for one in hypotheses) == {"dev": 22, "test": 44}
    for one in hypotheses:
        assert set(one) == {"id", "split", "text", "text_ja", "premise"}, one["id"]
        assert one["id"].startswith(one["split"]) and japanese(one["text_ja"]), one["id"]
        assert [some["label"] for some in one["premise"]] == list(LABELS), one["id"]
        for some in one["premise"]:
            assert set(some) == {"label", "text", "text_ja"} and japanese(some["text_ja"]), some
            assert 8 <= len(words(some["text"])) <= 25 and some["text"].endswith("."), some


def test_no_hypothesis_and_no_premise_stands_twice(hypotheses):
    assert len({one["id"] for one in hypotheses}) == len(hypotheses)
    for key in ("text", "text_ja"):
        texts = [one[key] for one in hypotheses]
        texts += [some[key] for one in hypotheses for some in one["premise"]]
        assert len(set(map(normalise, texts))) == len(texts) == 264, key


@pytest.mark.parametrize("key", ["premise", "hypothesis"])
def test_one_side_alone_tells_nothing(hypotheses, key):
    assert accuracy_of_words(pairs(hypotheses), key) <= LIMIT


def test_shared_words_lengths_and_negations_do_not_tell_the_label(hypotheses):
    assert accuracy_of_overlap(pairs(hypotheses)) <= LIMIT


@pytest.mark.parametrize("split", ["dev", "test"])
def test_the_nearest_premise_has_each_label_in_about_a_third_of_the_groups(hypotheses, split):
    first = collections.Counter()
    chosen = [one for one in hypotheses if one["split"] == split]
    for one in chosen:
        shared = {some["label"]: jaccard(some["text"], one["text"]) for some in one["premise"]}
        best = [label for label in LABELS if shared[label] == max(shared.values())]
        first.update({label: 1 / len(best) for label in best})
    assert all(0.22 <= first[label] / len(chosen) <= LIMIT for label in LABELS), first


def test_lengths_and_negations_are_alike_for_all_labels(hypotheses):
    found = pairs(hypotheses)
    length, negated = {}, {}
    for label in LABELS:
        premises = [words(one["premise"]) for one in found if one["label"] == label]
        length[label] = np.mean([len(one) for one in premises])
        negated[label] = sum(bool(NEGATIONS & set(one)) for one in premises)
    assert max(length.values()) - min(length.values()) <= 1, length
    assert min(negated.values()) >= 15 and max(negated.values()) - min(negated.values()) <= 8, negated


def test_the_checks_notice_a_leak(hypotheses):
    """Each of the four ways to solve the pairs without reading, put in on purpose, is found."""
    told = copy.deepcopy(pairs(hypotheses))
    for one in told:
        one["premise"] += {"entailment": " Indeed.", "neutral": " Perhaps.", "contradiction": ""}[
            one["label"]
        ]
        one["hypothesis"] += " Never." if one["label"] == "contradiction" else ""
    assert accuracy_of_words(told, "premise") > LIMIT
    copied = copy.deepcopy(pairs(hypotheses))
    for one in copied:
        one["premise"] = one["hypothesis"] if one["label"] == "entailment" else one["premise"]
    assert accuracy_of_overlap(copied) > LIMIT
    negated = copy.deepcopy(pairs(hypotheses))
    for one in negated:
        one["premise"] += " Not so, no, never." if one["label"] == "contradiction" else ""
    assert accuracy_of_overlap(negated) > LIMIT
    apart = copy.deepcopy(pairs(hypotheses))
    for one in apart:  # hypotheses of their own for each label
        one["hypothesis"] = f"{one['label']} {one['hypothesis']}"
    assert accuracy_of_words(apart, "hypothesis") > LIMIT
