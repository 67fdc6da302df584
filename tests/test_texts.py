"""The texts written for lessons 01 and 02: counts, splits apart, answers that are right and not given away."""

import gzip
import json
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from llmlab import problems
from llmlab.rag import normalise, squeeze

ROOT = Path(__file__).resolve().parent.parent

# ---- Prompts and style ------------------------------------------------------------------------------------

LABELS = ("Short answer:", "Why:", "Next step:")
UNRELATED = [
    "",
    "The cat slept on the warm roof until noon.",
    "My uncle grows red onions behind his small house.",
    "It snowed all night, and the river froze.",
    "She painted the kitchen door yellow last spring.",
    "Two old ships lie in the harbour of the island.",
]
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")


MENTIONS = {
    "frameworks": "Read about Scrum and the PMBOK guide.",
    "communication": "Learn how to communicate clearly.",
    "leadership": "Delegate tasks and motivate your colleagues.",
    "risk": "Think about what can fail and mitigate it.",
    "schedule": "Set milestones and watch every deadline.",
    "budget": "Keep an eye on the budget.",
    "people": "Know who the stakeholders are.",
    "learning": "Keep learning after the project is over.",
}


def load(name):
    return tomllib.loads((ROOT / "data" / name).read_text(encoding="utf-8"))


def plain(text):
    """Lower case, letters and digits only: what counts as the same text."""
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


def holds(answer, text):
    """Does the answer stand in the text as a word of its own?"""
    return re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", text, re.I) is not None


def unique(values, what):
    double = [v for v, n in Counter(values).items() if n > 1]
    assert not double, f"{what} twice: {double[:3]}"


def follows_style(answer):
    """Three labelled lines, each one sentence of at most 16 words with a full stop."""
    lines = answer.split("\n")
    return len(lines) == 3 and all(
        re.fullmatch(re.escape(label) + r" [^.!?\n]+\.", line) is not None and len(line.split()) <= 16
        for label, line in zip(LABELS, lines, strict=True)
    )


def test_advice_checklist_fires_where_it_should():
    d = load("prompts/advice_checklist.toml")
    assert Counter(p["kind"] for p in d["prompt"]) == {"vague": 3, "clear": 3} and len(d["topic"]) == 8
    unique([x["id"] for x in d["prompt"] + d["topic"]], "id")

    def fires(topic, text):
        return any(re.search(pattern, text, re.I) for pattern in topic["patterns"])

    for t in d["topic"]:
        for text in UNRELATED:
            assert not fires(t, text), (t["id"], text)
        for topic, text in MENTIONS.items():
            assert fires(t, text) == (topic == t["id"]), (t["id"], text)
    for p in d["prompt"]:
        assert [t["id"] for t in d["topic"] if fires(t, p["text"])] == p["named"], p["id"]
        assert not set(p["named"]) & set(p["hinted"]) and set(p["hinted"]) <= {t["id"] for t in d["topic"]}
        assert JAPANESE.search(p["text_ja"]) and (p["kind"] == "clear" or len(p["text"].split()) <= 15)


def test_hidden_facts_are_single_and_not_given_away():
    d = load("prompts/needles.toml")["needle"]
    assert Counter(x["split"] for x in d) == {"dev": 15, "test": 25}
    for key in ("id", "subject", "fact", "question"):
        unique([x[key].lower() for x in d], key)
    unique([x["answers"][0].lower() for x in d], "answer")
    for x in d:
        assert x["subject"] in x["fact"] and x["subject"].split()[-1] in x["question"], x["id"]
        assert any(holds(a, x["fact"]) for a in x["answers"]), x["id"]
        assert not any(holds(a, x["question"]) for a in x["answers"]), x["id"]
        assert JAPANESE.search(x["fact_ja"]) and JAPANESE.search(x["question_ja"]), x["id"]
        assert len(x["answers"][0].split()) <= 2 and x["fact"].count(".") == 1, x["id"]
        for y in d:  # no answer of one fact stands in another
            assert x is y or not any(holds(a, y["fact"]) for a in x["answers"]), (x["id"], y["id"])


def test_word_problems_are_right_and_share_nothing_between_splits():
    d = load("prompts/word_problems.toml")
    templates = d["arithmetic"] + d["letters"] + d["tracking"]
    assert (len(d["arithmetic"]), len(d["letters"]), len(d["tracking"])) == (21, 12, 12)
    assert all(
        n == {"example": 1, "dev": 2, "test": 4}[split]
        for (_, split), n in Counter((t["steps"], t["split"]) for t in d["arithmetic"]).items()
    )
    unique([t["id"] for t in templates], "id")
    frames = [plain(re.sub(r"{\w+}", " ", t.get("text", t.get("hold", t.get("more"))))) for t in templates]
    unique(frames, "template")
    for t in d["tracking"]:  # swap and order templates are built of parts: each part once
        frames += [plain(t[k]) for k in ("swap", "ask", "top", "bottom") if k in t]
    unique(frames, "part of a template")
    words = [set(w) for w in d["letter_words"].values()]
    assert not (words[0] & words[1] | words[0] & words[2] | words[1] & words[2])
    unique([w for ws in d["letter_words"].values() for w in ws], "word")
    items = problems.fill(d)
    assert items == problems.fill(d), "not reproducible"
    unique([x["id"] for x in items], "id")
    unique([plain(x["text"]) for x in items], "text")
    count = Counter((x["family"], x["split"]) for x in items)
    assert all(n == {"test": 240, "dev": 120, "example": 12}[split] for (_, split), n in count.items())
    for x in items:
        assert "{" not in x["text"] + x["text_ja"] + "".join(x["steps"]), x["id"]
        assert JAPANESE.search(x["text_ja"]), x["id"]
        if x["family"] == "arithmetic":
            assert int(x["answer"]) > 0 and not holds(x["answer"], x["text"]), x["id"]
            assert sorted(re.findall(r"\d+", x["text"])) == sorted(re.findall(r"\d+", x["text_ja"])), x["id"]
            assert len(x["steps"]) == x["kind"], x["id"]
            for step in x["steps"]:  # the arithmetic of each worked step, done again
                a, op, b, c = re.search(r"(\d+) ([-+*/]) (\d+) = (\d+)", step).groups()
                a, b, c = int(a), int(b), int(c)
                assert c > 0 and {"+": a + b, "-": a - b, "*": a * b, "/": a / b}[op] == c, (x["id"], step)
            assert x["steps"][-1].count(x["answer"]), x["id"]
        elif x["family"] == "letters":
            assert not holds(x["answer"], x["text"]), x["id"]
            assert x["answer"] in x["steps"][-1], x["id"]
        else:
            assert x["answer"] in x["steps"][-1], x["id"]


VALUES = re.compile(
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december|two|three|four|five"
    r"|six|seven|eight|nine|ten|eleven|twelve|the|of|\d+(?:st|nd|rd|th)?)\b"
)


def frame_of(text):
    """The message without its values: what must not be shared between splits."""
    return " ".join(VALUES.sub("", plain(text)).split())


def test_messages_hold_what_is_to_be_extracted():
    d = load("prompts/extraction.toml")
    items, examples = d["item"], d["example"]
    assert Counter(x["split"] for x in items) == {"dev": 80, "test": 210}
    assert Counter(x["set"] for x in examples) == {"a": 4, "b": 4, "c": 4}
    unique([x["id"] for x in items + examples], "id")
    unique([plain(x["text"]) for x in items + examples], "text")
    per_frame = Counter(x["frame"] for x in items)
    assert len(per_frame) == 58 and set(per_frame.values()) == {5}
    split_of = {}  # from the text itself, not from the field: each frame in one split only
    for x in items + examples:
        key = frame_of(x["text"])
        assert split_of.setdefault(key, x["frame"]) == x["frame"], x["id"]
    days = {
        "january": 1,
        "february": 2,
        "march": 3,
        "april": 4,
        "may": 5,
        "june": 6,
        "july": 7,
        "august": 8,
        "september": 9,
        "october": 10,
        "november": 11,
        "december": 12,
    }
    words = "zero one two three four five six seven eight nine ten eleven twelve".split()
    for x in items + examples:
        day, month = x["date"].split()
        forms = [x["date"], f"{month} {day}", *(f"the {day}{e} of {month}" for e in ("st", "nd", "rd", "th"))]
        assert any(holds(f, x["text"]) or holds(f, x["text"].lower()) for f in forms), x["id"]
        assert holds(str(x["people"]), x["text"]) or holds(words[x["people"]], x["text"]), x["id"]
        assert f"{days[month.lower()]}月{day}日" in x["text_ja"] and f"{x['people']}人" in x["text_ja"], x[
            "id"
        ]
        assert x["verbatim"] == (holds(x["date"], x["text"]) and holds(str(x["people"]), x["text"])), x["id"]
        assert 3 <= x["people"] <= 12 and "{" not in x["text"] + x["text_ja"], x["id"]


def test_answers_follow_the_style_and_subjects_are_apart():
    d = load("style/answers.toml")
    example, heldout, forgetting = d["example"], d["heldout"], d["forgetting"]
    assert (len(example), len(forgetting)) == (80, 30)
    assert Counter(x["split"] for x in heldout) == {"dev": 20, "test": 40}
    everything = example + heldout + forgetting
    unique([x["id"] for x in everything], "id")
    unique([plain(x["prompt"]) for x in everything], "prompt")
    unique([x["prompt_ja"] for x in everything], "prompt_ja")
    unique([line for x in example for line in x["answer"].split("\n")], "line of an answer")
    for x in example:
        assert follows_style(x["answer"]), (x["id"], x["answer"])
    good = example[0]["answer"]
    for bad in (
        good.replace(".", "!"),
        good.replace("Why:", "Because:"),
        good + "\n",
        good + " Really.",
        good.replace("\n", " "),
    ):
        assert not follows_style(bad)
    subjects = [
        {x["subject"] for x in part}
        for part in (
            example,
            [x for x in heldout if x["split"] == "dev"],
            [x for x in heldout if x["split"] == "test"],
        )
    ]
    assert [len(s) for s in subjects] == [16, 5, 10]
    assert not (subjects[0] & subjects[1] | subjects[0] & subjects[2] | subjects[1] & subjects[2])
    for x in everything:
        assert JAPANESE.search(x["prompt_ja"]) and "!" not in x["prompt"], x["id"]
    for x in forgetting:
        assert not any(holds(a, x["prompt"]) for a in x["answers"]), x["id"]


# ---- Documents and questions -----------------------------------------------------------------------------

@pytest.fixture(scope="module")
def asked():
    return load("rag/questions.toml")["question"]


@pytest.fixture(scope="module")
def asked_later():
    return load("rag/refusal_questions.toml")["question"]


@pytest.fixture(scope="module")
def pages():
    with gzip.open(ROOT / "data" / "rag" / "handbook.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def documents(pages):
    rules = {section["id"]: section["text"] for section in load("rag/university_rules.toml")["section"]}
    handbook = {
        page["file"]: "\n".join(text for section in page["sections"] for text in section["paragraphs"])
        for page in pages
    }
    return {"rules": rules, "handbook": handbook}


def test_the_handbook_is_the_listed_pages_with_licence_and_notice(pages):
    listed = load("rag/handbook_pages.toml")
    assert [{"file": page["file"], "title": page["title"]} for page in pages] == listed["page"]
    row = next(row for row in load("build/corpus.toml")["source"] if row["package"] == listed["package"])
    assert (row["version"], row["sha256"]) == (listed["version"], listed["sha256"])
    assert {page["license"] for page in pages} == {row["license"]}
    notice = ROOT / "data" / "corpus" / "ja" / "copyright" / f"{listed['package']}.txt"
    assert "CC-BY-SA-3.0" in notice.read_text(encoding="utf-8")
    for page in pages:
        for section in page["sections"]:
            assert section["heading"] and section["paragraphs"], page["file"]
            assert all(text and text == squeeze(text) for text in section["paragraphs"]), page["file"]


HANDBOOK_PAGE = """<html><body><ul class="docnav"><li>Next</li></ul>
<div class="section"><div class="titlepage"><h2 class="title">6.4. The <code>apt-file</code> Command</h2></div>
<div class="para">Use <code>apt-file</code>
  in 2<sup>3</sup> ways: <div class="url">→ <a href="x">https://x</a></div></div><pre>$ apt-file list</pre>
<div class="sidebar"><div class="titlepage"><p class="title"><em>TIP</em> Boxes</p></div><div class="para">A box.</div></div>
<ul><li class="listitem"><div class="para"><div class="title">First.</div> An item.</div></li></ul>
<dl><dt>term</dt><dd><div class="para">What it is.</div></dd></dl>
<div class="section"><div class="titlepage"><h3 class="title">6.4.1. More</h3></div><div class="para">Text.</div></div>
</div></body></html>"""


def test_a_page_of_the_handbook_becomes_headings_and_paragraphs(build_script):
    module = build_script("handbook")
    first = ["Use apt-file in 2^3 ways:", "First. An item.", "term: What it is."]
    assert module.read_page(HANDBOOK_PAGE.encode()) == [
        {"heading": "The apt-file Command", "paragraphs": first},
        {"heading": "TIP Boxes", "paragraphs": ["A box."]},
        {"heading": "More", "paragraphs": ["Text."]},
    ]


def test_there_are_enough_questions_of_every_kind(asked, documents):
    count = Counter((one["source"], bool(one["answers"])) for one in asked)
    assert count["rules", True] >= 70 and count["rules", False] >= 40
    assert count["handbook", True] >= 70 and count["handbook", False] >= 30
    tested = Counter(bool(one["answers"]) for one in asked if one["split"] == "test")
    assert tested[True] >= 120 and tested[False] >= 60
    assert all(60 <= len(text.split()) <= 130 for text in documents["rules"].values())
    for name in ("id", "question", "question_ja"):
        unique([one[name].casefold() for one in asked], name)


def test_no_section_is_asked_in_both_splits(asked, documents):
    splits = {}
    for one in asked:
        place = one["section"] if one["answers"] else one["near"]
        if place != "far":
            assert place in documents[one["source"]], one["id"]
            splits.setdefault(place, set()).add(one["split"])
    assert all(len(found) == 1 for found in splits.values())


def test_the_later_questions_are_of_the_same_mix(asked, asked_later, documents):
    kind = Counter((one["source"], one.get("near", "") == "far", bool(one["answers"])) for one in asked_later)
    assert kind == {
        ("rules", False, True): 55,
        ("rules", False, False): 23,
        ("rules", True, False): 11,
        ("handbook", False, True): 55,
        ("handbook", False, False): 18,
        ("handbook", True, False): 8,
    }
    earlier = [one for one in asked if not one["answers"]]
    for source in ("rules", "handbook"):
        for far in (False, True):
            part = sum(one["source"] == source and (one["near"] == "far") is far for one in earlier)
            assert abs(part / len(earlier) - kind[source, far, False] / 60) < 0.02, (source, far)
    assert [one["id"] for one in asked_later] == [f"refusal-{number:03d}" for number in range(1, 171)]
    assert not any("split" in one for one in asked_later)
    places = Counter((one["source"], one["section"]) for one in asked_later if one["answers"])
    assert max(places.values()) <= 2
    assert set(places) == {(source, place) for source, found in documents.items() for place in found}
    for one in asked_later:
        if not one["answers"] and one["near"] != "far":
            assert one["near"] in documents[one["source"]], one["id"]


def test_no_question_is_asked_twice(asked, asked_later):
    for name in ("id", "question", "question_ja"):
        unique([normalise(one[name]) for one in asked + asked_later], name)
    told = {(one["section"], normalise(answer)) for one in asked for answer in one["answers"]}
    for one in asked_later:
        assert not {(one.get("section"), normalise(answer)) for answer in one["answers"]} & told, one["id"]


def test_answers_stand_in_their_evidence_and_not_in_the_question(asked, asked_later, documents):
    for one in asked + asked_later:
        for answer in one["answers"]:
            assert normalise(answer) not in normalise(one["question"]), one["id"]
            assert len(answer) >= 2 and not re.fullmatch(r"\d{1,3}", answer), one["id"]
        if not one["answers"]:
            assert not {"section", "evidence"} & set(one), one["id"]
            continue
        assert any(normalise(answer) in normalise(one["evidence"]) for answer in one["answers"]), one["id"]
        assert len(squeeze(one["evidence"])) <= 200, one["id"]
        text = documents[one["source"]][one["section"]]
        assert squeeze(one["evidence"]) in squeeze(text), one["id"]
