"""Lesson 09's stored answers as they are compared: bits, order of the prompts, accuracy beside people."""

import importlib
import itertools
import json

import numpy as np
import pytest

from llmlab import alignment_runs, claims, ratings, taste
from llmlab.errors import CourseError
from tests.rules import ROOT

ROW = {
    "policy": "ppo-0.05-0",
    "said": [" is good .", " is bad .", " ends", ""],
    "right": "1101",
    "fluent": "1011",
    "reward": [1.0, -0.5, 0.25, 0.0],
    "judged": [0.5, 0.5, -1.0, 0.0],
    "second": [0.0, 0.0, 0.0, 0.0],
    "likelihood": [-4.0, -5.0, -4.5, -6.0],
    "losses": [10.0, 30.0],
    "letters": [20, 20],
    "seconds": 1.0,
}


@pytest.fixture
def stored(monkeypatch, tmp_path):
    """A record of one's own in place of the stored one."""

    def put(**changes):
        folder = tmp_path / "measured"
        folder.mkdir(exist_ok=True)
        record = {"rows": [ROW], "settings": {"starts": 3}} | changes
        (folder / "09_taste.json").write_text(json.dumps(record), encoding="utf-8")
        monkeypatch.setattr(alignment_runs.data, "find", lambda name: tmp_path / name)
        alignment_runs.record.cache_clear()

    yield put
    alignment_runs.record.cache_clear()


def test_a_win_needs_direction_and_fluency():
    run = alignment_runs.run_of(ROW)
    assert run.good.tolist() == [True, False, False, True]
    assert run.right.dtype == bool and run.reward.tolist() == ROW["reward"]
    assert run.per_letter == pytest.approx(1.0)


def test_both_directions_of_a_beginning_are_drawn_together():
    run = alignment_runs.run_of(ROW)
    assert run.starts.tolist() == [0, 0, 1, 1]
    # Within a beginning one wins and one loses: drawn together, the rate cannot move.
    _, low, high = claims.bootstrap([1.0, 0.0, 0.0, 1.0], n_resamples=50, cluster=run.starts)
    assert low == high == 0.5


def test_the_large_model_with_demonstrations_has_a_name_of_its_own(stored):
    stored(rows=[ROW | {"policy": "large"}, ROW | {"policy": "large", "shots": 0}, ROW])
    assert list(alignment_runs.runs()) == ["large", alignment_runs.FEW_SHOT, "ppo-0.05-0"]


def test_before_anything_is_measured_it_says_so(stored):
    stored(rows=[])
    with pytest.raises(CourseError, match="まだありません"):
        alignment_runs.runs()


def test_prompts_stand_in_the_order_in_which_they_were_answered(stored, monkeypatch):
    stored()
    monkeypatch.setattr(taste, "starts", lambda part: [f"{part} {n}" for n in range(5)])
    assert alignment_runs.prompts() == [
        ("favourable", "test 0"),
        ("critical", "test 0"),
        ("favourable", "test 1"),
        ("critical", "test 1"),
        ("favourable", "test 2"),
        ("critical", "test 2"),
    ]


def test_accuracy_beside_people_equals_counting_it(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "data" / "build"))
    reward = importlib.import_module("taste_reward")
    rng = np.random.default_rng(7)
    some = [
        ratings.Sentence("films", str(n), n // 6, "a film", tuple(values), float(np.mean(values)), "train")
        for n, values in enumerate(rng.integers(-2, 3, (12, 5)))
    ]
    scores = rng.normal(size=12)
    for row in reward.accuracy(some, scores):
        expected = np.zeros((2, 4))
        for a, b in itertools.combinations(range(12), 2):
            near = row["low"] <= abs(some[a].mean - some[b].mean) < row["high"]
            if some[a].group == some[b].group and near:
                for one, other in itertools.permutations(range(5), 2):
                    mine = np.sign(some[a].ratings[one] - some[b].ratings[one])
                    theirs = np.sign(some[a].ratings[other] - some[b].ratings[other])
                    if mine:
                        expected[some[a].group, 2:] += (1 + mine * theirs) / 2, 1
                for one in range(5):
                    mine = np.sign(some[a].ratings[one] - some[b].ratings[one])
                    if mine:
                        expected[some[a].group, :2] += mine == np.sign(scores[a] - scores[b]), 1
        found = alignment_runs.beside_people(row)
        np.testing.assert_allclose(found, expected)
        if expected[:, 1].sum() and expected[:, 3].sum():
            total = expected.sum(0)
            shares = total[0] / total[1], total[2] / total[3]
            assert alignment_runs.shares(found) == pytest.approx(shares)


def test_the_stored_record_holds_what_the_lesson_reads():
    for row in alignment_runs.record("taste")["reward"]["test"]:
        table = alignment_runs.beside_people(row)
        assert (table[:, [0, 2]] <= table[:, [1, 3]] + 1e-9).all()
    whos = [row["who"] for row in alignment_runs.record("cards")["rows"] if "card_answers" in row]
    assert whos == ["start", "sft", "dpo", "asked"]
