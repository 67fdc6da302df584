"""Hostile submissions in one class with innocent ones: points by cheating, harm to others, and what is left behind."""

import contextlib
import hashlib
import html
import json
import os
import re
import tempfile
from pathlib import Path

import nbformat
import psutil
import pytest
from lxml.html import document_fromstring

from llmlab.grading import fence, grade, release
from tests import grading_mini as mini
from tests import hostile
from tests.test_grading import hand_in, scores

EVERYONE = hostile.chosen()
GOOD = {"running": mini.RUNNING, "overlap": mini.OVERLAP}
INNOCENT = {f"innocent_{number}": GOOD | {"running": f"{mini.HEADS['running']}\n{body}"} for number, body in enumerate(mini.RIGHT["running"])}
FULL = {"running-test": 2.0, "overlap-test": 3.0}
SECRET = "a-password-of-the-machine"

pytestmark = pytest.mark.skipif(fence.find().kind == "none", reason="この計算機には囲いがありません")


def state_of(folder: Path) -> dict[str, str]:
    """Return a fingerprint of every file below a folder."""
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def ours() -> set[int]:
    """Return the processes with kernels that this one has started, and programs that submissions leave."""
    found = set()
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if "llmlab.grading.preload" in " ".join(process.cmdline()):
                found.add(process.pid)
    left = [one.pid for one in psutil.process_iter(["cmdline"]) if one.info["cmdline"] == ["sleep", "300"]]
    return found | set(left)


@pytest.fixture(scope="module")
def school(tmp_path_factory):
    """Grade them all once."""
    root = tmp_path_factory.mktemp("hostile")
    mini.write(root)
    release.generate(root / "exercises", root)
    blank = nbformat.read(root / "exercises" / "mini" / "mini.ipynb", as_version=4)
    for name, answers in INNOCENT.items():
        hand_in(root / "in", name, blank, answers)
    for one in EVERYONE:
        path = root / "in" / f"{one.name}.ipynb"
        path.write_text(nbformat.writes(hostile.notebook(one, blank, GOOD)), encoding="utf-8")
    before = {
        "solutions": state_of(root / "solutions"),
        "in": state_of(root / "in"),
        "package": state_of(release.ROOT / "llmlab"),
        "tests": state_of(release.ROOT / "tests"),
        "temporary": Path(tempfile.mkdtemp(prefix="h")),  # short: a socket's path has at most 107 bytes
        "home": set(os.listdir(Path.home())),
        "processes": ours(),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LLMLAB_TEST_SECRET", SECRET)
        patch.setattr(tempfile, "tempdir", str(before["temporary"]))
        report = grade.grade("mini", root / "in", root / "work", limit=2, root=root)
    yield root, report, {row.student: row for row in report.rows}, before
    with contextlib.suppress(OSError):  # multiprocessing keeps its own folder until the end
        before["temporary"].rmdir()


def test_enough_of_them():
    assert len(EVERYONE) >= 60
    assert len({one.tries for one in EVERYONE}) == len(EVERYONE)
    for one in EVERYONE:
        assert set(one.verdicts) <= {hostile.NONE, "時間", "メモリ", "プロセス", "出力", "改変", "異常終了"}, one.name
        assert set(one.lost) <= set(FULL), one.name


@pytest.mark.parametrize("one", EVERYONE, ids=lambda one: one.name)
def test_right_score_or_clear_verdict(school, one):
    row = school[2][one.name]
    assert (row.verdict or hostile.NONE) in one.verdicts, (row.verdict, row.scores, row.note)
    if row.verdict:
        assert not any(row.scores.values()), "a verdict is no points"
        assert f"【{row.verdict}】" in row.note
    else:
        got = {cell: row.scores[cell] for cell in FULL}
        assert got == FULL | one.lost


def test_neighbours_keep_their_points(school):
    for name in INNOCENT:
        row = school[2][name]
        assert (row.verdict, {cell: row.scores[cell] for cell in FULL}) == ("", FULL)


def test_everybody_has_a_row_and_the_table_is_whole(school):
    _, report, rows, _ = school
    assert set(rows) == {*INNOCENT, *(one.name for one in EVERYONE)}
    assert set(scores(report.csv)) == set(rows)


def test_nothing_is_left_running(school):
    assert not ours() - school[3]["processes"]


def test_nothing_is_written_outside(school):
    root, _, _, before = school
    assert state_of(root / "solutions") == before["solutions"]
    assert state_of(root / "in") == before["in"]
    assert state_of(release.ROOT / "llmlab") == before["package"]
    assert state_of(release.ROOT / "tests") == before["tests"]
    assert set(os.listdir(Path.home())) == before["home"]
    known = {"submitted", "autograded", "feedback", "gradebook.db", "state.json", "mini.csv"}
    new = {path.name for path in (root / "work").iterdir()}
    assert not {name for name in new - known if not name.startswith(("gradebook.db", "."))}
    # pymp-: multiprocessing's own, as long as this process lives.
    assert not [path for path in before["temporary"].iterdir() if not path.name.startswith("pymp-")]


def test_no_secret_reaches_a_submission(school):
    root = school[0]
    texts = [path for step in ("autograded", "feedback") for path in (root / "work" / step).rglob("*") if path.is_file()]
    assert texts
    assert not [path for path in texts if SECRET in path.read_text(encoding="utf-8", errors="replace")]


@pytest.mark.parametrize("name", ["output_script", "output_script_in_text"])
def test_feedback_of_a_script_runs_nothing(school, name):
    page = (school[0] / "work" / "feedback" / name / "mini" / "mini.html").read_text(encoding="utf-8")
    assert "llmlab-pwned" in page, "its source is shown"
    for element in document_fromstring(page).iter():
        if isinstance(element.tag, str):
            assert element.tag not in ("iframe", "object", "embed")
            assert not [value for value in element.attrib.values() if "llmlab-pwned" in value]
            assert element.tag != "script" or "llmlab-pwned" not in (element.text or "")


def test_what_hidden_tests_hold_reaches_no_feedback(school):
    for path in (school[0] / "work" / "feedback").rglob("*.html"):
        text = html.unescape(re.sub(r"<[^>]*>", "", path.read_text(encoding="utf-8")))
        text = re.sub(r"(In.|Out)\[\d+\]", "", text)  # one of 10,000 cells is the 1741st
        own = json.loads((school[0] / "in" / f"{path.parts[-3]}.ipynb").read_text(encoding="utf-8"))
        written = "".join("".join(cell["source"]) for cell in own["cells"])
        for secret in ("SECRET_INPUT =", "1741", "hidebound"):
            assert secret in written or secret not in text, path


def test_nothing_of_it_runs_without_a_fence(monkeypatch):
    monkeypatch.setattr(fence, "find", lambda: fence.Fence("none", ""))
    with pytest.raises(RuntimeError, match="fence"):
        hostile.notebook(EVERYONE[0], None, {})
