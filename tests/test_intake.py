"""What comes back: damaged notebooks are mended or refused in words, and learning systems' folders are understood."""

import contextlib
import copy
import io
import json
import os
import random
import stat
import time
import zipfile
from pathlib import PurePosixPath

import jupytext
import nbformat
import pytest
from nbconvert.exporters import NotebookExporter, PythonExporter

from llmlab.errors import CourseError
from llmlab.grading import archives, books, grade, intake, release
from llmlab.grading.mend import mend
from llmlab.grading.notebooks import grade_ids, parse, released
from llmlab.grading.refused import OtherExercise, Refused
from llmlab.grading.roster import Roster
from tests import grading_mini as mini

WRITTEN = "和集合で割ると、大きさの違う集合も比べられます。"
WRONG = f"{mini.HEADS['running']}\n    return values"
SHEETS = {
    "right": {"running": mini.RUNNING, "overlap": mini.OVERLAP, "why": WRITTEN},
    "wrong": {"running": WRONG, "overlap": mini.OVERLAP, "why": WRITTEN},
    "empty": {},
}
SOLUTION = mini.notebook()


@pytest.fixture(scope="module")
def blank():
    """Return the student version of the small exercise."""
    return released(SOLUTION)


def sheet(blank, name: str = "right"):
    """Return the exercise with a student's answers."""
    book = copy.deepcopy(blank)
    for cell in book.cells:
        cell.source = SHEETS[name].get(cell.id, cell.source)
    return book


def other_exercise():
    book = mini.notebook()
    for cell in book.cells:
        for old, new in {"running": "walking", "overlap": "common", "why": "how"}.items():
            cell.source = cell.source.replace(old, new)
            cell.id = cell.id.replace(old, new)
            if "nbgrader" in cell.metadata:
                mark = cell.metadata.nbgrader
                mark["grade_id"] = mark["grade_id"].replace(old, new)
    return book


OTHER = released(other_exercise())


def take(data, blank, name: str = "s1.ipynb"):
    """Read and mend what was sent; return the notebook and the notes."""
    data = data if isinstance(data, bytes) else nbformat.writes(data).encode()
    book = parse(data, name)
    notes = mend(book, "mini", {"mini": blank, "other": OTHER}.get, ["mini", "other"])
    nbformat.validate(book)
    return book, notes


def result(book) -> dict[str, object]:
    """Run a notebook as nbgrader would: locked cells with their hidden tests, all or no points; and what was written.

    An independent reference: it knows nbgrader's rule, and nothing of the module under test.
    """
    full = {cell.metadata.nbgrader.grade_id: cell for cell in SOLUTION.cells if "nbgrader" in cell.metadata}
    space, found = {}, {}
    for cell in book.cells:
        mark = cell.metadata.get("nbgrader", {})
        name = mark.get("grade_id")
        if cell.cell_type == "markdown" and name:
            found[name] = cell.source
        if cell.cell_type != "code":
            continue
        source = full[name].source if mark.get("locked") else cell.source
        passed = False
        with contextlib.suppress(Exception):
            exec(source.replace("%matplotlib inline", ""), space)
            passed = True
        if mark.get("grade"):
            assert name not in found, f"{name} twice"
            found[name] = mark["points"] * passed
    return found


EXPECTED = {
    "right": {"running-test": 2, "overlap-test": 3, "why": WRITTEN},
    "wrong": {"running-test": 0, "overlap-test": 3, "why": WRITTEN},
    "empty": {"running-test": 0, "overlap-test": 0, "why": "ここに答えを書いてください。"},
}


@pytest.mark.parametrize("name", SHEETS)
def test_whole_notebook_is_left_alone(blank, name):
    book, notes = take(sheet(blank, name), blank)
    assert notes == []
    assert result(book) == EXPECTED[name]
    assert [cell.source for cell in book.cells] == [cell.source for cell in sheet(blank, name).cells]


# ---- Every damage on every cell ----------------------------------------------------------------------------


def no_marks(book, at, _):
    for cell in book.cells:
        cell.metadata.pop("nbgrader", None)


def no_ids(book, at, _):
    for number, cell in enumerate(book.cells):
        cell.id = f"new{number}"


def no_mark(book, at, _):
    book.cells[at].metadata.pop("nbgrader", None)


def no_mark_no_id(book, at, _):
    no_mark(book, at, _)
    book.cells[at].id = "fresh"


def copied_below(book, at, chance):
    book.cells.insert(at + 1, copy.deepcopy(book.cells[at]))
    book.cells[at + 1].id = f"copy{chance.random()}"[:12].replace(".", "")


def copied_to_the_end(book, at, chance):
    book.cells.append(copy.deepcopy(book.cells[at]))
    book.cells[-1].id = f"copy{chance.random()}"[:12].replace(".", "")


def empty_copy_at_the_end(book, at, chance):
    """The student kept the empty cell: run last, it would undo the answer."""
    copied_to_the_end(book, at, chance)
    mark = book.cells[-1].metadata.get("nbgrader", {})
    if mark.get("solution"):
        book.cells[-1].source = STUBS[mark["grade_id"]]


def to_the_top(book, at, _):
    book.cells.insert(0, book.cells.pop(at))


def to_the_end(book, at, _):
    book.cells.append(book.cells.pop(at))


def shuffled(book, at, chance):
    chance.shuffle(book.cells)


def deleted(book, at, _):
    del book.cells[at]


def merged_with_next(book, at, _):
    if at + 1 < len(book.cells):
        after = book.cells.pop(at + 1)
        book.cells[at].source += "\n\n" + after.source


def edited_test(book, at, _):
    cell = book.cells[at]
    if cell.metadata.get("nbgrader", {}).get("locked"):
        cell.source = "pass"


def other_type(book, at, _):
    old = book.cells[at]
    make = nbformat.v4.new_markdown_cell if old.cell_type == "code" else nbformat.v4.new_raw_cell
    book.cells[at] = make(old.source, metadata=old.metadata, id=old.id)


def scratch_cells(book, at, _):
    book.cells.insert(at, nbformat.v4.new_code_cell("print(1 + 1)", id=f"scratch{len(book.cells)}"))


def marks_changed(book, at, _):
    mark = book.cells[at].metadata.get("nbgrader")
    if mark:
        mark |= {"points": 100, "locked": False, "grade": True, "checksum": "0"}


def emptied_marks(book, at, _):
    for cell in book.cells[at : at + 1]:
        cell.metadata["nbgrader"] = {}


DAMAGES = [
    no_marks,
    no_ids,
    no_mark,
    no_mark_no_id,
    copied_below,
    copied_to_the_end,
    empty_copy_at_the_end,
    to_the_top,
    to_the_end,
    shuffled,
    deleted,
    merged_with_next,
    edited_test,
    other_type,
    scratch_cells,
    marks_changed,
    emptied_marks,
]
STUBS = {cell.id: cell.source for cell in released(SOLUTION).cells}


def outcome(book, blank) -> str | dict:
    """Return the scores, or the sentence of a refusal."""
    try:
        return result(take(book, blank)[0])
    except Refused as refused:
        return str(refused)


def same(said, name: str) -> bool:
    """Return whether the points are the undamaged ones, and a person finds the written answer where it belongs."""
    wanted = EXPECTED[name]
    return isinstance(said, dict) and wanted["why"] in said["why"] and said | {"why": wanted["why"]} == wanted


def in_words(said) -> bool:
    return isinstance(said, str) and said.endswith("。") and "\n" not in said


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("name", ["right", "wrong"])
def test_one_damage_on_each_cell_changes_no_score(blank, damage, name):
    """Each kind of damage on each of the eight cells: the undamaged scores, or a refusal in words."""
    refused = []
    for at in range(len(blank.cells)):
        book = sheet(blank, name)
        damage(book, at, random.Random(at))
        said = outcome(book, blank)
        assert same(said, name) or in_words(said), f"cell {at}: {said}"
        if in_words(said):
            refused.append(blank.cells[at].id)
    # What may be refused is known: an answer that is gone, or code in a cell that is text.
    may = {"deleted": {"running", "overlap", "why"}, "merged_with_next": {"header", "overlap-test"}}
    assert set(refused) <= may.get(damage.__name__, set())
    if damage is deleted:
        assert set(refused) == may["deleted"]


def test_damages_together_change_no_score(blank):
    """Two to four damages at once, drawn with a fixed seed."""
    chance = random.Random(11)
    mended = refused = 0
    for _ in range(400):
        name = chance.choice(["right", "wrong"])
        book = sheet(blank, name)
        done = []
        for damage in chance.sample(DAMAGES, chance.choice([2, 3, 4])):
            at = chance.randrange(len(book.cells))
            done.append((damage.__name__, at))
            damage(book, at, chance)
        said = outcome(book, blank)
        assert same(said, name) or in_words(said), (done, said)
        mended += same(said, name)
        refused += in_words(said)
    assert mended > 200, f"{mended} mended, {refused} refused"


def test_without_mending_the_damages_would_change_scores(blank):
    """The two tests above can fail: run as they are, damaged notebooks score differently."""
    different = set()
    for damage in DAMAGES:
        for at in range(len(blank.cells)):
            book = sheet(blank)
            damage(book, at, random.Random(at))
            with contextlib.suppress(AssertionError, KeyError):
                if result(book) == EXPECTED["right"]:
                    continue
            different.add(damage.__name__)
    assert {"no_marks", "to_the_end", "deleted", "merged_with_next", "empty_copy_at_the_end"} <= different


@pytest.mark.parametrize(
    "damage, cell, said",
    [
        (
            edited_test,
            "running-test",
            "今の配布版と違うテストのセルを、配布版に替えて採点しました（running-test）",
        ),
        (deleted, "running-test", "なくなっていたテストのセルを戻しました（running-test）"),
        (deleted, "start", "配布したコードのセルがありません（start）"),
        (no_mark, "why", "印を、配布したノートブックから戻しました（why）"),
        (copied_below, "running", "同じセルが 2 つ以上"),
        (merged_with_next, "running", "分けました（running-test）"),
        (to_the_end, "running", "順番が変わっていた"),
        (other_type, "overlap", "種類の変わったセル"),
    ],
)
def test_each_repair_is_said(blank, damage, cell, said):
    book = sheet(blank)
    damage(book, [one.id for one in blank.cells].index(cell), random.Random(0))
    assert any(said in note for note in take(book, blank)[1])


def test_two_answers_that_cannot_be_told_apart_are_refused(blank):
    book = sheet(blank)
    no_marks(book, 0, None)
    no_ids(book, 0, None)
    book.cells.append(nbformat.v4.new_markdown_cell("別の答えです。", id="more"))
    with pytest.raises(Refused, match="どれか分かりません（why）"):
        take(book, blank)


def test_answer_that_is_not_there_is_not_made_up(blank):
    book = sheet(blank)
    book.cells = [cell for cell in book.cells if cell.id != "overlap"]
    with pytest.raises(Refused, match="overlap"):
        take(book, blank)


def test_other_exercise_is_named_with_marks_and_without(blank):
    with pytest.raises(OtherExercise, match="別の演習（other）"):
        take(OTHER, blank)
    bare = copy.deepcopy(OTHER)
    no_marks(bare, 0, None)
    no_ids(bare, 0, None)
    with pytest.raises(OtherExercise, match="別の演習（other）"):
        take(bare, blank)


def test_notebook_of_something_else_is_named(blank):
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print(1)")])
    with pytest.raises(Refused, match="採点用のセルの印がありません"):
        take(book, blank)


# ---- Real round trips --------------------------------------------------------------------------------------


def by_jupytext(form):
    return lambda book: nbformat.writes(jupytext.reads(jupytext.writes(book, fmt=form), fmt=form))


def by_nbconvert(book):
    return NotebookExporter().from_notebook_node(book)[0]


def by_script(book):
    """``jupyter nbconvert --to script``, opened in an editor and made a notebook again."""
    script = PythonExporter().from_notebook_node(book)[0]
    return nbformat.writes(jupytext.reads(script, fmt="py"))


def older(minor):
    def convert(book):
        content = json.loads(nbformat.writes(book))
        content["nbformat_minor"] = minor
        for cell in content["cells"]:
            del cell["id"]
        return json.dumps(content)

    return convert


def format_3(book):
    return nbformat.v3.writes_json(nbformat.convert(copy.deepcopy(book), 3))


def colab(keeps_marks: bool, keeps_ids: bool):
    """Return a notebook as Colab saves it: format 4.0, ids in the metadata, blocks of its own."""

    def convert(book):
        content = json.loads(nbformat.writes(book))
        content |= {"nbformat_minor": 0}
        content["metadata"]["colab"] = {"provenance": [], "toc_visible": True, "name": "mini.ipynb"}
        chance = random.Random(3)
        for cell in content["cells"]:
            own = cell.pop("id")
            drawn = "".join(chance.choices("abcdefghijABCDEFGHIJ0123456789_-", k=12))
            mark = cell["metadata"].get("nbgrader")
            cell["metadata"] = {"id": own if keeps_ids else drawn}
            if mark and keeps_marks:
                cell["metadata"]["nbgrader"] = mark
            if cell["cell_type"] == "code":
                cell["metadata"] |= {
                    "colab": {"base_uri": "https://localhost:8080/", "height": 35},
                    "outputId": "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9",
                }
                cell["execution_count"] = 3
                cell["outputs"] = [
                    {"output_type": "stream", "name": "stdout", "text": ["見えました\n"]},
                ]
        return json.dumps(content, ensure_ascii=False)

    return convert


def vs_code(book):
    content = json.loads(nbformat.writes(book))
    content["metadata"]["language_info"] |= {"version": "3.13.1", "nbconvert_exporter": "python"}
    content["metadata"]["kernelspec"] = {"display_name": ".venv", "language": "python", "name": "python3"}
    content["metadata"]["vscode"] = {"interpreter": {"hash": "0" * 64}}
    for cell in content["cells"]:
        cell["metadata"]["vscode"] = {"languageId": "python"}
    return json.dumps(content, indent=1)


def jupyterlab(book):
    content = json.loads(nbformat.writes(book))
    for number, cell in enumerate(content["cells"]):
        cell["metadata"] |= {"trusted": True, "jp-MarkdownHeadingCollapsed": True}
        if cell["cell_type"] == "code":
            cell["execution_count"] = number
            cell["metadata"]["execution"] = {"iopub.status.busy": "2026-05-20T00:00:00Z"}
            cell["outputs"] = [{"output_type": "error", "ename": "E", "evalue": "", "traceback": []}]
    return json.dumps(content, indent=1)


TRIPS = {
    "jupytext percent": by_jupytext("py:percent"),
    "jupytext light": by_jupytext("py:light"),
    "jupytext markdown": by_jupytext("md"),
    "jupytext myst": by_jupytext("md:myst"),
    "nbconvert": by_nbconvert,
    "script": by_script,
    "format 3": format_3,
    **{f"format 4.{minor}": older(minor) for minor in range(5)},
    "colab": colab(True, True),
    "colab, ids drawn": colab(True, False),
    "colab, marks lost": colab(False, True),
    "colab, both lost": colab(False, False),
    "vs code": vs_code,
    "jupyterlab": jupyterlab,
}
MAY_REFUSE = {"script", "jupytext light"}  # text cells come back as comments or fused


@pytest.mark.parametrize("trip", TRIPS)
def test_round_trip_keeps_the_scores(blank, trip):
    for name in ("right", "wrong"):
        sent = TRIPS[trip](sheet(blank, name))
        try:
            book, _ = take(sent.encode(), blank)
        except Refused as refused:
            assert trip in MAY_REFUSE, refused
            assert in_words(str(refused))
            continue
        assert result(book) == EXPECTED[name]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: json.dumps(json.loads(text.replace("\\n", "\\r\\n"))).encode(),
    ],
    ids=["BOM", "UTF-16", "CRLF in the file", "CRLF in the cells"],
)
def test_marks_and_line_ends_of_windows(blank, change):
    book, notes = take(change(nbformat.writes(sheet(blank))), blank)
    assert (result(book), notes) == (EXPECTED["right"], [])


def test_outputs_of_100_megabytes_are_dropped(blank):
    book = sheet(blank)
    book.cells[1].outputs = [nbformat.v4.new_output("stream", name="stdout", text="x" * 100 * 2**20)]
    data = nbformat.writes(book).encode()
    assert len(data) > 100 * 2**20
    mended, _ = take(data, blank)
    assert result(mended) == EXPECTED["right"]
    assert len(nbformat.writes(mended)) < 20_000


# ---- What is not a gradable notebook ----------------------------------------------------------------------

BAD = {
    "empty.ipynb": (b"", "空のファイル"),
    "blank.ipynb": (b" \n", "空のファイル"),
    "text.ipynb": ("こんにちは".encode(), "ノートブックとして読めません"),
    "cut.ipynb": (b'{"cells": [{"cell_type": "co', "ノートブックとして読めません"),
    "sjis.ipynb": ('{"cells": "日本"}'.encode("cp932"), "ノートブックとして読めません"),
    "zip.ipynb": (b"PK\x03\x04\x00\xff", "ノートブックとして読めません"),
    "deep.ipynb": (b"[" * 200_000, "ノートブックとして読めません"),
    "list.ipynb": (b"[1, 2]", "ノートブックではありません"),
    "json.ipynb": (b'{"name": "x"}', "ノートブックではありません"),
    "shape.ipynb": (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": 3}', "形が壊れています"),
    "cells.ipynb": (
        b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [7]}',
        "形が壊れています",
    ),
    "future.ipynb": (
        b'{"nbformat": 9, "nbformat_minor": 0, "metadata": {}, "cells": []}',
        "形が壊れています",
    ),
    "nocells.ipynb": (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}', "セルが 1 つも"),
    "report.docx": (b"x", "「.docx」"),
    "noext": (b"x", "拡張子なし"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_file_is_refused_in_one_sentence(name):
    data, said = BAD[name]
    with pytest.raises(Refused, match=said) as refused:
        parse(data, name)
    assert "\n" not in str(refused.value)


# ---- Folders and zips --------------------------------------------------------------------------------------


class Shift(zipfile.ZipInfo):
    """A zip's entry as Windows in Japan writes it: cp932, not declared."""

    def _encodeFilenameFlags(self):
        return self.filename.encode("cp932"), self.flag_bits & ~0x800


def zipped(entries: dict[str, bytes], kind=zipfile.ZipInfo, when=(2026, 5, 20, 10, 0, 0)) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            info = kind(name, when)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return data.getvalue()


def lay(folder, entries: dict[str, bytes]):
    for name, content in entries.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("/"):
            path.mkdir(exist_ok=True)
        else:
            path.write_bytes(content)
    return folder


def collected(source, tmp_path, blank, roster=None) -> dict[str, intake.Submission]:
    scratch = tmp_path / "scratch"
    scratch.mkdir(exist_ok=True)
    found = intake.collect(source, scratch, "mini", roster)
    for one in found:
        intake.check(one, "mini", {"mini": blank, "other": OTHER}.get, ["mini", "other"])
    assert len({one.student for one in found}) == len(found)
    return {one.student: one for one in found}


@pytest.fixture(scope="module")
def sent(blank):
    """Return a right notebook as bytes."""
    return nbformat.writes(sheet(blank)).encode()


LAYOUTS = {
    # Moodle's own source, mod/assign/classes/downloader.php
    "moodle folders": (
        {
            "佐藤 太郎_1234567_assignsubmission_file/mini.ipynb": 1,
            "佐藤 太郎_1234567_assignsubmission_onlinetext/onlinetext.html": 0,
            "s2 鈴木 花子_77_assignsubmission_file/work/答え.ipynb": 1,
        },
        {"佐藤 太郎_1234567", "s2 鈴木 花子_77"},
    ),
    "moodle files": (
        {"佐藤 太郎_1234567_assignsubmission_file_mini.ipynb": 1, "grades.csv": 0},
        {"佐藤 太郎_1234567"},
    ),
    # faq.manaba.jp, id 371
    "manaba": (
        {"s1@k1@mini.ipynb": 1, "s2@k2@mini (1).ipynb": 1, "reportlist.xlsx": 0},
        {"s1", "s2"},
    ),
    "classroom": ({"佐藤太郎 - mini.ipynb": 1, "鈴木花子 - mini.ipynb": 1}, {"佐藤太郎", "鈴木花子"}),
    "plain": ({"s1.ipynb": 1, "s2/x.ipynb": 1, "s3.ipynb.txt": 1, "s4.IPYNB": 1}, {"s1", "s2", "s3", "s4"}),
}


def test_a_students_own_file_name_is_nobody_elses(tmp_path, blank, sent):
    names = ["佐藤_12_assignsubmission_file_鈴木_34_assignsubmission_file_x.ipynb", "鈴木_34_assignsubmission_file_x.ipynb"]
    assert set(collected(lay(tmp_path / "in", dict.fromkeys(names, sent)), tmp_path, blank)) == {"佐藤_12", "鈴木_34"}


WRAPPED = ("folder", "zip", "zip in a folder", "zip with a folder", "cp932 zip")
# A zip that lies beside other submissions is one student's: these two layouts cannot be told from that.
ALONE = {("plain", "zip in a folder"), ("classroom", "zip in a folder")}


@pytest.mark.parametrize(
    ("layout", "wrapped"), [both for layout in LAYOUTS for one in WRAPPED if (both := (layout, one)) not in ALONE]
)
def test_layout_of_learning_systems(layout, wrapped, tmp_path, blank, sent):
    entries, students = LAYOUTS[layout]
    entries = {name: sent if book else b"x" for name, book in entries.items()}
    if wrapped == "folder":
        source = lay(tmp_path / "in", entries)
    elif wrapped == "zip in a folder":
        source = lay(tmp_path / "in", {"課題.zip": zipped(entries), "s9.ipynb": sent})
        students = students | {"s9"}
    else:
        inside = {f"第 5 回/{name}": data for name, data in entries.items()} if "with" in wrapped else entries
        source = tmp_path / ("第 5 回.zip" if "with" in wrapped else "all.zip")
        source.write_bytes(zipped(inside, Shift if "cp932" in wrapped else zipfile.ZipInfo))
    found = collected(source, tmp_path, blank)
    assert set(found) == students
    assert {one.problem for one in found.values()} == {""}
    assert all(result(one.notebook) == EXPECTED["right"] for one in found.values())


def test_students_zips_nested_and_japanese(tmp_path, blank, sent):
    inner = zipped({"解答/答え.ipynb": sent, "memo.txt": b"x"}, Shift)
    found = collected(
        lay(tmp_path / "in", {"s1.zip": inner, "s2.zip": zipped({"s2.zip": inner}), "s3/x.zip": inner}),
        tmp_path,
        blank,
    )
    assert {name: one.problem for name, one in found.items()} == {"s1": "", "s2": "", "s3": ""}
    assert found["s2"].path == PurePosixPath("s2/解答/答え.ipynb")
    assert found["s1"].modified == time.mktime((2026, 5, 20, 10, 0, 0, 0, 0, -1))


def nested(depth: int, data: bytes) -> bytes:
    for _ in range(depth):
        data = zipped({"in.zip": data})
    return data


def link() -> bytes:
    info = zipfile.ZipInfo("a.ipynb")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    return data.getvalue()


def locked() -> bytes:
    data = bytearray(zipped({"a.ipynb": b"{}"}))
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(sign) + offset] |= 1
    return bytes(data)


def torn() -> bytes:
    data = bytearray(zipped({"a.ipynb": os.urandom(4000)}))
    data[500:600] = bytes(100)
    return bytes(data)


def lying() -> bytes:
    """A zip whose list says 10 bytes for an entry of a megabyte."""
    data = bytearray(zipped({"a.ipynb": b" " * 2**20}))
    for sign, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(sign) + offset
        data[at : at + 4] = (10).to_bytes(4, "little")
    return bytes(data)


ZIPS = {
    "text": (b"no zip", "zip として読めません"),
    "cut": (zipped({"a.ipynb": b"{}"})[:-30], "zip として読めません"),
    "up": (zipped({"../a.ipynb": b"{}"}), "外を指す名前"),
    "up in the middle": (zipped({"s/../../a.ipynb": b"{}"}), "外を指す名前"),
    "absolute": (zipped({"/etc/a.ipynb": b"{}"}), "外を指す名前"),
    "drive": (zipped({"C:\\a.ipynb": b"{}"}), "外を指す名前"),
    "backslash": (zipped({"..\\a.ipynb": b"{}"}), "外を指す名前"),
    "bomb": (zipped({"a.ipynb": b" " * 2**22}), "大きすぎます"),
    "lying": (lying(), "壊れています"),
    "many": (zipped({f"{n}.txt": b"" for n in range(60)}), "大きすぎます"),
    "link": (link(), "リンク"),
    "locked": (locked(), "パスワード"),
    "torn": (torn(), "壊れています"),
    "deep": (nested(6, zipped({"a.ipynb": b"{}"})), "深く重なって"),
    "nothing": (zipped({"a.txt": b"x"}), "ノートブック（.ipynb）がありません"),
}


@pytest.mark.parametrize("name", ZIPS)
def test_bad_zip_is_refused_in_words_and_its_neighbour_graded(name, tmp_path, blank, sent, monkeypatch):
    monkeypatch.setattr(archives, "ROOM", {0: 2**21})
    monkeypatch.setattr(archives, "ENTRIES", 50)
    data, said = ZIPS[name]
    (tmp_path / "s2").mkdir()
    found = collected(lay(tmp_path / "in", {"s1.zip": data, "s2.ipynb": sent}), tmp_path, blank)
    assert said in found["s1"].problem and in_words(found["s1"].problem)
    assert found["s2"].problem == ""
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"in", "scratch", "s2"}


def test_two_versions_the_later_one_counts_and_the_other_is_named(tmp_path, blank, sent):
    wrong = nbformat.writes(sheet(blank, "wrong")).encode()
    folder = lay(
        tmp_path / "in",
        {
            "s1.ipynb": wrong,
            "s1 (1).ipynb": sent,
            "s2/a.ipynb": sent,
            "s2/b.ipynb": wrong,
            "s3/a.ipynb": sent,
            "s3/b.ipynb": sent,
            "s4/a.ipynb": sent,
            "s4/b.ipynb": wrong,
            "s5/a.ipynb": sent,
            "s5/broken.ipynb": b"",
            "s5/other.ipynb": nbformat.writes(OTHER).encode(),
            "s6/1.ipynb": b"",
            "s6/2.ipynb": b"[]",
        },
    )
    for name, moment in {"s1.ipynb": 100, "s1 (1).ipynb": 200, "s2/a.ipynb": 300, "s2/b.ipynb": 200}.items():
        os.utime(folder / name, (moment, moment))
    for name in ("s4/a.ipynb", "s4/b.ipynb"):
        os.utime(folder / name, (100, 100))
    found = collected(folder, tmp_path, blank)
    for student, other in {"s1": "s1.ipynb", "s2": "s2/b.ipynb"}.items():
        assert result(found[student].notebook) == EXPECTED["right"]
        assert f"古い提出: {other}" in found[student].notes[0]
    assert (found["s3"].problem, found["s3"].notes) == ("", [])  # the same bytes twice
    assert "2 個あります（s4/a.ipynb、s4/b.ipynb）" in found["s4"].problem
    assert "s5/broken.ipynb は採点していません" in " ".join(found["s5"].notes)
    assert "other" not in " ".join(found["s5"].notes)
    assert "2 個あり、どれも採点できません" in found["s6"].problem


def test_half_a_name_or_a_seat_is_nobody(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text("学籍番号,出席番号,姓,名,ユーザID\nS1,1,佐藤,太郎,1001\nS2,2,田中,花子,1002\nS3,3,佐藤,花子,1003\n", encoding="utf-8")
    roster = Roster(path)
    for text, wanted in {
        "佐藤 太郎": {"S1"}, "佐藤太郎": {"S1"}, "佐藤　花子_2": {"S3"}, "田中 一郎": set(), "x_2": set(), "x_1002": {"S2"},
        "s3": {"S3"}, "Ｓ１ 鈴木": {"S1"}, "花子 田中": {"S2"},
    }.items():  # fmt: skip
        assert roster.find(text) == wanted, text


def test_zip_in_manabas_zip_is_the_students(tmp_path, blank, sent):
    found = collected(lay(tmp_path / "in", {"s1@k1@work.zip": zipped({"x.ipynb": sent}), "s2@k2@a.ipynb": sent}), tmp_path, blank)
    assert {name: one.problem for name, one in found.items()} == {"s1": "", "s2": ""}


def test_what_cannot_be_opened_is_said(tmp_path, blank, sent):
    """The newer one may be the one that counts; and text typed into Moodle is no notebook."""
    entries = {
        "s1/old.ipynb": sent,
        "s1/final.zip": b"no zip",
        "s2/x.zip": b"no zip",
        "s3_3_assignsubmission_onlinetext/onlinetext.html": b"a link",
    }
    found = collected(lay(tmp_path / "in", entries), tmp_path, blank)
    assert not found["s1"].problem and "final.zip は採点していません" in " ".join(found["s1"].notes)
    assert "zip として読めません" in found["s2"].problem
    assert "オンラインテキストだけ" in found["s3_3"].problem


def test_same_file_once_more_does_not_come_in_later(tmp_path, blank, sent):
    other = sent + b" "
    moments = {"s1.ipynb": 100, "s1 (1).ipynb": 500, "s2/a.ipynb": 100, "s2/b.ipynb": 300, "s2/c.ipynb": 500}
    folder = lay(tmp_path / "in", {name: other if name == "s2/b.ipynb" else sent for name in moments})
    for name, moment in moments.items():
        os.utime(folder / name, (moment, moment))
    found = collected(folder, tmp_path, blank)
    assert (found["s1"].modified, found["s2"].modified) == (100, 500)  # back to the former version is a new decision


def test_half_an_emoji_does_not_stop_the_class(tmp_path, blank, sent):
    broken = sent.replace("和集合".encode(), b"\\ud83d", 1)
    assert broken != sent
    (one,) = collected(lay(tmp_path / "in", {"s1.ipynb": broken}), tmp_path, blank).values()
    assert not one.problem and "\ufffd" in nbformat.writes(one.notebook)
    nbformat.writes(one.notebook).encode()


@pytest.mark.parametrize(
    "name", ["mini_ipynb_のコピー.ipynb", "mini_ipynb_のコピー (1).ipynb", "mini.ipynb のコピー", "mini_x.ipynb", "mini-Copy1.ipynb"]
)
def test_colabs_copies_say_nobody(tmp_path, blank, sent, name):
    (one,) = collected(lay(tmp_path / "in", {name: sent}), tmp_path, blank).values()
    assert "だれの提出か分かりません" in one.problem
    found = collected(lay(tmp_path / "own", {f"s1/{name}": sent}), tmp_path / "own", blank)
    assert not found["s1"].problem


def test_experiment_after_the_test_is_not_the_answer(blank):
    book = sheet(blank)
    at = next(i for i, cell in enumerate(book.cells) if cell.id == "running")
    book.cells.append(copy.deepcopy(book.cells[at]))
    book.cells[-1].update(id="tried", source="def running(values):\n    return 'tried'")
    mended, notes = take(book, blank)
    assert result(mended) == EXPECTED["right"]
    assert any("2 つ以上" in note for note in notes)
    # Before the test, the last one is what the test has seen.
    book = sheet(blank)
    first = copy.deepcopy(book.cells[at])
    first.update(id="first", source="def running(values):\n    return 'first'")
    book.cells.insert(at, first)
    assert result(take(book, blank)[0]) == EXPECTED["right"]


def test_split_written_answer_is_whole_again(blank):
    book = sheet(blank)
    at = next(i for i, cell in enumerate(book.cells) if cell.id == "why")
    half = copy.deepcopy(book.cells[at])
    half.update(id="half", source="後の半分です。")
    book.cells.insert(at + 1, half)
    before = book.cells[at].source
    mended, notes = take(book, blank)
    (why,) = [cell for cell in mended.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "why"]
    assert why.source == f"{before}\n\n後の半分です。" and any("つなぎました（why）" in note for note in notes)


def test_test_that_asks_not_to_run_is_the_releases(blank):
    book = sheet(blank)
    for cell in book.cells:
        cell.metadata["tags"] = ["skip-execution"]
    mended, _ = take(book, blank)
    for cell in mended.cells:
        if cell.metadata.get("nbgrader", {}).get("locked"):
            assert "tags" not in cell.metadata


def test_names_that_say_nobody(tmp_path, blank, sent):
    found = collected(
        lay(
            tmp_path / "in",
            {"mini.ipynb": sent, "mini (1).ipynb": sent, "f,g.ipynb": sent, "h[1]/x.ipynb": sent},
        ),
        tmp_path,
        blank,
    )
    assert "だれの提出か分かりません" in found["mini"].problem
    assert "使えない文字" in found["f,g"].problem
    assert "使えない文字" in found["h[1]"].problem


def test_folders_and_what_is_left_aside(tmp_path, blank, sent):
    entries = {
        "a.ipynb": sent,
        "b/any.ipynb": sent,
        "b/.ipynb_checkpoints/any-checkpoint.ipynb": b"",
        "d/": b"",
        "e/essay.docx": b"x",
        "essay.docx": b"x",
        ".DS_Store": b"",
        "__MACOSX/x.ipynb": b"",
    }
    found = collected(lay(tmp_path / "in", entries), tmp_path, blank)
    assert set(found) == {"a", "b", "d", "e", "essay"}
    assert found["a"].problem == found["b"].problem == ""
    assert "ノートブック（.ipynb）がありません" in found["d"].problem
    assert "ノートブック（.ipynb）がありません" in found["e"].problem
    assert "「.docx」" in found["essay"].problem


def test_list_of_students_settles_names(tmp_path, blank, sent):
    path = tmp_path / "roster.csv"
    path.write_bytes(
        "学籍番号,ユーザID,氏名,Identifier\r\n"
        "s1,k1,佐藤 太郎,Participant 501\r\ns2,k2,佐藤 太郎,Participant 502\r\ns3,k3,鈴木 花子,\r\n".encode(
            "cp932"
        )
    )
    roster = Roster(path)
    assert roster.students == ["s1", "s2", "s3"]
    entries = {
        "佐藤 太郎_502_assignsubmission_file/mini.ipynb": sent,
        "k1@x@mini.ipynb": sent,
        "鈴木 花子_x.ipynb": sent,
        "佐藤 太郎.ipynb": sent,
        "鈴木 花子_501_assignsubmission_file/mini.ipynb": sent,
        "だれか.ipynb": sent,
    }
    found = collected(lay(tmp_path / "in", entries), tmp_path, blank, roster)
    assert {name for name, one in found.items() if not one.problem} == {"s1", "s2", "s3", "だれか"}
    assert "2 人（s1、s2）" in found["佐藤 太郎"].problem
    assert "2 人（s1、s3）" in found["鈴木 花子_501"].problem
    assert found["だれか"].notes == [intake.UNLISTED] and not found["s3"].notes
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(CourseError, match="「学籍番号」の列がありません"):
        Roster(path)
    with pytest.raises(CourseError, match="開けません"):
        Roster(tmp_path / "nowhere.csv")


# ---- Through nbgrader --------------------------------------------------------------------------------------


def test_damaged_class_through_nbgrader_gets_the_scores_of_the_undamaged_one(tmp_path, blank):
    """A class's zip, as a learning system gives it, with one damage each, graded by nbgrader itself."""
    root = tmp_path / "course"
    mini.write(root)
    ids = [cell.id for cell in blank.cells]
    damaged = {}
    for name, (damage, cell) in {
        "k1": (to_the_end, "running"),
        "k2": (merged_with_next, "running"),
        "k3": (deleted, "overlap-test"),
        "k4": (edited_test, "running-test"),
        "k5": (empty_copy_at_the_end, "running"),
        "k6": (deleted, "running"),
    }.items():
        damaged[name] = sheet(blank, "wrong" if name in ("k4",) else "right")
        damage(damaged[name], ids.index(cell), random.Random(0))
    texts = {name: nbformat.writes(book) for name, book in damaged.items()}
    texts["k7"] = TRIPS["colab, both lost"](sheet(blank))
    texts["k8"] = TRIPS["jupytext percent"](sheet(blank, "wrong"))
    entries = {f"s{name[1]}@{name}@mini.ipynb": text.encode() for name, text in texts.items()}
    (tmp_path / "report.zip").write_bytes(zipped(entries, Shift))
    report = grade.grade("mini", tmp_path / "report.zip", tmp_path / "work", limit=20, root=root)
    got = {
        row.student: (row.scores.get("running-test"), row.scores.get("overlap-test")) for row in report.rows
    }
    assert got == {
        **dict.fromkeys(("s1", "s2", "s3", "s5", "s7"), (2, 3)),
        **dict.fromkeys(("s4", "s8"), (0, 3)),
        "s6": (None, None),
    }
    assert [row.student for row in report.refused] == ["s6"]
    notes = {row.student: row.note for row in report.rows}
    assert "テストのセル" in notes["s4"] and "戻しました" in notes["s7"]
    kept = books.read_state(tmp_path / "work" / "state.json")["mini"]["students"]["s1"]["received"]
    local = time.mktime((2026, 5, 20, 10, 0, 0, 0, 0, -1))
    assert kept == time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(local))


def test_release_made_in_memory_is_what_nbgrader_releases(tmp_path, blank):
    mini.write(tmp_path)
    release.convert("mini", tmp_path / "out", root=tmp_path)
    made = nbformat.read(tmp_path / "out" / "mini" / "mini.ipynb", as_version=4)
    assert [(cell.id, cell.source, cell.metadata) for cell in made.cells] == [
        (cell.id, cell.source, cell.metadata) for cell in blank.cells
    ]


def test_every_exercise_of_the_course_is_told_and_restored_without_marks_and_ids():
    """Answered with the reference answers, stripped of everything an editor may lose."""
    names = release.names()
    solved = {name: nbformat.read(release.find(name), as_version=4) for name in names}
    blanks = {name: released(book) for name, book in solved.items()}
    for name in names:
        sent = copy.deepcopy(blanks[name])
        for cell, answered in zip(sent.cells, solved[name].cells, strict=True):
            if cell.metadata.get("nbgrader", {}).get("solution"):
                cell.source = answered.source
        no_marks(sent, 0, None)
        no_ids(sent, 0, None)
        book = parse(nbformat.writes(sent).encode(), "s1.ipynb")
        mend(book, name, blanks.get, names)
        assert [cell.id for cell in book.cells] == [cell.id for cell in blanks[name].cells]
        assert grade_ids(book) == grade_ids(blanks[name])
        other = names[names.index(name) - 1]
        with pytest.raises(OtherExercise, match=f"別の演習（{name}）"):
            mend(parse(nbformat.writes(sent).encode(), "s1.ipynb"), other, blanks.get, names)
