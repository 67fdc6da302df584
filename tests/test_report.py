"""The report of a class: statistics against other formulas, likeness, pseudonyms, escaping, forgetting."""

import copy
import csv
import io
import math
import os
import re
import shutil
import stat

import nbformat
import numpy as np
import pytest
import scipy.stats
from nbconvert.exporters import HTMLExporter
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory

from llmlab.errors import CourseError
from llmlab.grading import __main__ as command
from llmlab.grading import (
    autograde,
    classbook,
    forget,
    gradebook,
    items,
    likeness,
    pseudonyms,
    release,
    report,
    results,
    rubric,
    zoo,
)
from tests import class_of
from tests import grading_mini as mini

# ---- Item statistics ----------------------------------------------------------------------------------------


def test_discrimination_is_numpys_correlation_with_the_rest():
    points = np.random.default_rng(0).integers(0, 4, (50, 5)).astype(float)
    for place in range(5):
        rest = np.delete(points, place, axis=1).sum(axis=1)
        wanted = np.corrcoef(points[:, place], rest)[0, 1]
        # Fisher's z: atanh(r) is near normal, with the standard error 1 / sqrt(n - 3).
        ends = np.tanh(np.arctanh(wanted) + np.array([-1, 1]) * 1.959964 / math.sqrt(47))
        assert items.item_rest(points, place) == pytest.approx((wanted, *ends), abs=1e-6)


def test_discrimination_by_hand():
    # Cell 1: 1 1 0 0; the others together: 2 1 1 0. Covariance 1/4, deviations 1/2 and sqrt(1/2).
    points = np.array([[1, 1, 1], [1, 1, 0], [0, 0, 1], [0, 0, 0]])
    assert items.item_rest(points, 0)[0] == pytest.approx(0.25 / (0.5 * math.sqrt(0.5)))
    assert all(math.isnan(value) for value in items.item_rest(np.ones((9, 3)), 0))


def test_interval_of_a_share_is_scipys():
    wanted = scipy.stats.binomtest(7, 31).proportion_ci(0.95, method="wilson")
    assert items.wilson(7 / 31, 31) == pytest.approx((wanted.low, wanted.high), abs=1e-5)


def test_what_cannot_be_read_is_said():
    points = np.random.default_rng(2).integers(0, 2, (40, 3)).astype(float)
    assert [one.why_not for one in items.statistics(list("abc"), [1, 1, 1], points)] == ["", "", ""]
    few = items.statistics(list("abc"), [1, 1, 1], points[:29])
    assert all("n=29" in one.why_not for one in few)
    points[:, 0] = 1
    points[0, 0] = 0
    first = items.statistics(list("abc"), [1, 1, 1], points)[0]
    assert "1 人だけ" in first.why_not and (first.n, first.full) == (40, 39)
    assert first.difficulty == pytest.approx(39 / 40)
    assert items.statistics(["a"], [1], points[:, :1])[0].why_not
    empty = items.statistics(["a", "b"], [1, 1], np.empty((0, 2)))
    assert all(one.n == 0 and math.isnan(one.difficulty) and one.why_not for one in empty)


def test_missing_points_are_left_out():
    points = np.array([[1, 2.0], [0, np.nan], [1, 1.0]])
    first, second = items.statistics(["a", "b"], [1, 2], points)
    assert (first.n, second.n) == (3, 2)
    assert (first.difficulty, second.difficulty) == (pytest.approx(2 / 3), pytest.approx(3 / 4))


# ---- Likeness -----------------------------------------------------------------------------------------------

STUB = 'def f(values):\n    """合計を返す。"""\n    raise NotImplementedError("ここに書いてください")'
ONE = "def f(values):\n    total = 0\n    for value in values:\n        total += value ** 2\n    return total / len(values)"
RENAMED = (
    'def f(values: list) -> float:\n    """別の説明"""\n    # 二乗の和\n    s: float = 0\n'
    "    for x in values:\n        s += x ** 2\n\n    return s / len(values)"
)
OTHER = "def f(values):\n    import torch\n    return torch.tensor(values).softmax(-1).mean().item()"


def test_names_comments_and_layout_do_not_count_but_functions_do():
    assert likeness.tokens(ONE, STUB) == likeness.tokens(RENAMED, STUB)
    assert likeness.tokens(OTHER, STUB) != likeness.tokens(OTHER.replace("softmax", "sigmoid"), STUB)
    assert "values" in likeness.tokens(ONE, STUB), "a released name stays"


def test_code_that_does_not_parse_is_cut_all_the_same():
    assert likeness.tokens("def f(:\n    return 1  # wrong") == ("def", "f", "(", ":", "return", "1")


def test_likeness_is_the_longest_common_subsequence():
    one, other = likeness.tokens(ONE, STUB), likeness.tokens(OTHER, STUB)
    longest = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i, mine in enumerate(one):
        for j, theirs in enumerate(other):
            longest[i + 1][j + 1] = (
                longest[i][j] + 1 if mine == theirs else max(longest[i][j + 1], longest[i + 1][j])
            )
    assert likeness.likeness(one, other) == pytest.approx(2 * longest[-1][-1] / (len(one) + len(other)))


def known(name, source, lost=("f-test",)):
    return likeness.Known(name, name, likeness.tokens(source, STUB), frozenset(lost))


def test_a_guess_needs_fitting_points_and_alike_code():
    answer = likeness.tokens(RENAMED.replace("** 2", "** 3"), STUB)
    wrong = [known("square", ONE), known("softmax", OTHER)]
    found = likeness.guess(answer, frozenset(["f-test"]), wrong, [])
    assert found.known.name == "square" and found.likeness > 0.9
    # It would lose a cell that this student has got.
    assert (
        likeness.guess(answer, frozenset(["f-test"]), [known("square", ONE, ["f-test", "g-test"])], []).known
        is None
    )
    assert likeness.guess(answer, frozenset(["f-test"]), [wrong[1]], []).known is None
    assert likeness.guess([], frozenset(["f-test"]), [], []).known is None


def test_winnowing_finds_every_copy_of_its_promised_length():
    """The guarantee of the paper, tried on random texts: a copy of GRAM + WINDOW - 1 tokens shares a fingerprint."""
    random = np.random.default_rng(3)
    length = likeness.GRAM + likeness.WINDOW - 1
    for _ in range(50):
        copied = random.integers(0, 30, length).astype(str).tolist()
        texts = []
        for _ in range(2):
            before, after = (
                random.integers(0, 30, random.integers(0, 40)).astype(str).tolist() for _ in range(2)
            )
            texts.append(likeness.winnow(likeness.grams([*before, *copied, *after])))
        assert texts[0] & texts[1]
    assert likeness.winnow([5, 3, 4, 9, 8, 1], window=3) == {3, 4, 1}  # by hand


def test_pairs_leave_out_what_was_released_and_what_everybody_wrote():
    def words(*numbers):
        return [f"w{number}" for number in numbers]

    base, usual = words(*range(30)), words(*range(100, 140))
    copied = words(*range(200, 240))
    cells = {f"s{n}": [(base + usual + words(*range(1000 + 50 * n, 1040 + 50 * n)), base)] for n in range(40)}
    cells["copy1"] = [(base + copied, base)]
    cells["copy2"] = [(base + words(7777) + copied, base)]
    found = likeness.pairs({name: likeness.fingerprints(own) for name, own in cells.items()})
    assert [(pair.one, pair.other) for pair in found] == [("copy1", "copy2")]
    assert 0.8 < found[0].share <= 1
    assert likeness.pairs({"a": likeness.fingerprints([(base, base)]), "b": set()}) == []


# ---- Pseudonyms ---------------------------------------------------------------------------------------------


def test_pseudonyms_are_stable_and_need_the_key(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    secret = pseudonyms.key(tmp_path / "one")
    assert pseudonyms.key(tmp_path / "one") == secret and len(secret) == 32
    stands = pseudonyms.pseudonym("2026001", secret)
    assert stands == pseudonyms.pseudonym("2026001", secret)
    assert re.fullmatch(r"[A-Z2-7]{4}-[A-Z2-7]{4}", stands)
    assert stands != pseudonyms.pseudonym("2026001", pseudonyms.key(tmp_path / "two"))
    assert len({pseudonyms.pseudonym(f"s{n}", secret) for n in range(2000)}) == 2000
    assert pseudonyms.pseudonym("ガク", secret) == pseudonyms.pseudonym("ガク", secret), "NFC and NFD"


def test_pseudonym_is_hmac_of_openssl(tmp_path):
    """RFC 4231, test case 2: HMAC-SHA-256 with the key "Jefe" begins with 5bdcc146bf."""
    import base64

    wanted = base64.b32encode(bytes.fromhex("5bdcc146bf")).decode()
    assert pseudonyms.pseudonym("what do ya want for nothing?", b"Jefe").replace("-", "") == wanted


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_key_is_for_its_owner_alone_and_a_damaged_one_is_said(tmp_path):
    pseudonyms.key(tmp_path)
    path = tmp_path / pseudonyms.KEY
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("zz")
    with pytest.raises(CourseError, match="仮名の鍵"):
        pseudonyms.key(tmp_path)
    path.write_text("abcd")
    with pytest.raises(CourseError, match="壊れています"):
        pseudonyms.key(tmp_path)


# ---- A class: a gradebook made by nbgrader's own API -----------------------------------------------------------

EVIL = '<script>alert("x")</script><img src=x onerror=alert(1)>{{ 7*7 }}'
FULL = {"running-test": 2.0, "overlap-test": 3.0}
SLOPPY = "    total, sums = 0, []\n    for v in values:\n        sums.append(total)\n        total += v\n    return sums"
COPIED = (
    "    result = {}\n    for place, number in enumerate(values):\n        before = result.get(place - 1, 0)\n"
    "        result[place] = max(before, 0) + abs(number) * 1\n    return list(result.values())[::-1][::-1]"
)


def answered(head, body):
    return f"{mini.HEADS[head]}\n{body}"


def members():
    """Return for each student the changed cells and the lost test cells."""
    found = {}
    for number in range(32):
        right = mini.RIGHT["running"][number % 3]
        wrong = number % 4 == 0
        running = mini.WRONG["running"]["running-test=0"][0] if wrong else right
        overlap = (
            mini.WRONG["overlap"]["overlap-test=0"][1]
            if number % 3 == 0
            else mini.RIGHT["overlap"][number % 3]
        )
        lost = {"running-test"} if wrong else set()
        lost |= {"overlap-test"} if number % 3 == 0 else set()
        found[f"s{number:02d}"] = (
            {"running": answered("running", running), "overlap": answered("overlap", overlap)},
            lost,
        )
    usual = {"overlap": answered("overlap", mini.RIGHT["overlap"][1])}
    evil = {"running": answered("running", SLOPPY) + f"\n# {EVIL}", "why": EVIL}
    found["2026-山田"] = (usual | evil, {"running-test"})
    found["blank"] = ({"running": None, "overlap": None}, set(FULL))
    renamed = COPIED.replace("place", "i").replace("number", "x").replace("before", "old")
    for number, body in enumerate([COPIED, f"    # 自分で考えました\n{renamed}"], 1):
        found[f"copy{number}"] = (usual | {"running": answered("running", body)}, {"running-test"})
    return found


def build(root, work, students):
    """Write the exercise, its zoo, the autograded notebooks and the gradebook."""
    mini.write(root)
    mini.write_zoo(root)
    release.generate(root / "exercises", root)
    given = classbook.released("mini", root)
    work.mkdir(parents=True)
    release.config()
    with Gradebook(gradebook.address(work), "llmlab") as book:
        book.add_assignment("mini")
        book.add_notebook("mini", "mini")
        for name, points in FULL.items():
            book.add_grade_cell(name, "mini", "mini", max_score=points, cell_type="code")
            book.add_solution_cell(name.removesuffix("-test"), "mini", "mini")
        book.add_grade_cell("why", "mini", "mini", max_score=1, cell_type="markdown")
        book.add_solution_cell("why", "mini", "mini")
        for student, (cells, lost) in students.items():
            book.add_student(student)
            own = book.add_submission("mini", student)
            for one in own.notebooks[0].grades:
                if one.name in FULL:
                    one.auto_score, one.needs_manual_grade = (
                        0.0 if one.name in lost else FULL[one.name],
                        False,
                    )
            ran = mini.notebook(
                **{name: given[name] if source is None else source for name, source in cells.items()}
            )
            ran.cells[-1].source = cells.get("why", "和集合で割ります。")
            for cell in ran.cells:
                name = cell.metadata.get("nbgrader", {}).get("grade_id")
                if name == "running":
                    cell.metadata["execution"] = {
                        "iopub.status.busy": "2026-11-29T01:00:00.000000Z",
                        "iopub.status.idle": f"2026-11-29T01:00:0{len(lost)}.500000Z",
                    }
                if name in lost:
                    cell.outputs = [
                        nbformat.v4.new_output("error", ename=EVIL, evalue=EVIL, traceback=[EVIL])
                    ]
            for step in ("submitted", "autograded", "feedback"):
                folder = work / step / student / "mini"
                folder.mkdir(parents=True)
                (folder / "mini.ipynb").write_text(nbformat.writes(ran), encoding="utf-8")
        book.db.commit()
        graded = book.find_grade("why", "mini", "mini", "s00")
        graded.manual_score, graded.needs_manual_grade = 0.5, False
        book.db.commit()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Build the class once and write its report."""
    root = tmp_path_factory.mktemp("course")
    work = root / "grading"
    students = members()
    build(root, work, students)
    html, sheet, found = report.report("mini", work, root=root)
    return root, work, students, html, sheet, found


def rows(path):
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def test_items_of_a_class(made):
    _, _, students, _, _, found = made
    assert [one.name for one in found.items] == list(FULL)
    for one in found.items:
        lost = sum(one.name in missing for _, missing in students.values())
        assert (one.n, one.full) == (len(students), len(students) - lost)
        assert one.difficulty == pytest.approx(1 - lost / len(students))
    scores = np.array([[float(name not in lost) for name in FULL] for _, lost in students.values()])
    assert found.items[0].discrimination == pytest.approx(np.corrcoef(scores.T)[0, 1])
    wanted = sorted(
        sum(most for name, most in FULL.items() if name not in lost) for _, lost in students.values()
    )
    assert sorted(found.totals) == wanted


def test_wrong_answers_are_likened_to_the_named_misconceptions(made):
    *_, found = made
    of = {(one.student.name, one.cell): one for one in found.wrong}
    for number in range(0, 32, 4):
        assert of[f"s{number:02d}", "running"].guess.known.name == "wrong_running_0"
    assert of["s03", "overlap"].guess.known.name == "wrong_overlap_1"
    # Written with other names than in the file: the sums one step late.
    late = of["2026-山田", "running"]
    assert (late.kind, late.guess.known.name) == (report.LIKE, "wrong_running_2")
    assert of["blank", "running"].kind == of["blank", "overlap"].kind == report.EMPTY
    assert of["copy1", "running"].kind == report.OTHER
    assert ("s01", "running") not in of


def test_copies_are_found_and_usual_answers_are_not(made):
    *_, found = made
    assert [(pair.one, pair.other) for pair in found.pairs] == [("copy1", "copy2")]


def test_times_come_from_the_notebooks(made):
    _, _, students, _, _, found = made
    (own,) = [one for one in found.times if one.name == "running"]
    seconds = [len(lost) + 0.5 for _, lost in students.values()]
    assert (own.n, own.median, own.longest) == (len(students), np.median(seconds), max(seconds))


def test_table_has_a_row_for_every_student_and_cell(made):
    _, _, students, _, sheet, _ = made
    found = rows(sheet)
    assert len(found) == 3 * len(students)
    assert len({row["学生"] for row in found}) == len(students)
    total = sum(float(row["得点"]) for row in found if row["採点するセル"] in FULL)
    assert total == sum(
        most for _, lost in students.values() for name, most in FULL.items() if name not in lost
    )
    assert sum(row["誤答の種類"] == "採点待ち" for row in found) == len(students) - 1


def test_page_and_table_hold_pseudonyms_unless_asked(made, tmp_path):
    root, work, students, html, sheet, _ = made
    for path in (html, sheet):
        text = path.read_text(encoding="utf-8")
        assert not [name for name in students if re.search(rf"(?<![\w-]){name}(?!\w)", text)]
        assert pseudonyms.pseudonym("blank", pseudonyms.key(work)) in text
        if os.name != "nt":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
    other = tmp_path / "copy"
    shutil.copytree(work, other)
    html, sheet, _ = report.report("mini", other, names=True, root=root)
    for path in (html, sheet):
        text = path.read_text(encoding="utf-8")
        assert all(name in text for name in ("2026-山田", "blank", "copy1"))
    assert "匿名ではありません" not in html.read_text(encoding="utf-8")


def test_page_is_in_order_of_the_shown_names(made):
    """In order of the real ones, the pages of several exercises together give the class list back."""
    *_, found = made
    found = copy.deepcopy(found)
    turned = sorted((one.name for one in found.book.students), reverse=True)
    shown = {name: f"仮名{number:02d}" for number, name in enumerate(turned)}
    rows = [row for group in report._groups(found, shown.__getitem__) for row in group["rows"]]
    assert max(row["n"] for row in rows) > report.EXAMPLES
    for row in rows:
        assert row["students"] == sorted(row["students"])
        wanted = [] if row["kind"] == report.EMPTY else row["students"][: report.EXAMPLES]
        assert [who for who, _ in row["examples"]] == wanted
    found.pairs = [likeness.Pair("copy1", "copy2", 9, 0.9), likeness.Pair("s00", "s01", 9, 0.9)]
    first, second = report._pairs(found, shown.__getitem__)
    wanted = [["s01", "s00"], ["copy2", "copy1"]]
    assert [first["names"], second["names"]] == [[shown[name] for name in both] for both in wanted]
    assert "自分で考えました" in second["sources"][0] and "自分で考えました" not in second["sources"][1]
    found.wrong, found.pairs = [], []
    for student in found.book.students[:4]:
        student.cells = {}
    text = report.page(found, shown.__getitem__, names=False, formgrader="", made="")
    assert "（仮名32、仮名33、仮名34、仮名35）" in text


def test_times_of_which_one_has_no_zone_stop_no_report():
    busy, idle = "2026-11-29T01:00:00.000000Z", "2026-11-29T01:00:02.500000Z"
    for end, wanted in ((idle, 2.5), (idle.rstrip("Z"), None)):
        times = {"iopub.status.busy": busy, "iopub.status.idle": end}
        assert classbook._seconds({"metadata": {"execution": times}}) == wanted


def test_untouched_written_answers_are_counted_apart(made):
    """nbgrader gives them 0 points and lets nobody wait for them."""
    root, *_, found = made
    book = copy.deepcopy(found.book)
    for student in book.students[5:8]:
        student.written["why"] = 0.0
        student.cells["why"].source = book.released["why"]
    (written,) = report._written(report.findings(book, root), str, "")
    assert (written["done"], written["empty"], written["mean"]) == (1, 3, 0.5)
    assert len(written["waiting"]) == len(book.students) - 4
    found = report.findings(book, root)
    text = report.page(found, str, names=True, formgrader="", made="")
    assert "採点済み 1 件（平均 0.50 点）、未記入 3 件" in text
    states = [row["誤答の種類"] for row in csv.DictReader(io.StringIO(report.table(found, str))) if row["課題"] == "why"]
    assert states.count(report.EMPTY) == 3


def test_page_says_when_a_pair_is_named(made):
    text = made[3].read_text(encoding="utf-8")
    assert f"共通の指紋が {likeness.OWN} 個以上" in text and f"{100 * likeness.SHARE:.0f} % 以上になる組だけ" in text
    assert f"{likeness.common(len(made[2]))} 人より多くの人が同じ答えを書いたときは、出ません" in text
    assert "必ず見つかります" not in text


def test_nothing_that_a_student_wrote_becomes_markup(made):
    from html.parser import HTMLParser

    text = made[3].read_text(encoding="utf-8")
    tags, links = [], []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attributes):
            tags.append(tag)
            links.extend(value for name, value in attributes if name in ("src", "href"))
            assert not [name for name, _ in attributes if name.startswith("on")]

    Reader().feed(text)
    assert "script" not in tags and tags.count("img") == 1
    assert "&lt;script&gt;" in text and "{{ 7*7 }}" in text, "shown as text, not run by the template"
    outside = [link for link in links if not link.startswith(("#", "data:image/png;base64,"))]
    assert all(link.startswith("http://localhost:8888/formgrader/") for link in outside)
    assert "default-src 'none'" in text and 'name="viewport"' in text and '<html lang="ja">' in text


def test_open_written_answers_link_into_formgrader(made):
    _, work, students, html, _, found = made
    assert len(found.waiting["why"]) == len(students) - 1
    with Gradebook(gradebook.address(work), "llmlab") as book:
        number = book.find_submission_notebook("mini", "mini", "blank").id
    # Before "why" come the link "Next", two answers (a comment each) and two tests (points, extra points).
    assert f"http://localhost:8888/formgrader/submissions/{number}/?index=7" in html.read_text(
        encoding="utf-8"
    )
    assert "和集合に触れて 1 点" in html.read_text(encoding="utf-8")
    numbers = re.findall(r"formgrader/submissions/(\w+)/", html.read_text(encoding="utf-8"))
    assert numbers == sorted(numbers), "formgrader goes through the submissions in this order"


def test_a_notebook_that_is_gone_leaves_the_points(made, tmp_path):
    root, work, students, *_ = made
    shutil.copytree(work, tmp_path / "work")
    shutil.rmtree(tmp_path / "work" / "autograded" / "s05")
    (tmp_path / "work" / "autograded" / "s06" / "mini" / "mini.ipynb").write_text("{")
    html, _, found = report.report("mini", tmp_path / "work", root=root)
    assert found.items[0].n == len(students)
    assert "見つからない学生が 2 人" in html.read_text(encoding="utf-8")


def test_report_that_cannot_be_made_says_why(made, tmp_path, capsys):
    root, work, *_ = made
    with pytest.raises(CourseError, match="99_unknown"):
        report.report("99_unknown", work, root=root)
    assert command.main(["report", "05_bert_structure", "--out", str(tmp_path)]) == 1
    assert "採点結果が" in capsys.readouterr().err
    assert command.main(["report", ""]) == 1
    assert "make report EXERCISE=" in capsys.readouterr().err
    (tmp_path / "gradebook.db").write_bytes(b"no database" * 100)
    with pytest.raises(CourseError, match="採点簿"):
        report.report("mini", tmp_path, root=root)
    assert not (tmp_path / "report").exists()


def test_table_keeps_formulas_as_text():
    assert results.safe("=1+1") == "'=1+1" and results.safe("-1") == "'-1" and results.safe("1") == "1"


# ---- Forgetting ---------------------------------------------------------------------------------------------


def holding(name, folder):
    """Return the files of a folder that hold a name anywhere, or are named so: grep."""
    forms = {name.encode(), name.encode("utf-16-le"), repr(name.encode("unicode-escape"))[2:-1].encode()}
    return [
        path
        for path in folder.rglob("*")
        if name in path.name or (path.is_file() and any(form in path.read_bytes() for form in forms))
    ]


def test_forgetting_leaves_no_trace(made, tmp_path, capsys):
    root, work, students, *_ = made
    own = tmp_path / "grading"
    shutil.copytree(work, own)
    head = "学籍番号,合計\r\n"
    (own / "mini.csv").write_text(f"{head}2026-山田,3\r\nblank,0\r\n", encoding="utf-8-sig")
    (own / "state.json").write_text(
        '{"mini": {"solution": "x", "students": {"2026-山田": {}, "blank": {}}}}', "utf-8"
    )
    stands = pseudonyms.pseudonym("2026-山田", pseudonyms.key(own))
    assert len(holding("2026-山田", own)) >= 6 and holding(stands, own)
    assert command.main(["forget", "2026-山田", "--out", str(own)]) == 0
    said = capsys.readouterr().out
    for phrase in (
        "採点簿: mini",
        "submitted/",
        "autograded/",
        "feedback/",
        "mini.csv: 1 行",
        "state.json",
        "report/mini.html",
    ):
        assert phrase in said
    assert holding("2026-山田", own) == [] and holding(stands, own) == []
    # Everybody else is still there, with the same points and pseudonyms.
    assert (own / "mini.csv").read_text(encoding="utf-8-sig").split() == ["学籍番号,合計", "blank,0"]
    _, sheet, found = report.report("mini", own, root=root)
    assert len(found.book.students) == len(students) - 1
    before = {tuple(row.values()) for row in rows(made[4])}
    assert {tuple(row.values()) for row in rows(sheet)} == {row for row in before if row[0] != stands}


def test_forgetting_a_number_leaves_who_has_as_many_points(made, tmp_path):
    own = tmp_path / "grading"
    shutil.copytree(made[1], own)
    (own / "submitted" / "12").mkdir()
    (own / "marks.csv").write_text("学籍番号,合計\r\ns1,12\r\n12,3\r\n", encoding="utf-8-sig")
    forget.forget("12", own)
    assert (own / "marks.csv").read_text(encoding="utf-8-sig").split() == ["学籍番号,合計", "s1,12"]


@pytest.mark.parametrize("name", ["nobody", "..", ".", "", "a/b", "s0"])
def test_forgetting_nobody_removes_nothing(made, name):
    _, work, *_ = made
    before = sorted(work.rglob("*"))
    with pytest.raises(CourseError):
        forget.forget(name, work)
    assert sorted(work.rglob("*")) == before


def test_a_name_that_a_neighbour_wrote_is_said(made, tmp_path, capsys):
    own = tmp_path / "grading"
    shutil.copytree(made[1], own)
    path = own / "submitted" / "s05" / "mini" / "mini.ipynb"
    path.write_text(
        path.read_text(encoding="utf-8").replace("小さな演習", "copy1 さんと考えました"), encoding="utf-8"
    )
    assert command.main(["forget", "copy1", "--out", str(own)]) == 1
    said = capsys.readouterr().out
    assert f"まだ名前が残っています: {path}" in said and said.count("まだ") == 1


# ---- The rubric in formgrader ------------------------------------------------------------------------------


def test_rubric_stands_before_the_answer_in_formgrader_alone(made, monkeypatch):
    root, work, *_ = made
    book = mini.notebook()
    book.cells[-1].source = "学生の答え"
    monkeypatch.setattr(rubric.release, "find", lambda name: root / "solutions" / name / f"{name}.ipynb")
    settings = release.config()
    settings.HTMLExporter.template_name = "basic"
    show = {"submission_id": "1", "assignment_id": "mini"}
    text, _ = HTMLExporter(config=settings).from_notebook_node(copy.deepcopy(book), resources=show)
    assert text.index("採点のために") < text.index("和集合に触れて") < text.index("学生の答え")
    # What students get, by the same settings.
    settings = autograde.settings_for(work, "mini", root)
    settings.CourseDirectory.feedback_directory = "told"
    settings.CourseDirectory.student_id = "s00"
    with release.log():
        GenerateFeedback(coursedir=CourseDirectory(config=settings), config=settings).start()
    (page,) = (work / "told").rglob("*.html")
    assert "和集合で割ります。" in page.read_text(encoding="utf-8")
    assert "採点のために" not in page.read_text(encoding="utf-8")
    shutil.rmtree(work / "told")
    again, _ = rubric.Rubric().preprocess(copy.deepcopy(book), {"assignment_id": "mini"})
    assert again == book


# ---- A class from the zoo -----------------------------------------------------------------------------------


def test_a_class_from_the_zoo_is_what_its_truth_says(tmp_path):
    name = "00_start"
    rows = class_of.make(name, 30, tmp_path / "in")
    exercise = zoo.Exercise.load(name)
    submissions = {path.stem: zoo.read(path, exercise) for path in zoo.paths(name)}
    assert {kind for _, _, kind, _, _ in rows} == set(class_of.KINDS)
    report = ["学生,課題,採点するセル,得点,誤答の種類,似ている誤解"]
    for student, cell, kind, truth, points in rows:
        notebook = nbformat.read(tmp_path / "in" / f"{student}.ipynb", as_version=4)
        cells = {one.metadata.get("nbgrader", {}).get("grade_id"): one.source for one in notebook.cells}
        assert not any(mark in cells[cell] for mark in release.MARKS)
        assert ("NotImplementedError" in cells[cell]) == (kind == "blank")
        assert bool(truth) == (kind in class_of.NAMED)
        if kind == "same":
            assert cells[cell] == submissions[truth].cells[cell]
        if points:
            wanted = dict(one.split("=") for one in points.split())
            assert kind == "right" or any(float(wanted[test]) < exercise.points[test] for test in exercise.tests[cell])
        for test in exercise.tests[cell]:
            got = wanted[test] if points else "0"
            report.append(f"{student},{cell},{test},{got},{'誤解に似ている' if truth else ''},{truth}")
    for path, lines in (("truth", [",".join(class_of.TRUTH), *map(",".join, rows)]), ("report", report)):
        (tmp_path / f"{path}.csv").write_text("\n".join(lines), encoding="utf-8")
    text = class_of.compare(tmp_path / "truth.csv", tmp_path / "report.csv")
    named = sum(kind in class_of.NAMED for _, _, kind, _, _ in rows)
    assert sum(int(line.split()[-5]) for line in text.split("\n")[2:5]) == named
    assert text.endswith("採点と合わない人: 0")
