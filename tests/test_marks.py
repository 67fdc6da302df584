"""Late days, extensions and letter grades by the rules of one file; tables for learning systems."""

import csv
import io
import json
import shutil
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from nbgrader.api import Gradebook

from llmlab.errors import CourseError
from llmlab.grading import __main__ as command
from llmlab.grading import books, marks
from llmlab.grading.gradebook import address
from llmlab.grading.roster import Roster

TOKYO = ZoneInfo("Asia/Tokyo")
DUE = datetime(2026, 5, 20, 23, 59, tzinfo=TOKYO)


def rules(tmp_path, text: str = "") -> marks.Rules:
    path = tmp_path / "grading.toml"
    path.write_text(text or marks.TEMPLATE, encoding="utf-8")
    return marks.load(path)


def test_template_says_its_defaults(tmp_path):
    found = rules(tmp_path)
    assert (found.free_days, found.per_day, found.last_day) == (0, Fraction(1, 10), 7)
    assert found.letters == [("秀", 90), ("優", 80), ("良", 70), ("可", 60), ("不可", 0)]
    assert found == rules(tmp_path, "# nothing\n")


@pytest.mark.parametrize(
    "over, days",
    [
        (timedelta(hours=-1), 0),
        (timedelta(0), 0),
        (timedelta(minutes=10), 0),
        (timedelta(minutes=11), 1),
        (timedelta(days=1), 1),
        (timedelta(days=1, seconds=1), 2),
        (timedelta(days=6, hours=23), 7),
    ],
)
def test_days_late(over, days):
    assert marks.days_late(DUE + over, DUE, timedelta(minutes=10)) == days


def test_moments_compare_across_time_zones():
    utc = datetime(2026, 5, 20, 15, 0, tzinfo=ZoneInfo("UTC"))  # 00:00 in Tokyo, a minute after
    assert marks.days_late(utc, DUE, timedelta(0)) == 1


@pytest.mark.parametrize(
    "percent, name",
    [
        (100, "秀"),
        (90, "秀"),
        (89, "優"),
        (80, "優"),
        (79, "良"),
        (70, "良"),
        (69, "可"),
        (60, "可"),
        (59, "不可"),
        (0, "不可"),
    ],
)
def test_letters(tmp_path, percent, name):
    assert marks.letter(percent, rules(tmp_path).letters) == name


LATE = """
[late]
free_days = 2
percent_per_day = 10
last_day = 7
[due]
"a" = 2026-05-20T23:59:00
"b" = 2026-05-27T23:59:00
[extensions]
"s2" = { "a" = 2026-05-25T23:59:00 }
[received]
"s3" = { "a" = 2026-05-20T10:00:00 }
"""


def work(points: float, days: float, waiting=False, due=DUE) -> marks.Work:
    return marks.Work(points, 10, due + timedelta(days=days), waiting)


def test_free_days_go_first_to_the_earlier_exercise_then_points_are_taken(tmp_path):
    """By hand: a is 1 day late (free), b 3 days late: 1 free, 2 × 10 % of 10 points taken: 10 + 8 of 20."""
    second = DUE + timedelta(days=7)
    mark = marks.assess(
        rules(tmp_path, LATE), "s1", {"b": work(10, 3, due=second), "a": work(10, 1)}, {"a": 10, "b": 10}
    )
    assert {name: (one.late_days, one.free, one.points) for name, one in mark.exercises.items()} == {
        "a": (1, 1, 10),
        "b": (3, 1, 8),
    }
    assert (mark.percent, mark.letter, mark.total) == (90, "秀", 18)


def test_extension_and_received_move_the_moments(tmp_path):
    found = rules(tmp_path, LATE)
    for student in ("s2", "s3"):
        assert marks.assess(found, student, {"a": work(10, 4)}, {"a": 10}).exercises["a"].late_days == 0
    assert marks.assess(found, "s1", {"a": work(10, 4)}, {"a": 10}).exercises["a"].points == 8


def test_too_late_is_nothing_and_absent_is_nothing(tmp_path):
    mark = marks.assess(rules(tmp_path, LATE), "s1", {"a": work(10, 7.5)}, {"a": 10, "b": 10})
    assert mark.exercises["a"].points == 0 and mark.exercises["a"].free == 0
    assert mark.exercises["b"].absent
    assert (mark.percent, mark.letter) == (0, "不可")


def test_waiting_answer_has_no_letter_yet(tmp_path):
    mark = marks.assess(rules(tmp_path), "s1", {"a": work(9, 0, waiting=True)}, {"a": 10})
    assert (mark.percent, mark.letter) == (None, "")


def test_what_could_not_be_graded_waits_until_a_person_decides(tmp_path):
    """Neither absent nor 0 points by itself; a decision counts at most the full points and is never late."""
    refused = {"a": marks.Work(0, 10, refused="改変"), "b": work(10, 0)}
    mark = marks.assess(rules(tmp_path), "s1", refused, {"a": 10, "b": 10})
    assert (mark.percent, mark.letter, mark.exercises["a"].absent) == (None, "", False)
    for points, percent in ((0, 50), (4, 70), (99, 100)):
        found = rules(tmp_path, f'[points]\n"s1" = {{ "a" = {points} }}\n"s2" = {{ "a" = 1 }}\n')
        assert marks.assess(found, "s1", refused, {"a": 10, "b": 10}).percent == percent
    # A submission that was graded after all has its own points.
    assert marks.assess(found, "s1", {"a": work(6, 0)}, {"a": 10}).percent == 60


def test_half_a_percent_goes_up_exactly(tmp_path):
    for points, full, percent in [
        (179, 200, 90),
        (178.9, 200, 89),
        (0.895, 1, 90),
        (1.005, 2, 50),
        (1.01, 2, 51),
    ]:
        mark = marks.assess(rules(tmp_path), "s1", {"a": marks.Work(points, full)}, {"a": full})
        assert mark.percent == percent


def test_weights_count_shares(tmp_path):
    """By hand: 1 × 5/10 + 3 × 4/4 of 4 = 87.5 % → 88."""
    found = rules(tmp_path, '[weights]\n"a" = 1\n"b" = 3\n')
    mark = marks.assess(found, "s", {"a": marks.Work(5, 10), "b": marks.Work(4, 4)}, {"a": 10, "b": 4})
    assert (mark.percent, mark.letter) == (88, "優")


@pytest.mark.parametrize(
    "text, said",
    [
        ("x = ", "読めません"),
        ("[lete]\n", "「lete」"),
        ("late = 3\n", "「late」"),
        ("[late]\nfree = 3\n", r"\[late\] free"),
        ("[late]\nfree_days = -1\n", "0 以上"),
        ("[late]\nfree_days = 1.5\n", "整数"),
        ("[late]\nlast_day = true\n", "0 以上"),
        ("[late]\npercent_per_day = nan\n", "0 以上"),
        ("[due]\na = 2026-05-20\n", "2026-05-20T23:59:00 の形"),
        ('[due]\na = "5/20"\n', "日時を"),
        ('[extensions]\n"s1" = 2026-05-20T23:59:00\n', r"\[extensions\] s1"),
        ('[points]\n"s1" = 3\n', r"\[points\] s1"),
        ('[points]\n"s1" = { "a" = "3" }\n', "0 以上"),
        ('[letters]\n"秀" = 90\n', "0 にします"),
        ('[letters]\n"秀" = 90\n"優" = 90\n"不可" = 0\n', "違う数"),
        ('timezone = "Tokyo"\n', "timezone"),
        ("timezone = 9\n", "timezone"),
    ],
)
def test_wrong_rule_is_said_in_one_sentence(tmp_path, text, said):
    with pytest.raises(CourseError, match=said) as error:
        rules(tmp_path, text)
    assert "\n" not in str(error.value).removesuffix("\n") and "grading.toml" in str(error.value)


def test_more_points_never_mean_a_worse_mark_and_later_never_a_better_one(tmp_path):
    found = rules(tmp_path, LATE)
    shares = [
        [marks.assess(found, "s1", {"a": work(points, days)}, {"a": 10}).percent for points in range(11)]
        for days in range(10)
    ]
    assert all(row == sorted(row) for row in shares)
    assert all(list(column) == sorted(column, reverse=True) for column in zip(*shares, strict=True))


# ---- A class -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def gradebook(tmp_path_factory):
    """Write a gradebook through nbgrader's own interface: two exercises, three students."""
    tmp_path = tmp_path_factory.mktemp("graded")
    with Gradebook(address(tmp_path), "llmlab") as book:
        for name in ("05_a", "06_b"):
            book.add_assignment(name)
            book.add_notebook(name, name)
            book.add_grade_cell("test", name, name, max_score=10, cell_type="code")
        for student, points in {"s1": (10, 9), "s2": (6, None), "=s3": (8, 7)}.items():
            book.add_student(student)
            for name, score in zip(("05_a", "06_b"), points, strict=True):
                if score is not None:
                    book.add_submission(name, student)
                    one = book.find_grade("test", name, name, student)
                    one.auto_score, one.needs_manual_grade = score, False
        book.db.commit()
    state = {
        name: {
            "solution": "",
            "students": {
                student: {"received": "2026-05-20T14:00:00+00:00"} for student in ("s1", "s2", "=s3")
            },
        }
        for name in ("05_a", "06_b")
    }
    books.write_whole(tmp_path / "state.json", json.dumps(state).encode())
    return tmp_path


@pytest.fixture
def graded(gradebook, tmp_path):
    """Return a copy of the class that a test may write into."""
    return shutil.copytree(gradebook, tmp_path / "grading")


def table(path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def test_class_gets_marks_and_tables(graded, tmp_path_factory, capsys):
    roster = tmp_path_factory.mktemp("lists") / "roster.csv"
    roster.write_text("学籍番号,ユーザID\ns1,k1\ns2,k2\ns4,k4\n", encoding="utf-8")
    assert command.main(["marks", "--out", str(graded), "--roster", str(roster)]) == 0
    assert "規則のファイルを作りました" in capsys.readouterr().out
    rows = {row[0]: row for row in table(graded / "marks.csv")}
    assert rows["s1"][:4] == ["s1", "秀", "95", "19"]
    assert rows["s2"][:4] == ["s2", "不可", "30", "6"] and rows["s2"][-1] == "未提出"
    assert rows["'=s3"][:3] == ["'=s3", "良", "75"]
    assert rows["s4"][1:4] == ["不可", "0", "0"]
    assert table(graded / "moodle.csv")[:2] == [
        ["学籍番号", "05_a", "06_b", "百分率", "評語"],
        ["'=s3", "8", "7", "75", "良"],
    ]
    assert not (graded / "moodle.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert ["s1", "95"] in table(graded / "manaba.csv") and ["s1", "95"] in table(graded / "webclass.csv")
    # Something came in from s2 for the other exercise, too, and could not be graded.
    state = json.loads((graded / "state.json").read_text(encoding="utf-8"))
    state["06_b"]["refused"] = {"s2": "改変"}
    (graded / "state.json").write_text(json.dumps(state), encoding="utf-8")
    assert command.main(["marks", "--out", str(graded)]) == 0
    assert "s2 の 06_b は、採点できていません（改変）" in capsys.readouterr().out
    rows = {row[0]: row for row in table(graded / "marks.csv")}
    assert rows["s2"][1:3] == ["採点待ち", ""] and rows["s2"][-1] == "採点できていません（改変）"
    with (graded / "grading.toml").open("a", encoding="utf-8") as rule:
        rule.write('\n[points]\n"s2" = { "06_b" = 5, "05_a" = 1 }\n')
    text = (graded / "grading.toml").read_text(encoding="utf-8").replace("[points]  ", "# [points]  ")
    (graded / "grading.toml").write_text(text, encoding="utf-8")
    assert command.main(["marks", "--out", str(graded)]) == 0
    assert "「s2」の「05_a」は使いません" in capsys.readouterr().out
    rows = {row[0]: row for row in table(graded / "marks.csv")}
    assert rows["s2"][2:4] == ["55", "11"] and rows["s2"][-1] == "採点できていません（改変）、人が決めた点"
    # The rule changes, the gradebook does not: 14:00 UTC is 23:00 in Tokyo, two days late, 20 % off.
    rule = '[due]\n"05_a" = 2026-05-18T23:00:00\n"05_aa" = 2026-05-18T23:00:00\n[points]\n"s1" = { "06_b" = 1 }\n"=s3" = { "05_a" = 1 }\n'
    (graded / "grading.toml").write_text(rule, encoding="utf-8")
    state["05_a"]["students"]["s2"]["received"] = ""  # Moodle's zip says nothing
    (graded / "state.json").write_text(json.dumps(state), encoding="utf-8")
    capsys.readouterr()
    assert command.main(["marks", "--out", str(graded)]) == 0
    said = capsys.readouterr().out
    assert "演習「05_aa」はありません" in said
    assert "「05_a」を提出した日時が分からない学生が 1 人います" in said and "s2" in said.partition("人います")[2]
    rows = {row[0]: row for row in table(graded / "marks.csv")}
    assert rows["s1"][:7] == ["s1", "優", "85", "17", "8", "2", ""]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932"])
def test_sheet_of_a_learning_system_is_filled_and_otherwise_kept(graded, tmp_path_factory, encoding):
    folder = tmp_path_factory.mktemp("lists")
    (folder / "roster.csv").write_text("学籍番号,ユーザID\ns1,k1\ns2,k2\n", encoding="utf-8")
    lines = [
        "コース,機械学習\r\n",
        "#,ユーザID,氏名,合計点,備考\r\n",
        '1,k2,"佐藤, 太郎",,x\r\n',
        "2,k1,鈴木,5\r\n",
        "3,k9,無名,7,\r\n",
    ]
    sheet = folder / "sheet.csv"
    sheet.write_bytes("".join(lines).encode(encoding))
    arguments = ["--out", str(graded), "--roster", str(folder / "roster.csv"), "--sheet", str(sheet)]
    assert command.main(["marks", *arguments]) == 0
    data = (graded / "sheet-filled.csv").read_bytes().decode(encoding)
    lines[2:4] = ['1,k2,"佐藤, 太郎",30,x\r\n', "2,k1,鈴木,95\r\n"]
    assert data == "".join(lines)


def test_sheet_that_cannot_be_read_is_said(graded, tmp_path, capsys):
    found = [marks.Mark("s1", {}, 95, "秀")]
    sheet = tmp_path / "sheet.csv"
    for text, said in {
        "a,b\n1,2\n": "学生が見つかりません",
        "学籍番号,得点,評点\ns1,,\n": "--column",
        "学籍番号,x\ns1,\n": "--column",
    }.items():
        sheet.write_text(text, encoding="utf-8")
        with pytest.raises(CourseError, match=said):
            marks.fill(sheet, found, Roster())
    sheet.write_text("学籍番号,得点,評点\ns1,,\n", encoding="utf-8")
    assert marks.fill(sheet, found, column="評点")[1] == 1
    sheet.write_bytes(b"\xff\xfe\x00\x81")
    assert command.main(["marks", "--out", str(graded), "--sheet", str(sheet)]) == 1
    assert "UTF-8" in capsys.readouterr().err
    assert not (graded / "marks.csv").exists()


def test_nothing_graded_is_said(tmp_path, capsys):
    assert command.main(["marks", "--out", str(tmp_path)]) == 1
    assert "採点結果がまだありません" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
