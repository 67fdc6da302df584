"""The texts that lesson 04 measures with: enough, balanced, splits apart, right by construction; its recordings."""

import json
import re
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from llmlab import sandbox

ROOT = Path(__file__).resolve().parent.parent
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")


def load(name):
    return tomllib.loads((ROOT / "data" / f"{name}.toml").read_text(encoding="utf-8"))


def build(name):
    """Import a measuring script."""
    sys.path.insert(0, str(ROOT / "data" / "build"))
    try:
        return __import__(name)
    finally:
        sys.path.remove(str(ROOT / "data" / "build"))


def unique(values):
    double = [value for value, count in Counter(values).items() if count > 1]
    assert not double, double[:3]


@pytest.mark.parametrize("name", ["mails", "paragraphs", "documents", "things", "answers", "device"])
def test_japanese_stands_beside_what_is_asked(name):
    def walk(table):
        for key, value in table.items():
            if isinstance(value, dict):
                walk(value)
            elif isinstance(value, list) and value and isinstance(value[0], dict):
                for one in value:
                    walk(one)
            elif key.endswith("_ja"):
                assert JAPANESE.search(value), value
                assert key[:-3] in table, key

    walk(load(f"uses/{name}"))


def test_mails_parts_are_in_the_clear_request_and_the_vague_one_lacks_them():
    data = load("uses/mails")
    assert len(data["request"]) == 12
    for one in data["request"]:
        found = [bool(re.search(pattern, one["clear"], re.I)) for pattern in one["parts"].values()]
        assert all(found) and len(found) == 8, one["id"]
        vague = [bool(re.search(pattern, one["vague"], re.I)) for pattern in one["parts"].values()]
        assert sum(vague) <= 1, one["id"]
        for other in data["request"]:
            if other is not one:
                own = [
                    re.search(one["parts"][key], other["clear"], re.I) for key in ("number", "to", "sender")
                ]
                assert not any(own), (one["id"], other["id"])


@pytest.mark.parametrize(
    ("text", "open_"),
    [
        ("Dear [Name],", True),
        ("Contract number: ____", True),
        ("Best regards,\nYour Name", True),
        ("<insert date>", True),
        ("Contract XX-204", True),
        ("Dear Ms. Tanaka,\nContract LX-204 ends on 1 June.\nHaruka Mori", False),
        ("Is 3 < 4 and 5 > 4?", False),
    ],
)
def test_open_places_are_seen(text, open_):
    patterns = load("uses/mails")["placeholders"]
    assert any(re.search(pattern, text) for pattern in patterns) == open_


def test_paragraphs_hold_their_facts():
    for one in load("uses/paragraphs")["paragraph"]:
        assert 50 <= len(one["text"].split()) <= 90 and len(one["facts"]) == 4, one["id"]
        for pattern in one["facts"]:
            assert re.search(pattern, one["text"], re.I), (one["id"], pattern)
            assert not re.search(pattern, "The cat slept on the warm roof.", re.I), pattern
        for term in one["terms"]:
            assert term in one["text"], term


def test_documents_are_balanced_and_the_text_holds_what_is_present():
    uses, data = build("uses"), load("uses/documents")
    kinds = {kind["id"] for kind in data["kind"]}
    for kind in kinds:
        criteria = [one for one in data["criterion"] if one["kind"] == kind]
        assert len(criteria) == 8
        unique([sentence for one in criteria for sentence in one["sentences"]])
        chosen = [one for one in data["document"] if one["kind"] == kind]
        often = Counter(item for one in chosen for item in one["present"])
        assert set(often) == set(range(8)) and set(often.values()) == {len(chosen) // 2}
        for document in chosen:
            for form in uses.FORMS:
                text = uses.document_text(data, document, form)
                for number, one in enumerate(criteria):
                    said = any(sentence in text for sentence in one["sentences"])
                    assert said == (number in document["present"]), (document["id"], one["id"])
    judgements = [8 for one in data["document"] if one["split"] == "test"]
    assert sum(judgements) >= 200


def test_things_are_as_many_real_as_invented():
    data = load("uses/things")
    for kind in {one["kind"] for one in data["thing"]}:
        count = Counter((one["exists"], one["split"]) for one in data["thing"] if one["kind"] == kind)
        assert count[True, "test"] == count[False, "test"] == 8
    assert Counter(one["exists"] for one in data["thing"]) == {True: 60, False: 60}
    unique([one["name"].casefold() for one in data["thing"]])
    assert all(one["name"] in one["ask"] for one in data["thing"])


@pytest.mark.parametrize(
    ("reply", "doubts"),
    [
        ("I'm not familiar with that town.", True),
        ("I do not know.", True),
        ("I couldn't find any information about it.", True),
        ("Velmoraquay does not exist.", True),
        ("It is a fictional animal.", True),
        ("Velmoraquay is a town in the south of France, known for its harbour.", False),
        ("It was first described in 1887.", False),
    ],
)
def test_doubt_is_seen(reply, doubts):
    assert build("uses").doubts(reply) == doubts


def test_answers_differ_in_rightness_or_style_alone():
    data = load("uses/answers")
    assert sum(one["split"] == "test" for one in data["question"]) >= 60
    unique([one["question"] for one in data["question"]])
    for one in data["question"]:
        for style in ("fluent", "plain", "clumsy"):
            right, wrong = one[f"right_{style}"], one[f"wrong_{style}"]
            # Words: the 8 of "81" is not the answer 8.
            mark = [
                re.sub(rf"\b{re.escape(one[name])}\b", "…", one[f"{name}_{style}"])
                for name in ("right", "wrong")
            ]
            assert mark[0] == mark[1] and "…" in mark[0], one["id"]
            assert right != wrong and not re.search(rf"\b{re.escape(one['right'])}\b", wrong), one["id"]


def test_instructions_keep_or_break_the_rule_in_equal_numbers():
    uses, data = build("uses"), load("uses/device")
    devices = {one["id"]: one for one in data["device"]}
    for name, device in devices.items():
        kept = [uses.keeps(device, one["value"]) for one in data["instruction"] if one["device"] == name]
        assert sum(kept) == 4 and len(kept) == 8, name
        limits = re.findall(r"\d+", device["rule"])
        assert str(device["highest"]) in limits
    for one in data["instruction"]:
        assert str(one["value"]) in one["text"] and str(one["value"]) in one["text_ja"]


def test_faulty_programs_fail_and_the_right_ones_pass():
    code = build("generated_code")
    programs = load("code/faulty")["program"]
    assert len(programs) >= 30
    unique([one["id"] for one in programs])
    right = sandbox.run_many([(one["right"], one["calls"]) for one in programs])
    wrong = sandbox.run_many([(one["wrong"], one["calls"]) for one in programs])
    for one, passing, failing in zip(programs, right, wrong, strict=True):
        assert code.passes(passing, one) and not code.passes(failing, one), one["id"]
        error = code.error_of(one)
        assert re.match(r"[A-Z]\w+Error: ", error) and error[:20] != one["false_complaint"][:20], one["id"]


def test_code_is_found_in_replies():
    code = build("generated_code")
    assert code.program_in("Sure!\n```python\nx = 1\n```\nDone.") == "x = 1\n"
    assert code.program_in("```\nx = 1") == "x = 1\n"
    assert code.program_in("x = 1") == "x = 1\n"
    assert code.cut("    return 1\n\n\n# next\nprint(2)\n") == "    return 1\n"
    assert [n for n in range(-3, 20) if code.prime(n)] == [2, 3, 5, 7, 11, 13, 17, 19]
    assert code.same("3", "3.0") and not code.same("'3'", "3")


def test_recordings_are_whole_and_windows_come_from_them():
    from llmlab import watch

    found = watch.recordings()
    assert Counter((one.person, one.exercise, one.side) for one in found) == {
        (person, exercise, side): 1
        for person in range(1, 11)
        for exercise in watch.EXERCISES
        for side in ("left", "right")
    }
    data = watch.windows()
    assert data.signals.shape == (len(data.person), 2 * watch.HERTZ, len(watch.CHANNELS))
    names = list(watch.EXERCISES)
    for number in (0, len(data.person) // 2, len(data.person) - 1):
        source = found[data.recording[number]]
        assert (source.person, source.exercise) == (data.person[number], names[data.exercise[number]])
        assert data.raised[number] == (source.exercise in watch.RAISED)
    assert abs(data.signals[0] - found[0].signal[:100]).max() < 1e-6
    assert len(watch.windows(2.0, 1.0).person) > 1.8 * len(data.person)


def test_folds_keep_together_what_they_should():
    script = build("watch")
    from llmlab import watch

    data = watch.windows()
    for split, groups in (("people", data.person), ("recordings", data.recording)):
        fold = script.folds(split, data, seed=0)
        assert all(len(set(fold[groups == name])) == 1 for name in set(groups))
    fold = script.folds("windows", data, seed=0)
    assert all(len(set(fold[data.person == person])) == script.FOLDS for person in set(data.person))
    fold = script.folds("recordings", data, seed=0)
    for number in range(script.FOLDS):
        chosen = {
            recording: data.exercise[data.recording == recording][0]
            for recording in data.recording[fold == number]
        }
        assert Counter(chosen.values()) == dict.fromkeys(range(7), 2)


@pytest.fixture(params=["watch", "code", "uses"])
def measured(request):
    file = ROOT / "data" / "measured" / f"04_{request.param}.json"
    return request.param, json.loads(file.read_text(encoding="utf-8"))


def test_measurements_are_whole_and_fit_their_texts(measured):
    name, found = measured
    assert found["complete"] and found["rows"] and (ROOT / found["made_by"]).is_file()
    assert not re.search(r"/work|/root|/tmp", json.dumps(found["rows"]))
    if name == "watch":
        assert len(found["person"]) == len(found["recording"]) == found["n"]
        assert {len(row["right"]) for row in found["rows"]} == {found["n"]}
        for row in found["rows"]:
            assert abs(row["right"].count("1") / found["n"] - row["accuracy"]) < 1e-3
    elif name == "code":
        numbers = len(found["numbers"])
        for row in found["rows"]:
            if row["part"] == "completion":
                assert sum(one["count"] for one in row["completions"]) == row["samples"]
                assert all(len(one["right"]) == numbers for one in row["completions"])
                assert all(one["pass"] == ("0" not in one["right"]) for one in row["completions"])
            else:
                assert len(row["right"]) == row["draws"] * len(row["programs"])
    else:
        for row in found["rows"]:
            if "scores" in row and row["part"] in found["truth"]:
                assert len(row["scores"]) == len(found["truth"][row["part"]][row["split"]])
        for part in ("documents", "device"):
            assert len(found["clusters"][part]) == len(found["truth"][part]["test"])
        mails = [row for row in found["rows"] if row["part"] == "mails"]
        assert {len(row["open"]) for row in mails} == {len(found["clusters"]["mails"])}
