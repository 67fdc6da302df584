"""A class of submissions through nbgrader: scores, bad input, second runs, feedback without hidden tests."""

import asyncio
import contextlib
import copy
import csv
import html
import io
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import nbformat
import psutil
import pytest
from nbgrader.api import Gradebook
from playwright.sync_api import sync_playwright

from llmlab.errors import CourseError
from llmlab.grading import __main__ as command
from llmlab.grading import (
    autograde,
    books,
    dispatch,
    forget,
    grade,
    gradebook,
    marks,
    preload,
    preprocessors,
    release,
    results,
    zoo,
)
from tests import grading_class
from tests import grading_mini as mini
from tests.test_browser import chromium

EXERCISE = "05_bert_structure"
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def cells_of(notebook):
    """Return the cells that have a grade_id, by it."""
    found = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in notebook.cells}
    found.pop(None, None)
    return found


def hand_in(folder: Path, name: str, notebook, answers: dict[str, str]) -> Path:
    """Write a student's notebook: the exercise with some cells answered."""
    own = copy.deepcopy(notebook)
    cells = cells_of(own)
    for cell, source in answers.items():
        cells[cell].source = source
    path = folder / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.writes(own), encoding="utf-8")
    return path


def scores(path: Path) -> dict[str, dict[str, str]]:
    """Return the rows of a CSV of scores by student; the points are left out of the column names."""
    text = path.read_text(encoding="utf-8-sig")
    rows = csv.DictReader(io.StringIO(text))
    return {row["学籍番号"]: {key.partition("（")[0]: value for key, value in row.items()} for row in rows}


def feedback(work: Path, student: str, exercise: str) -> str:
    """Return the text of a student's feedback, without tags."""
    page = (work / "feedback" / student / exercise / f"{exercise}.html").read_text(encoding="utf-8")
    page = re.sub(r"<(style|script).*?</\1>", "", page, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]*>", "", page))


def secrets(exercise: str, root: Path = release.ROOT) -> set[str]:
    """Return the lines of an exercise's hidden tests that say something and stand nowhere else."""
    hidden, public = set(), ""
    for cell in nbformat.read(release.find(exercise, root), as_version=4).cells:
        numbers = preprocessors.hidden_lines(cell.source) if cell.cell_type == "code" else set()
        for number, line in enumerate(cell.source.split("\n"), 1):
            if number in numbers:
                hidden.add(line.strip())
            else:
                public += line + "\n"
    return {line for line in hidden if len(line) >= preprocessors.SHORT and line not in public}


# ---- A class on the small exercise -------------------------------------------------------------------------

GOOD = {"running": mini.RUNNING, "overlap": mini.OVERLAP}


def answer(cell: str, body: str) -> dict[str, str]:
    return GOOD | {cell: f"{mini.HEADS[cell]}\n{body}"}


MINI_CLASS = {
    "right": GOOD | {"why": "和集合で割ると、大きさが違う集合も比べられます。"},
    "unanswered": {},
    "hidden": answer("running", "    return [1, 3]"),
    "talks": answer(
        "running",
        "    print('見た', values)\n    if 40 in values:\n        raise ValueError(f'見た {values}')\n    return [1, 3]",
    ),
    "peeks": answer(
        "running",
        "    import inspect\n    if 40 in values:\n        for frame in inspect.stack():\n"
        "            print(frame.code_context, frame.frame.f_code.co_consts)\n        return [41]\n    return [1, 3]",
    ),
    "chains": answer(
        "running",
        "    try:\n        return values[99]\n    except IndexError as error:\n        if 40 in values:\n"
        "            raise ValueError(f'見た {values}') from error\n        return [1, 3]",
    ),
    "佐藤 太郎": answer(
        "overlap", "    import warnings\n    warnings.warn('古い書き方です')\n" + mini.RIGHT["overlap"][0]
    ),
    "loops": answer("running", "    while True: pass"),
    "dies": GOOD | {"running": "import os\nos.abort()"},
    "syntax": GOOD | {"running": "def running(values:\n    return values"},
}
MINI_SCORES = {
    "right": ("2", "3"),
    "unanswered": ("0", "0"),
    "hidden": ("0", "3"),
    "talks": ("0", "3"),
    "chains": ("0", "3"),
    "佐藤 太郎": ("2", "3"),
    "loops": ("0", "3"),
    "syntax": ("0", "3"),
    "copies": ("2", "3"),
}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Grade the small class once; a broken file and a second exercise stand beside it."""
    root = tmp_path_factory.mktemp("course")
    mini.write(root)
    other = mini.write(root, "other")
    other.write_text(other.read_text(encoding="utf-8").replace("running", "walking"), encoding="utf-8")
    release.generate(root / "exercises", root)
    blank = nbformat.read(root / "exercises" / "mini" / "mini.ipynb", as_version=4)
    folder = root / "in"
    for name, answers in MINI_CLASS.items():
        hand_in(folder, name, blank, answers)
    double = copy.deepcopy(blank)
    double.cells.insert(2, copy.deepcopy(double.cells[2]))
    double.cells[2].id = "copied"
    hand_in(folder, "copies", double, GOOD)  # the answers stand in the last of two cells with one mark
    work = root / "結果 (2026)"
    report = grade.grade("mini", folder, work, limit=4, root=root)
    return root, folder, work, report, blank


@pytest.mark.parametrize("student", MINI_SCORES)
def test_small_class_gets_its_scores(small, student):
    row = scores(small[3].csv)[student]
    assert (row["running-test"], row["overlap-test"]) == MINI_SCORES[student]


def test_written_answer_waits_for_a_person_unless_it_is_empty(small):
    rows = scores(small[3].csv)
    assert (rows["right"]["why"], rows["right"]["手で採点"]) == ("", "待ち")
    assert (rows["unanswered"]["why"], rows["unanswered"]["手で採点"]) == ("0", "")


def test_endless_loop_is_named_and_graded(small):
    row = scores(small[3].csv)["loops"]
    assert row["状態"] == results.LATE
    assert "running-test" in row["備考"]
    assert "時間の上限" in feedback(small[2], "loops", "mini")


def test_copied_cell_is_graded_and_named(small):
    assert "2 つ以上" in scores(small[3].csv)["copies"]["備考"]


def test_dead_kernel_is_named_and_leaves_nothing(small):
    _, _, work, report, _ = small
    assert [row.student for row in report.refused] == ["dies", "peeks"]
    assert "カーネルが落ちました" in report.refused[0].note
    assert not list(work.glob("*/dies"))
    # Not the same as nothing handed in: the marks wait for a person.
    assert books.read_state(work / "state.json")["mini"]["refused"] == {"dies": "異常終了", "peeks": "改変"}
    with books.Books(work, "mini").gradebook() as book:
        assert "dies" not in {student.id for student in book.students}


def test_answer_that_reads_its_callers_gets_no_points(small):
    row = next(row for row in small[3].refused if row.student == "peeks")
    assert row.verdict == "改変" and "sys._getframe" in row.note and not any(row.scores.values())
    assert not list(small[2].glob("feedback/peeks"))


def test_later_submission_that_is_stopped_leaves_the_former_points(small, tmp_path):
    """Nobody's points become 0 by handing in again; the later one is tried again each time."""
    root, _, _, _, blank = small
    hand_in(tmp_path / "in", "s1", blank, GOOD)
    grade.grade("mini", tmp_path / "in", tmp_path / "work", limit=4, root=root)
    hand_in(tmp_path / "in", "s1", blank, MINI_CLASS["peeks"])
    for _ in range(2):
        (row,) = grade.grade("mini", tmp_path / "in", tmp_path / "work", limit=4, root=root).rows
        assert (row.status, row.verdict, row.total) == (results.REFUSED, "改変", 5)
        assert "前回の点数を残しています" in row.note
    works, _ = marks.read_class(tmp_path / "work")
    assert works["s1"]["mini"].points == 5 and not works["s1"]["mini"].refused
    (tmp_path / "in" / "s1.ipynb").unlink()
    hand_in(tmp_path / "in", "s2", blank, GOOD)
    rows = {row.student: row for row in grade.grade("mini", tmp_path / "in", tmp_path / "work", limit=4, root=root).rows}
    assert (rows["s1"].status, rows["s1"].total, rows["s2"].total) == (results.DONE, 5, 5)


def test_files_of_nobody_are_not_remembered(small, tmp_path):
    root, _, _, _, blank = small
    hand_in(tmp_path / "in", "mini", blank, GOOD)  # the exercise's name: whose is it?
    (tmp_path / "in" / "名簿.csv").write_text("学籍番号\n", encoding="utf-8")
    (tmp_path / "in" / "s1.ipynb").write_bytes(b"")
    (tmp_path / "in" / "s2.zip").write_bytes(b"no zip")
    for name, answers in (("a", GOOD), ("b", {})):  # which of the two is later?
        os.utime(hand_in(tmp_path / "in" / "s3", name, blank, answers), (1e9, 1e9))
    report = grade.grade("mini", tmp_path / "in", tmp_path / "work", limit=4, root=root)
    assert len(report.refused) == 5
    refused = books.read_state(tmp_path / "work" / "state.json")["mini"]["refused"]
    assert (sorted(refused), refused["s1"]) == (["s1", "s2", "s3"], "空のファイルです")


def test_grading_that_was_cut_short_before_anybody_goes_on(small, tmp_path):
    """Killed while the tests went into the gradebook, or the notebook was refused there and is mended now."""
    root, _, _, _, blank = small
    hand_in(tmp_path / "in", "s1", blank, GOOD)
    gradebook.create(tmp_path / "work")
    books.write_whole(tmp_path / "work" / "state.json", b'{"mini": {"solution": "", "students": {}}}')
    with gradebook.book(tmp_path / "work") as book:
        book.add_assignment("mini")
    with pytest.raises(CourseError, match="まだありません"):
        marks.read_class(tmp_path / "work")
    (row,) = grade.grade("mini", tmp_path / "in", tmp_path / "work", limit=4, root=root).rows
    assert row.total == 5


def test_feedback_that_could_not_be_written_is_tried_again(small, tmp_path, monkeypatch):
    root, folder, work, _, _ = small
    shutil.copytree(work, tmp_path / "work")
    (tmp_path / "in").mkdir()
    shutil.copy2(folder / "right.ipynb", tmp_path / "in")
    with books.Books(tmp_path / "work", "mini").gradebook() as book:
        book.find_comment("why", "mini", "mini", "right").manual_comment = "よく書けています。"
        book.db.commit()

    def fails(_function, tasks, _workers, finish, _held):
        for task in tasks:
            finish(task, "OSError")

    def graded():
        report = grade.grade("mini", tmp_path / "in", tmp_path / "work", limit=4, root=root)
        return next(row for row in report.rows if row.student == "right"), feedback(tmp_path / "work", "right", "mini")

    with monkeypatch.context() as patch:
        patch.setattr(dispatch, "run", fails)
        row, page = graded()
    assert "書けませんでした" in row.note and "よく書けています" not in page
    row, page = graded()
    assert not row.note and "よく書けています" in page


def moodle_reads(path: Path) -> dict[int, tuple[str, str]]:
    """Return what Moodle takes from a zip, name and text by participant.

    A second implementation of ``is_valid_filename_for_import`` in its ``mod/assign/feedback/file/importziplib.php``.
    """
    found = {}
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        for entry in archive.namelist():
            parts = entry.split("/")
            while parts:
                _person, number, kind, plugin, *name = parts.pop(0).split("_", 4)
                if number.isdigit() and (kind, plugin) == ("assignsubmission", "file"):
                    found[int(number)] = "/".join([*name, *parts]), archive.read(entry).decode()
                    break
    return found


def test_feedback_goes_back_to_moodle(small, tmp_path):
    root, _, work, report, blank = small
    assert report.moodle is None and not list(work.glob("*.zip"))
    folder, work = tmp_path / "in", tmp_path / "work"
    hand_in(folder / "佐藤_太郎_12_assignsubmission_file", "mini", blank, GOOD)
    hand_in(folder, "鈴木_34_assignsubmission_file_mini", blank, MINI_CLASS["hidden"])
    hand_in(folder, "s3", blank, {})

    def returned():
        found = moodle_reads(grade.grade("mini", folder, work, limit=4, root=root, roster=roster).moodle)
        assert {name for name, _ in found.values()} == {"mini.html"}
        return {number: text for number, (_, text) in found.items()}

    def page(student):
        return (work / "feedback" / student / "mini" / "mini.html").read_text(encoding="utf-8")

    roster = None
    assert returned() == {12: page("佐藤_太郎_12"), 34: page("鈴木_34")}
    # The next download holds one of them, better than before, and there is a list of students now.
    shutil.rmtree(folder)
    hand_in(folder, "鈴木_34_assignsubmission_file_mini", blank, GOOD)
    roster = tmp_path / "名簿.csv"
    roster.write_text("学籍番号,ID\ns34,34\n", encoding="utf-8")
    former = page("鈴木_34")
    found = returned()
    assert found == {12: page("佐藤_太郎_12"), 34: page("s34")}
    assert found[34] != former
    (work / "表-filled.csv").write_text("氏名,点数\n鈴木 花子,80\n佐藤 太郎,90\n", encoding="utf-8")
    removed, left = forget.forget("s34", work)
    assert any("表-filled.csv" in phrase for phrase in removed) and not list(work.glob("*-filled.csv"))
    assert any("mini-moodle.zip" in phrase for phrase in removed) and not list(work.glob("*.zip"))
    assert not left


def test_failure_that_passes_is_tried_again(small, tmp_path):
    root, _, _, _, blank = small
    seen = tmp_path / "seen"
    once = f"import os, pathlib\nif not pathlib.Path({str(seen)!r}).exists():\n    pathlib.Path({str(seen)!r}).touch()\n"
    hand_in(tmp_path / "in", "unlucky", blank, GOOD | {"running": f"{once}    os.abort()\n{mini.RUNNING}"})
    said: list[str] = []
    # Without the fence, which keeps an answer from leaving such a mark.
    report = grade.grade(
        "mini", tmp_path / "in", tmp_path / "work", limit=4, root=root, sandbox=False, say=said.append
    )
    assert seen.exists() and "もう一度" in said[0]
    row = scores(report.csv)["unlucky"]
    assert (row["running-test"], row["overlap-test"], row["状態"]) == ("2", "3", "採点済み")
    assert not report.refused
    assert not list((tmp_path / "work").rglob(".*.before"))


def test_submission_that_ignores_every_limit_is_ended(small, tmp_path, monkeypatch):
    root, _, _, _, blank = small
    deaf = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
    hand_in(tmp_path / "in", "deaf", blank, GOOD | {"running": deaf})
    monkeypatch.setattr(dispatch, "LEAST", 8)
    monkeypatch.setattr(dispatch, "WHOLE", 1)
    report = grade.grade("mini", tmp_path / "in", tmp_path / "work", limit=3, root=root)
    assert "全体の時間の上限" in report.refused[0].note
    assert not list((tmp_path / "work").glob("*/deaf"))
    left = [one for one in psutil.process_iter(["cwd"]) if str(tmp_path) in (one.info["cwd"] or "")]
    assert not left


@pytest.mark.parametrize("student", MINI_SCORES)
def test_small_feedback_hides_the_tests(small, student):
    text = feedback(small[2], student, "mini")
    for secret in ["SECRET_INPUT", "1741", "hidebound", "HIDDEN TESTS", *secrets("mini", small[0])]:
        assert secret not in text
    assert "公開されていないテスト" in text


def test_feedback_of_a_lost_picture_and_a_printed_file(small, tmp_path):
    root, _, _, _, blank = small
    reads = f"print(open({str(release.find('mini', root))!r}).read())\n" + GOOD["running"]
    lost = '見た図です。![図](attachment:figure.png) <img src="attachment:other.png">'
    hand_in(tmp_path / "in", "reads", blank, GOOD | {"running": reads, "why": lost})
    report = grade.grade("mini", tmp_path / "in", tmp_path / "work", limit=20, root=root)
    assert not report.refused
    text = feedback(tmp_path / "work", "reads", "mini")
    assert "見た図です" in text
    assert not [secret for secret in ("SECRET_INPUT", "1741", "hidebound") if secret in text]


def test_long_line_is_cut_in_what_people_open(small, tmp_path):
    root, _, _, _, blank = small
    hand_in(tmp_path / "in", "long", blank, GOOD | {"running": 'print("x" * 3_000_000)\n' + GOOD["running"]})
    report = grade.grade("mini", tmp_path / "in", tmp_path / "work", limit=20, root=root)
    assert [row.total for row in report.rows] == [5.0]
    for path in (tmp_path / "work").glob("*/long/mini/mini.*"):
        assert path.stat().st_size < 1_000_000, path
    assert "ここで切りました" in feedback(tmp_path / "work", "long", "mini")


def test_feedback_says_what_failed(small):
    work = small[2]
    assert "途中までの和が合っていません" in feedback(work, "hidden", "mini")
    for student in ("talks", "chains"):
        assert "ValueError が起きました" in feedback(work, student, "mini")
    assert "NotImplementedError: ここに書いてください" in feedback(work, "unanswered", "mini")
    assert "答えが書かれていません" in feedback(work, "unanswered", "mini")


def test_only_fixed_sentences_of_hidden_tests_are_public():
    source = (
        'where = "講義 05"\nassert x, "見える"\n### BEGIN HIDDEN TESTS\nassert x == 17, "合いません。"\n'
        'assert x, f"見直してください。{where}"\nassert x, f"値は {x} です"\nassert x, f"{where!r}"\nassert x\n'
        'with forbid("torch.sum", message=where):\n    pass\n### END HIDDEN TESTS'
    )
    assert preprocessors.public_messages(source) == {"合いません。", "見直してください。講義 05", "講義 05"}
    assert preprocessors.public_messages("def broken(") == set()


def test_feedback_speaks_japanese(small):
    text = feedback(small[2], "unanswered", "mini")
    for said in [
        "テスト running-test （得点: 0.0 / 2.0）",
        "記述 why",
        "あなたの答え",
        "コメント:",
        "（先頭へ）",
    ]:
        assert said in text
    for english in ["Score", "Test cell", "Grade cell", "Student's", "Comment", "(Top)", "response"]:
        assert english not in text


def test_stock_feedback_would_show_the_tests(small, tmp_path):
    """The check above can fail: without our step nbgrader prints the hidden tests."""
    from nbgrader.converters import GenerateFeedback
    from nbgrader.coursedir import CourseDirectory

    root, _, work, _, _ = small
    settings = autograde.settings_for(work, "mini", root)
    del settings["GenerateFeedback"]
    settings.CourseDirectory.feedback_directory = "stock"
    settings.CourseDirectory.student_id = "hidden"
    with release.log():
        GenerateFeedback(coursedir=CourseDirectory(config=settings), config=settings).start()
    shutil.move(work / "stock", tmp_path / "feedback")
    assert "SECRET_INPUT" in feedback(tmp_path, "hidden", "mini")


def test_mended_hidden_test_grades_the_whole_class_again(small, tmp_path, capsys):
    """Automatic points change, manual points and comments stay, and whose points changed is listed."""
    root, folder, _, _, _ = small
    work = tmp_path / "work"
    for name in ("right", "hidden", "syntax", "unanswered"):
        (tmp_path / "in").mkdir(exist_ok=True)
        shutil.copy(folder / f"{name}.ipynb", tmp_path / "in")
    first = grade.grade("mini", tmp_path / "in", work, limit=20, root=root)
    assert (first.changes, first.regraded) == ([], False)
    with books.Books(work, "mini").gradebook() as book:
        for name in ("right", "hidden"):
            one = book.find_grade("why", "mini", "mini", name)
            one.manual_score, one.needs_manual_grade = 1.0, False
        book.find_comment("why", "mini", "mini", "right").manual_comment = "よく書けています。"
        book.db.commit()
    kept = {name: row["合計"] for name, row in scores(first.csv).items()}
    # "hidden" is no longer in the folder: it is graded from what was stored. "syntax" has become unreadable.
    (tmp_path / "in" / "hidden.ipynb").unlink()
    (tmp_path / "in" / "syntax.ipynb").write_bytes(b"")
    mini.write(
        root,
        running_test="assert running([1, 2]) == [1, 3]\n### BEGIN HIDDEN TESTS\npass\n### END HIDDEN TESTS",
    )
    try:
        report = grade.grade("mini", tmp_path / "in", work, limit=20, root=root)
        again = grade.grade("mini", tmp_path / "in", work, limit=20, root=root)
        # Another answer than the one that a person has graded.
        hand_in(tmp_path / "in", "right", small[4], GOOD | {"why": "書き直しました。"})
        later = {row.student: row for row in grade.grade("mini", tmp_path / "in", work, limit=20, root=root).rows}
        assert "採点待ち" in feedback(work, "right", "mini")
        with books.Books(work, "mini").gradebook() as book:  # formgrader's "Mark as graded": the points stay
            book.find_grade("why", "mini", "mini", "right").needs_manual_grade = False
            book.db.commit()
        grade.grade("mini", tmp_path / "in", work, limit=20, root=root)
        assert "採点待ち" not in feedback(work, "right", "mini")
    finally:
        mini.write(root)
    assert {row.student: row.manual for row in report.rows if row.student in ("right", "hidden")} == {
        "right": False, "hidden": False,
    }  # fmt: skip
    assert later["right"].manual and later["right"].scores["why"] == 1 and not later["hidden"].manual
    assert report.graded == ["hidden", "right", "syntax", "unanswered"]
    assert [row.student for row in report.refused] == ["syntax"]
    rows = scores(report.csv)
    assert rows["hidden"]["running-test"] == "2"
    assert (rows["right"]["why"], rows["right"]["合計"]) == ("1", "6")
    assert "よく書けています" in feedback(work, "right", "mini")
    expected = {name: (float(kept[name]), float(rows[name]["合計"])) for name in kept}
    # The manual points came between the two runs, after the first one's table was written.
    expected |= {"right": (6.0, 6.0), "hidden": (4.0, 6.0)}
    listed = {one.student: (one.before, one.after) for one in report.changes}
    assert listed == {name: pair for name, pair in expected.items() if pair[0] != pair[1]} == {"hidden": (4, 6)}
    assert report.changes[0].cells == {"running-test": (0, 2)}
    text = (work / "mini-changes.csv").read_text(encoding="utf-8-sig")
    assert "hidden,4,6,running-test 0 → 2" in text
    assert (again.graded, again.changes) == ([], [])
    assert "hidden,4,6" in (work / "mini-changes.csv").read_text(encoding="utf-8-sig")


def test_texts_and_addresses_of_an_exercise_regrade_nobody(small, tmp_path):
    path = tmp_path / "solutions" / "mini" / "mini.ipynb"
    shutil.copytree(small[0] / "solutions" / "mini", path.parent)
    before = release.fingerprint("mini", tmp_path)
    book = nbformat.read(path, as_version=4)
    for text in (cell for cell in book.cells if cell.cell_type == "markdown" and "nbgrader" not in cell.metadata):
        text.source += "\n[![Colab で開く](badge.svg)](https://example.org)"
    book.cells.insert(0, nbformat.v4.new_code_cell("import os", id="setup"))
    book.metadata["note"] = "an editor's"
    nbformat.write(book, path)
    assert release.fingerprint("mini", tmp_path) == before
    book.cells.append(nbformat.v4.new_code_cell("LIMIT = 3"))
    nbformat.write(book, path)
    before = release.fingerprint("mini", tmp_path)
    for cell in (cell for cell in book.cells[1:] if cell.cell_type == "code" or "nbgrader" in cell.metadata):
        kept, cell.source = cell.source, cell.source + "\n"
        nbformat.write(book, path)
        assert release.fingerprint("mini", tmp_path) != before
        cell.source = kept


def test_autograding_in_formgrader_and_by_nbgraders_command_is_fenced(small, tmp_path, monkeypatch):
    """What formgrader's button calls, with the settings that it and ``nbgrader autograde`` read."""
    from nbgrader.apps import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory

    root, _, _, _, blank = small
    monkeypatch.setenv(preload.VARIABLE, "")
    monkeypatch.delenv(preload.VARIABLE)
    monkeypatch.setenv("SECRET_OF_THE_GRADER", "x")
    settings = release.config()
    course = settings.CourseDirectory
    course.root, course.source_directory = str(tmp_path), str(root / "solutions")
    for step in ("submitted", "autograded", "feedback"):
        course[f"{step}_directory"] = step
    course.db_url = gradebook.address(tmp_path)
    gradebook.create(tmp_path)
    release.convert("mini", tmp_path / "scratch", course.db_url, root)
    looks = "import os\nfrom pathlib import Path\n"
    looks += f"print('SECRET_OF' in str(os.environ), Path({str(root / 'solutions')!r}).exists(), 6 * 7)\n"
    path = hand_in(tmp_path / "submitted" / "s1" / "mini", "mini", blank, GOOD | {"running": looks + mini.RUNNING})
    api = NbGraderAPI(CourseDirectory(config=settings), config=settings)

    async def press() -> dict:
        """Formgrader's handlers run in the server's loop."""
        return api.autograde("mini", "s1")

    said = asyncio.run(press())
    assert said["success"], said
    ran = (tmp_path / "autograded" / "s1" / "mini" / path.name).read_text(encoding="utf-8")
    assert "False False 42" in ran
    with gradebook.book(tmp_path) as book:
        assert book.find_submission("mini", "s1").code_score == 5
    # A test that does not run says nothing, and nbgrader gives full points for that.
    quiet = copy.deepcopy(blank)
    for cell in quiet.cells:
        cell.metadata["tags"] = ["skip-execution"]
    hand_in(tmp_path / "submitted" / "s1" / "mini", "mini", quiet, {})
    assert asyncio.run(press())["success"]
    with gradebook.book(tmp_path) as book:
        assert book.find_submission("mini", "s1").code_score == 0


def test_copy_beside_a_solution_is_no_exercise(small, tmp_path):
    """JupyterLab's 05-Copy1.ipynb, made before a test is mended."""
    shutil.copytree(small[0] / "solutions" / "mini", tmp_path / "solutions" / "mini")
    source = tmp_path / "solutions" / "mini" / "mini.ipynb"
    shutil.copy(source, source.with_name("mini-Copy1.ipynb"))
    (tmp_path / "work").mkdir()
    gradebook.create(tmp_path / "work")
    release.convert("mini", tmp_path / "made", gradebook.address(tmp_path / "work"), tmp_path)
    assert [path.name for path in (tmp_path / "made").rglob("*.ipynb")] == ["mini.ipynb"]
    points, rows, _ = results.read_scores(tmp_path / "work", "mini")
    assert (sum(points.values()), rows) == (6, {})


def test_kernels_parent_that_dies_is_started_again(small, tmp_path):
    root, _, _, _, blank = small
    for name in ("s1", "s2", "s3"):
        hand_in(tmp_path / "in", name, blank, GOOD)
    said: list[str] = []

    def say(text: str) -> None:
        if not said:
            for one in psutil.Process().children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    if "llmlab.grading.preload" in " ".join(one.cmdline()):
                        one.kill()
        said.append(text)

    report = grade.grade("mini", tmp_path / "in", tmp_path / "work", limit=20, workers=1, root=root, say=say)
    assert [row.total for row in report.rows] == [5, 5, 5]
    assert any("もう一度だけ" in text for text in said)


def test_regrade_that_was_cut_short_still_lists_the_change(small, tmp_path, monkeypatch):
    root, folder, _, _, _ = small
    work = tmp_path / "work"
    (tmp_path / "in").mkdir()
    shutil.copy(folder / "hidden.ipynb", tmp_path / "in")
    grade.grade("mini", tmp_path / "in", work, limit=20, root=root)
    mini.write(root, running_test="assert running([1, 2]) == [1, 3]")
    try:
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(results, "changed", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            grade.grade("mini", tmp_path / "in", work, limit=20, root=root)
        report = grade.grade("mini", tmp_path / "in", work, limit=20, root=root)
    finally:
        mini.write(root)
    assert [(one.student, one.before, one.after) for one in report.changes] == [("hidden", 3, 5)]


def test_gradebook_that_cannot_be_used_is_said_before_anything_is_written(small, tmp_path, monkeypatch):
    root, folder, work, _, _ = small
    monkeypatch.setattr(gradebook, "WAIT", 0.2)
    shutil.copy(work / "gradebook.db", tmp_path / "gradebook.db")
    with contextlib.closing(sqlite3.connect(tmp_path / "gradebook.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(CourseError, match="ほかのプログラムが使っています"):
            grade.grade("mini", folder, tmp_path, root=root)
        other.rollback()
        other.execute("UPDATE alembic_version SET version_num = '50a4d84c131a'")
        other.commit()
    before = (tmp_path / "gradebook.db").read_bytes()
    with pytest.raises(CourseError, match="別の版の nbgrader"):
        grade.grade("mini", folder, tmp_path, root=root)
    assert [path.name for path in tmp_path.iterdir()] == ["gradebook.db"]
    assert (tmp_path / "gradebook.db").read_bytes() == before


# ---- What cannot be graded, and runs that cannot start (what comes back damaged: test_intake.py) ---------------


def test_pasted_cell_is_graded_once(small, tmp_path):
    root, _, _, _, blank = small
    for pasted in ("running", "running-test", "why"):
        own = copy.deepcopy(blank)
        extra = copy.deepcopy(cells_of(own)[pasted])
        extra.id = "pasted"
        own.cells.insert(0, extra)
        own.cells[-1].metadata.setdefault("nbgrader", {})
        hand_in(tmp_path / "in", pasted, own, GOOD)
    report = grade.grade("mini", tmp_path / "in", tmp_path / "work", limit=20, root=root)
    assert not report.refused
    assert {row.total for row in report.rows} == {5.0}
    assert all(row.student in row.note for row in report.rows)


def test_run_that_cannot_start_says_why(tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert command.main(["grade", "99_unknown", str(tmp_path)]) == 1
    assert "99_unknown" in capsys.readouterr().err
    assert command.main(["grade", EXERCISE, str(tmp_path / "nowhere")]) == 1
    assert "nowhere" in capsys.readouterr().err
    assert command.main(["grade", EXERCISE, str(tmp_path / "empty")]) == 1
    assert "空です" in capsys.readouterr().err
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 not a zip")
    out = tmp_path / "out"
    assert command.main(["grade", EXERCISE, str(tmp_path / "broken.zip"), "--out", str(out)]) == 1
    assert "zip として読めません" in capsys.readouterr().err
    assert not out.exists()
    (tmp_path / "a.ipynb").write_text("{}")
    assert command.main(["grade", EXERCISE, str(tmp_path), "--out", str(tmp_path / "x[1]")]) == 1
    assert "--out" in capsys.readouterr().err
    assert command.main(["formgrader", "--out", str(tmp_path)]) == 1
    assert "採点結果がまだありません" in capsys.readouterr().err


def test_full_disk_is_said_and_nothing_is_half_written(small, tmp_path, monkeypatch):
    root, folder, _, _, _ = small

    def full(*_arguments, **_keywords):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(books.os, "replace", full)
    with pytest.raises(CourseError, match="空き容量"):
        grade.grade("mini", folder, tmp_path / "work", root=root)
    assert not [path for path in (tmp_path / "work").rglob("*") if path.suffix in (".ipynb", ".csv", ".json")]


FILLED = """
mount -t tmpfs -o size={size} none {disk} || exit 77
"$PYTHON" -c "$GRADE" {folder} {disk}/out {root}; echo "ended $?"
ls -A {disk}/out
mount -o remount,size=50m {disk} && "$PYTHON" -c "$GRADE" {folder} {disk}/out {root} && cat {disk}/out/mini.csv
"""


@pytest.mark.parametrize("size", ["60k", "400k"])  # the gradebook has no room; the class has none
def test_disk_that_is_really_full_is_said_and_a_second_run_goes_on(tmp_path, size):
    from tests.test_kill import GRADE

    there = {name: grading_class.STUDENTS[name] for name in ("right", "wrong", "untouched")}
    disk = tmp_path / "disk"
    disk.mkdir()
    script = FILLED.format(size=size, disk=disk, folder=grading_class.write(tmp_path, there), root=tmp_path)
    variables = os.environ | {"PYTHON": sys.executable, "GRADE": GRADE, "PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script], capture_output=True, text=True, env=variables
    )
    if ran.returncode == 77 or "unshare" in ran.stderr:
        pytest.skip("この計算機では、ディスクを用意できません")
    assert "Traceback" not in ran.stderr
    assert [line for line in ran.stderr.splitlines() if "空き容量" in line], ran.stderr
    assert "ended 1" in ran.stdout
    assert not [line for line in ran.stdout.splitlines() if line.startswith(".part-")]
    table = ran.stdout.partition("学籍番号")[2].splitlines()
    assert [line.split(",")[0] for line in table[1:]] == ["right", "untouched", "wrong"], ran.stdout


def test_damaged_gradebook_is_said_and_kept(small, tmp_path):
    root, folder, _, _, _ = small
    book = tmp_path / "gradebook.db"
    book.write_bytes(b"no database" * 100)
    with pytest.raises(CourseError, match="採点簿"):
        grade.grade("mini", folder, tmp_path, root=root)
    assert book.read_bytes() == b"no database" * 100
    assert list(tmp_path.iterdir()) == [book]


def test_commands_start_without_the_grammar_of_addresses():
    code = (
        "import sys, llmlab.grading, nbformat; print('lark' in sys.modules);"
        "nbformat.validate({'cells': [{'cell_type': 'song'}], 'metadata': {}, 'nbformat': 4, 'nbformat_minor': 5})"
    )
    variables = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=variables)
    assert ran.stdout == "False\n"
    assert "ValidationError" in ran.stderr


def test_table_lines_up_with_japanese_names():
    text = zoo.columns([["学籍番号", "点"], ["佐藤", "1"], ["suzuki", "2"]])
    assert text.split("\n") == ["学籍番号  点", "佐藤      1", "suzuki    2"]


def test_formula_in_a_name_stays_text():
    assert results.safe("=1+1") == "'=1+1"
    assert results.safe("佐藤") == "佐藤"


def test_feedback_reads_well_on_a_phone(small):
    """No page wider than the screen; code as wide as its place (a wrapped heading once squeezed it to a third)."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.goto((small[2] / "feedback" / "hidden" / "mini" / "mini.html").as_uri(), wait_until="commit")
        page.wait_for_selector("text=コメント")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        widths = page.evaluate(
            "[...document.querySelectorAll('pre')].map(one => [one.offsetWidth, one.parentElement.offsetWidth])"
        )
        browser.close()
    assert widths and all(own >= 0.95 * place > 300 for own, place in widths), widths


# ---- The student version ----------------------------------------------------------------------------------


def test_student_version_is_the_same_every_time(tmp_path):
    mini.write(tmp_path)
    for name in ("one", "two"):
        assert release.generate(tmp_path / name, tmp_path) == ["mini"]
    one, two = ((tmp_path / name / "mini" / "mini.ipynb").read_bytes() for name in ("one", "two"))
    assert one == two
    text = one.decode()
    assert "ここに書いてください" in text and "ここに答えを書いてください。" in text
    for mark in (*release.MARKS, "SECRET_INPUT", "模範解答", "total + value"):
        assert mark not in text


def test_student_version_forgets_an_exercise_that_is_gone(tmp_path):
    mini.write(tmp_path)
    gone = tmp_path / "exercises" / "gone" / "gone.ipynb"
    gone.parent.mkdir(parents=True)
    gone.write_text("{}")
    release.generate(tmp_path / "exercises", tmp_path)
    assert not gone.exists()


@pytest.mark.parametrize(
    "cell, source",
    [
        ("running", mini.RUNNING.replace("### END SOLUTION", "")),
        ("running_test", mini.RUNNING_TEST.replace("### END HIDDEN TESTS", "")),
    ],
)
def test_unclosed_region_is_said(tmp_path, cell, source):
    mini.write(tmp_path, **{cell: source})
    with pytest.raises(CourseError, match="mini"):
        release.generate(tmp_path / "exercises", tmp_path)
    assert not (tmp_path / "exercises").exists()


# ---- A class of 21 on the exercise of lesson 05, made from its zoo ------------------------------------------


def make_class(folder: Path, blank) -> dict[str, dict[str, float]]:
    """Write the submissions; return the scores that each gradable one must get."""
    exercise = zoo.Exercise.load(EXERCISE)
    read = [zoo.read(path, exercise) for path in zoo.paths(EXERCISE)]
    by = {
        (kind, cell): [one for one in read if one.kind == kind and one.cell == cell]
        for kind in ("right", "wrong")
        for cell in exercise.tests
    }
    reference = {cell: exercise.source(cell) for cell in exercise.tests}
    (written,) = [cell for cell, kind in cells_of(blank).items() if kind.cell_type == "markdown"]
    wanted = {}

    def add(name: str, parts) -> None:
        answers, points = dict(reference), dict(exercise.points)
        for one in parts:
            answers |= one.cells
            points = {cell: min(points[cell], one.expected[cell]) for cell in points}
        hand_in(folder, name, blank, answers | {written: f"{name} の答えです。"})
        wanted[name] = points

    for number in range(2):
        add(f"right{number}", [by["right", cell][number] for cell in exercise.tests])
    for number in range(7):
        cell = list(exercise.tests)[number % len(exercise.tests)]
        add(f"wrong{number}", [by["wrong", cell][number // len(exercise.tests)]])
    for number in (2, 3):
        add(f"mixed{number}", [by["wrong", cell][number] for cell in list(exercise.tests)[number - 2 :: 2]])
    first = next(iter(exercise.tests))
    own = exercise.tests[first][0]
    zero = dict(exercise.points) | {own: 0.0}
    loop = (
        exercise.source(first).split("### BEGIN SOLUTION")[0]
        + "import time\n    while True:\n        time.sleep(0.1)"
    )
    hand_in(folder, "loop", blank, reference | {first: loop})
    hand_in(folder, "syntax", blank, reference | {first: "def broken(:\n    pass"})
    hand_in(folder / "untouched", "notebook", blank, {})
    wanted |= {"loop": zero, "syntax": zero, "untouched": dict.fromkeys(exercise.points, 0.0)}
    (folder / "text.ipynb").write_text("print('これはノートブックではありません')", encoding="utf-8")
    (folder / "empty.ipynb").write_bytes(b"")
    (folder / "essay.docx").write_bytes(b"PK\x03\x04")
    shutil.copy(release.find("00_start"), folder / "other.ipynb")
    hand_in(folder, "cut", blank, reference)
    (folder / "cut.ipynb").write_bytes((folder / "cut.ipynb").read_bytes()[:2000])
    for name, answers in {"first": reference, "second": {}}.items():
        os.utime(hand_in(folder / "twice", name, blank, answers), (1, 1))  # neither is the later one
    lost = copy.deepcopy(blank)
    lost.cells = [cell for cell in lost.cells if cell.get("id") != first]
    hand_in(folder, "lost", lost, {})
    return wanted


REFUSED = {
    "cut": "読めません",
    "empty": "空のファイル",
    "essay": "docx",
    "lost": "採点用のセルがないか、どれか分かりません（pair-input）",
    "other": "別の演習（00_start）",
    "text": "読めません",
    "twice": "2 個あります",
}


@pytest.fixture(scope="module")
def school(tmp_path_factory):
    """Grade the class once through the command line."""
    root = tmp_path_factory.mktemp("school")
    release.generate(root / "exercises")
    blank = nbformat.read(root / "exercises" / EXERCISE / f"{EXERCISE}.ipynb", as_version=4)
    wanted = make_class(root / "in", blank)
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        arguments = [
            EXERCISE,
            str(root / "in"),
            "--out",
            str(root / "work"),
            "--limit",
            "25",
            "--workers",
            "3",
        ]
        code = command.main(["grade", *arguments])
    return root, wanted, code, out.getvalue(), err.getvalue(), blank


def test_class_has_twenty_submissions(school):
    root, wanted, *_ = school
    assert len(wanted) + len(REFUSED) >= 20
    assert len(list((root / "in").iterdir())) == len(wanted) + len(REFUSED)


def test_class_gets_the_scores_of_the_zoo(school):
    root, wanted, *_ = school
    rows = scores(root / "work" / f"{EXERCISE}.csv")
    got = {
        name: {cell: float(rows[name][cell] or "nan") for cell in points} for name, points in wanted.items()
    }
    assert got == wanted, school[4]  # what the run said of those it could not grade


def test_class_names_what_could_not_be_graded(school):
    root, _, code, out, err, _ = school
    assert code == 1
    rows = scores(root / "work" / f"{EXERCISE}.csv")
    for name, said in REFUSED.items():
        assert rows[name]["状態"] == results.REFUSED and rows[name]["合計"] == ""
        assert said in rows[name]["備考"]
        assert any(name in line and said in line for line in err.splitlines())
        assert not list((root / "work").glob(f"*/{name}"))
    assert rows["loop"]["状態"] == results.LATE
    assert "学籍番号" in out


def test_csv_opens_in_a_spreadsheet(school):
    data = (school[0] / "work" / f"{EXERCISE}.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    header = data.decode("utf-8-sig").splitlines()[0]
    exercise = zoo.Exercise.load(EXERCISE)
    for cell, points in exercise.points.items():
        assert f"{cell}（{points:g} 点）" in header


def test_class_feedback_hides_the_tests(school):
    root, wanted, *_ = school
    lines = secrets(EXERCISE)
    assert len(lines) >= 8
    for name in wanted:
        text = feedback(root / "work", name, EXERCISE)
        own = (root / "work" / "submitted" / name / EXERCISE / f"{EXERCISE}.ipynb").read_text(
            encoding="utf-8"
        )
        sources = "\n".join(cell.source for cell in nbformat.reads(own, as_version=4).cells)
        assert not [line for line in lines if line in text and line not in sources]


def test_second_run_grades_what_changed_and_keeps_what_a_person_wrote(school):
    root, wanted, _, _, _, blank = school
    work = root / "work"
    (written,) = [cell for cell, kind in cells_of(blank).items() if kind.cell_type == "markdown"]
    with books.Books(work, EXERCISE).gradebook() as book:
        for name in ("right0", "wrong0"):
            one = book.find_grade(written, EXERCISE, EXERCISE, name)
            one.manual_score, one.needs_manual_grade = 1.0, False
            book.find_comment(written, EXERCISE, EXERCISE, name).manual_comment = "よく書けています。"
        book.db.commit()
    shutil.copy(root / "in" / "right1.ipynb", root / "in" / "wrong0.ipynb")
    (root / "in" / "wrong1.ipynb").write_bytes(b"")
    report = grade.grade(EXERCISE, root / "in", work, limit=25)
    assert report.graded == ["wrong0"]
    rows = scores(report.csv)
    full = zoo.Exercise.load(EXERCISE).points
    assert {cell: float(rows["wrong0"][cell]) for cell in full} == full
    for name in ("right0", "wrong0"):
        assert float(rows[name][written]) == 1
        assert float(rows[name]["合計"]) == sum(full.values()) + 1
        assert "よく書けています" in feedback(work, name, EXERCISE)
    assert "採点待ち" not in feedback(work, "right0", EXERCISE)
    assert "採点待ち" in feedback(work, "right1", EXERCISE), "0 points would be wrong before a person has read it"
    # A former grade outlives a later file that cannot be read.
    assert rows["wrong1"]["状態"] == results.REFUSED
    assert float(rows["wrong1"]["合計"]) == sum(wanted["wrong1"].values())
    state = json.loads((work / "state.json").read_text(encoding="utf-8"))
    assert set(state[EXERCISE]["students"]) == set(wanted)


@pytest.fixture
def formgrader(school):
    """Open the formgrader on the class's gradebook; a function that reads one of its addresses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--no-browser", "--allow-root", f"--port={port}", "--IdentityProvider.token=test"]
    server = subprocess.Popen(
        [sys.executable, "-m", "llmlab.grading", "formgrader", "--out", school[0] / "work", *options],
        cwd=release.ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def read(address: str) -> str:
        url = f"http://127.0.0.1:{port}/formgrader/{address}?token=test"
        for _ in range(120):
            try:
                with urllib.request.urlopen(url, timeout=60) as answer:
                    return answer.read().decode()
            except urllib.error.URLError as error:
                if isinstance(error, urllib.error.HTTPError) or server.poll() is not None:
                    raise
                time.sleep(0.5)
        raise TimeoutError(url)

    read.root = f"http://127.0.0.1:{port}/formgrader/"
    yield read
    for process in [*psutil.Process(server.pid).children(recursive=True), psutil.Process(server.pid)]:
        process.terminate()
    server.wait(30)


def test_formgrader_opens_on_the_same_gradebook(school, formgrader):
    rows = scores(school[0] / "work" / f"{EXERCISE}.csv")
    listed = json.loads(formgrader(f"api/submitted_notebooks/{EXERCISE}/{EXERCISE}"))
    graded = {name: row["合計"] for name, row in rows.items() if row["合計"]}
    assert {one["student"]: f"{one['score']:g}" for one in listed} == graded
    assert set(school[1]) == set(graded)
    number = next(one["id"] for one in listed if one["student"] == "right0")
    assert "right0 の答えです。" in formgrader(f"submissions/{number}/")


def test_formgrader_takes_a_score_without_a_network(school, formgrader):
    listed = json.loads(formgrader(f"api/submitted_notebooks/{EXERCISE}/{EXERCISE}"))
    number = next(one["id"] for one in listed if one["student"] == "right1")
    problems = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.set_default_timeout(60_000)
        page.route(lambda url: not url.startswith(formgrader.root[:17]), lambda route: route.abort())
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(formgrader.root.replace("formgrader/", "lab?token=test"), wait_until="commit")  # signs in
        page.goto(f"{formgrader.root}submissions/{number}/")
        page.wait_for_function("typeof formgrader == 'object' && formgrader.loaded && formgrader.grades.length")
        written = page.locator("input.score").last  # the written answer comes last
        written.fill("1.5")
        with page.expect_response(lambda answer: "/api/grade/" in answer.url):
            written.blur()
        browser.close()
    assert problems == []
    with Gradebook(f"sqlite:///{school[0] / 'work' / 'gradebook.db'}") as book:
        grades = book.find_submission_notebook_by_id(number).grades
        assert [one.manual_score for one in grades if one.manual_score is not None] == [1.5]
