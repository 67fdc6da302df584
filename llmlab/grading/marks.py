"""Marks of a class: late days and extensions by one file of rules, points to 秀・優・良・可・不可, tables for upload.

``python -m llmlab.grading marks`` reads what ``grade`` has left in its folder and the rules in ``grading.toml`` beside
the gradebook (written with defaults when it is not there). The gradebook itself keeps the raw points: a changed rule
needs no new grading. It writes ``marks.csv`` and a table for each learning system:

- ``moodle.csv``: one row per student, to map on upload (``学籍番号`` to Moodle's ID number); Moodle's documentation,
  "Grade import". UTF-8.
- ``manaba.csv``: 学籍番号 and 合計点. manaba takes its own 成績登録シート, an Excel file with a column 合計点 (as
  Tottori University's guide shows it): copy the column, or save the sheet as CSV and let ``--sheet`` fill it.
- ``webclass.csv``: user ID and points. No public description of WebClass's form was found; ``--sheet`` fills the
  table that WebClass gives.
"""

from __future__ import annotations

import csv
import io
import math
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from llmlab.errors import CourseError
from llmlab.grading.roster import Roster, read_csv

FILE = "grading.toml"
FILLED = "-filled.csv"  # how the copy of a learning system's sheet ends
TEMPLATE = """\
# 遅れ、延長、評語の規則です。直したら `make marks` をもう一度実行します。採点し直しは要りません。
timezone = "Asia/Tokyo"

[late]
grace_minutes = 10     # 期限からこの分までは、遅れと数えません
free_days = 0          # 学期を通して、減点なしで遅れてよい日数（学生ごと。期限の早い演習から使います）
percent_per_day = 10   # それを超えた 1 日ごとに、取った点から引く割合（%）
last_day = 7           # これより遅い提出は 0 点です

[due]                  # 演習ごとの期限。ここにない演習には期限がありません
# "05_bert_structure" = 2026-05-20T23:59:00

[extensions]           # 学生ごとの延長: その演習の期限を、ここに書いた日時に替えます
# "s1234567" = { "05_bert_structure" = 2026-05-27T23:59:00 }

[received]             # 受け取った日時。書かなければ、提出されたファイルの日時を使います
# "s1234567" = { "05_bert_structure" = 2026-05-20T22:10:00 }

[points]               # 採点できなかった提出に、人が決めた点。書くまで、その学生の評語は出ません
# "s1234567" = { "05_bert_structure" = 0 }

[weights]              # 演習の重み。一つも書かなければ、満点の比で合計します
# "05_bert_structure" = 1

[letters]              # 四捨五入した百分率がこれ以上なら、その評語です
"秀" = 90
"優" = 80
"良" = 70
"可" = 60
"不可" = 0
"""
POINTS = ("合計点", "点数", "得点", "評点", "成績", "評定", "Grade", "score")  # headers of a column of points


@dataclass
class Rules:
    """What ``grading.toml`` says; moments are aware of their time zone.

    ``extensions`` and ``received`` hold moments, ``points`` what a person has decided, by student and exercise;
    ``letters`` run from the best down.
    """

    zone: ZoneInfo
    grace: timedelta
    free_days: int
    per_day: Fraction
    last_day: int
    due: dict[str, datetime]
    extensions: dict[str, dict[str, datetime]]
    received: dict[str, dict[str, datetime]]
    points: dict[str, dict[str, Fraction]]
    weights: dict[str, Fraction]
    letters: list[tuple[str, Fraction]]


@dataclass
class Work:
    """One student's exercise: points and full points, when it came in, whether a written answer waits.

    ``refused`` says why what came in could not be graded, ``""`` when it could.
    """

    points: float
    full: float
    received: datetime | None = None
    waiting: bool = False
    refused: str = ""


@dataclass
class Counted:
    """What one exercise counts for: late days (those that were free included), and points after the deduction."""

    points: Fraction
    full: Fraction
    late_days: int = 0
    free: int = 0
    waiting: bool = False
    absent: bool = False
    refused: str = ""


@dataclass
class Mark:
    """One student's mark; ``percent`` is ``None``, and ``letter`` empty, while something waits for a person."""

    student: str
    exercises: dict[str, Counted]
    percent: int | None
    letter: str
    total: Fraction = field(default_factory=Fraction)


# ---- Rules -------------------------------------------------------------------------------------------------


def load(path: Path) -> Rules:
    """Read the rules.

    Raises
    ------
    CourseError
        When the file is no TOML, or names or values are not what the rules know; the message names the place.
    """

    def wrong(place: str, wanted: str) -> CourseError:
        return CourseError(f"「{path.name}」の {place} を直してください。{wanted}")

    try:
        found = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CourseError(f"規則のファイル「{path}」を開けません（{error.strerror}）。") from error
    except ValueError as error:
        raise CourseError(f"規則のファイル「{path}」を読めません（{error}）。") from error
    known = tomllib.loads(TEMPLATE)
    for key, value in found.items():
        if key not in known:
            raise wrong(f"「{key}」", "そのような項目はありません。")
        if isinstance(known[key], dict) != isinstance(value, dict):
            raise wrong(f"「{key}」", f"[{key}] の見出しの下に書きます。")
    try:
        zone = ZoneInfo(found.get("timezone", known["timezone"]))
    except (ZoneInfoNotFoundError, ValueError, TypeError, AttributeError) as error:
        raise wrong("timezone", 'たとえば "Asia/Tokyo" と書きます。') from error

    def number(table: str, key: str, value) -> Fraction:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
            raise wrong(f"[{table}] {key}", "0 以上の数を書きます。")
        return Fraction(str(value))

    def moment(table: str, key: str, value) -> datetime:
        if not isinstance(value, datetime):
            said = f"{value}T23:59:00" if isinstance(value, date) else "2026-05-20T23:59:00"
            raise wrong(f"[{table}] {key}", f"日時を {said} の形で書きます。")
        return value if value.tzinfo else value.replace(tzinfo=zone)

    def people(table: str, read, wanted: str) -> dict[str, dict]:
        given = found.get(table, {})
        for student, own in given.items():
            if not isinstance(own, dict):
                raise wrong(f"[{table}] {student}", f'{{ "演習" = {wanted} }} の形で書きます。')
        return {
            student: {name: read(table, f"{student} {name}", value) for name, value in own.items()}
            for student, own in given.items()
        }

    late = found.get("late", {})
    for key in late:
        if key not in known["late"]:
            raise wrong(f"[late] {key}", "そのような項目はありません。")
    late = {key: number("late", key, late.get(key, value)) for key, value in known["late"].items()}
    for key in ("free_days", "last_day"):
        if late[key].denominator != 1:
            raise wrong(f"[late] {key}", "整数を書きます。")
    letters = found.get("letters", known["letters"])
    scale = [(name, number("letters", name, value)) for name, value in letters.items()]
    scale.sort(key=lambda pair: -pair[1])
    if not scale or scale[-1][1] != 0 or len({value for _, value in scale}) < len(scale):
        raise wrong("[letters]", "それぞれ違う数にし、いちばん下の評語を 0 にします。")
    return Rules(
        zone=zone,
        grace=timedelta(minutes=float(late["grace_minutes"])),
        free_days=int(late["free_days"]),
        per_day=late["percent_per_day"] / 100,
        last_day=int(late["last_day"]),
        due={name: moment("due", name, value) for name, value in found.get("due", {}).items()},
        extensions=people("extensions", moment, "日時"),
        received=people("received", moment, "日時"),
        points=people("points", number, "点"),
        weights={name: number("weights", name, value) for name, value in found.get("weights", {}).items()},
        letters=scale,
    )


def days_late(received: datetime, due: datetime, grace: timedelta) -> int:
    """Return how many days, each one begun counting whole, lie between the due moment and the hand-in.

    Inside ``grace`` it is 0; after it the days count from the due moment.
    """
    over = received - due
    return 0 if over <= grace else math.ceil(over / timedelta(days=1))


def letter(percent: int, letters: list[tuple[str, Fraction]]) -> str:
    """Return the letter grade of a whole percentage; ``letters`` run from the best down to 0."""
    return next(name for name, least in letters if percent >= least)


def assess(rules: Rules, student: str, works: dict[str, Work], full: dict[str, float]) -> Mark:
    """Return one student's mark.

    Parameters
    ----------
    works
        What was handed in, by exercise.
    full
        Full points of every exercise that counts. What was not handed in is worth 0 points.
    """
    left = rules.free_days
    counted: dict[str, Counted] = {}
    never = datetime.max.replace(tzinfo=ZoneInfo("UTC"))
    for name in sorted(full, key=lambda name: (rules.due.get(name, never), name)):
        work = works.get(name)
        whole = Fraction(str(full[name]))
        if work is None:
            counted[name] = Counted(Fraction(0), whole, absent=True)
            continue
        one = counted[name] = Counted(Fraction(str(work.points)), whole, waiting=work.waiting, refused=work.refused)
        if work.refused:
            decided = rules.points.get(student, {}).get(name)
            one.points, one.waiting = min(decided or Fraction(0), whole), decided is None
            continue
        due = rules.extensions.get(student, {}).get(name, rules.due.get(name))
        received = rules.received.get(student, {}).get(name, work.received)
        if due is None or received is None:
            continue
        one.late_days = days_late(received, due, rules.grace)
        if one.late_days > rules.last_day:
            one.points = Fraction(0)
            continue
        one.free = min(left, one.late_days)
        left -= one.free
        one.points *= max(Fraction(0), 1 - rules.per_day * (one.late_days - one.free))
    counted = {name: counted[name] for name in sorted(counted)}
    weights = rules.weights or {name: one.full for name, one in counted.items()}
    total = sum(
        (
            weight * counted[name].points / counted[name].full
            for name, weight in weights.items()
            if name in counted and counted[name].full
        ),
        Fraction(0),
    )
    most = sum(weights.values(), Fraction(0))
    share = 100 * total / most if most else Fraction(0)
    percent = math.floor(share + Fraction(1, 2))  # half a percent goes up, exactly
    if any(one.waiting for name, one in counted.items() if name in weights):
        return Mark(student, counted, None, "", sum((one.points for one in counted.values()), Fraction(0)))
    total = sum((one.points for one in counted.values()), Fraction(0))
    return Mark(student, counted, percent, letter(percent, rules.letters), total)


# ---- A class -----------------------------------------------------------------------------------------------


def read_class(work: Path) -> tuple[dict[str, dict[str, Work]], dict[str, float]]:
    """Return every student's work by exercise, and the full points of every exercise that has been graded.

    Raises
    ------
    CourseError
        When nothing has been graded in ``work``, or the gradebook cannot be used.
    """
    from nbgrader.api import MissingEntry

    from llmlab.grading import gradebook
    from llmlab.grading.books import read_state
    from llmlab.grading.results import read_scores

    state = read_state(work / "state.json")
    nothing = CourseError("採点結果がまだありません。先に `make grade` で採点してください。")
    if not state or not gradebook.exists(work):
        raise nothing
    gradebook.usable(work)
    works: dict[str, dict[str, Work]] = {}
    full: dict[str, float] = {}
    for exercise, memory in state.items():
        try:
            points, rows, _ = read_scores(work, exercise)
        except MissingEntry:  # its first grading was cut short; the next one puts it there
            continue
        full[exercise] = sum(points.values())
        for student, row in rows.items():
            moment = memory["students"].get(student, {}).get("received")
            received = datetime.fromisoformat(moment) if moment else None
            works.setdefault(student, {})[exercise] = Work(row.total, full[exercise], received, row.manual)
        for student, why in memory.get("refused", {}).items():
            works.setdefault(student, {}).setdefault(exercise, Work(0.0, full[exercise], refused=why))
    if not full:
        raise nothing
    return works, full


def assess_class(work: Path, rules: Rules, roster: Roster | None = None) -> list[Mark]:
    """Return the marks of everybody who handed in something or stands in the list of students."""
    works, full = read_class(work)
    if rules.weights:
        unknown = [name for name in rules.weights if name not in full]
        if unknown:
            raise CourseError(f"[weights] の「{unknown[0]}」は、まだだれも採点されていません。")
        full = {name: full[name] for name in rules.weights}
    students = sorted({*works, *(roster.students if roster else [])})
    return [assess(rules, student, works.get(student, {}), full) for student in students]


def _number(value: Fraction) -> str:
    return f"{float(value):.2f}".rstrip("0").rstrip(".")


def _csv(rows: Iterable[Iterable[str]]) -> str:
    from llmlab.grading.results import safe

    text = io.StringIO()
    csv.writer(text).writerows([[safe(str(cell)) for cell in row] for row in rows])
    return text.getvalue()


def tables(marks: list[Mark]) -> dict[str, str]:
    """Return the files to write: their names and contents."""
    names = list(marks[0].exercises) if marks else []
    head = ["学籍番号", "評語", "百分率", "合計点"]
    for name in names:
        head += [name, f"{name} 遅れた日数", f"{name} 備考"]
    rows = [head]
    for mark in marks:
        row = [mark.student, mark.letter or "採点待ち", "" if mark.percent is None else mark.percent]
        row.append(_number(mark.total))
        for one in mark.exercises.values():
            said = ["未提出"] if one.absent else []
            said += [f"採点できていません（{one.refused}）"] if one.refused else []
            said += ["人が決めた点"] if one.refused and not one.waiting else []
            said += ["記述の採点待ち"] if one.waiting and not one.refused else []
            said += [f"うち {one.free} 日は減点なし"] if one.free else []
            row += [_number(one.points), "" if one.absent else one.late_days, "、".join(said)]
        rows.append(row)
    whole = [(mark.student, "" if mark.percent is None else mark.percent) for mark in marks]
    moodle = [["学籍番号", *names, "百分率", "評語"]]
    moodle += [
        [
            mark.student,
            *("" if one.waiting else _number(one.points) for one in mark.exercises.values()),
            "" if mark.percent is None else mark.percent,
            mark.letter,
        ]
        for mark in marks
    ]
    return {
        "marks.csv": _csv(rows),
        "moodle.csv": _csv(moodle),
        "manaba.csv": _csv([["学籍番号", "合計点"], *whole]),
        "webclass.csv": _csv([["ユーザID", "点数"], *whole]),
    }


def fill(sheet: Path, marks: list[Mark], roster: Roster | None = None, column: str = "") -> tuple[bytes, int]:
    """Return a learning system's CSV with the percentages filled in, and how many rows got one.

    The students' column is the one that names most of them, directly or through the list of students; the
    points' column is ``column``, or the only one whose header says points. Everything else stays as it is.

    Raises
    ------
    CourseError
        When either column cannot be told.
    """
    rows, encoding = read_csv(sheet)
    values = {mark.student: mark.percent for mark in marks}
    roster = roster or Roster()

    def student(text: str) -> str | None:
        if text.strip() in values:
            return text.strip()
        found = roster.find(text) & set(values)
        return found.pop() if len(found) == 1 else None

    width = max(map(len, rows), default=0)
    hits = [sum(len(row) > i and student(row[i]) is not None for row in rows) for i in range(width)]
    if not hits or not max(hits):
        raise CourseError(
            f"「{sheet}」に、採点した学生が見つかりません。名簿（--roster）を指定してください。"
        )
    own = hits.index(max(hits))
    places = {
        (number, i)
        for number, row in enumerate(rows)
        for i, cell in enumerate(row)
        if (cell.strip() == column if column else any(name in cell for name in POINTS))
    }
    first = min(number for number, row in enumerate(rows) if len(row) > own and student(row[own]))
    places = {i for number, i in places if number < first}
    if len(places) != 1:
        raise CourseError(
            f"「{sheet}」のどの列に点数を書くか分かりません。--column に列の名前を書いてください。"
        )
    (target,) = places
    filled = 0
    for row in rows[first:]:
        who = student(row[own]) if len(row) > own else None
        if who is None or values[who] is None:
            continue
        row.extend([""] * (target + 1 - len(row)))
        row[target] = str(values[who])
        filled += 1
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(encoding), filled


def main(arguments: list[str]) -> int:
    """Write the marks of a class."""
    import argparse

    from llmlab.grading.books import write_whole
    from llmlab.grading.release import ROOT, names
    from llmlab.grading.zoo import columns

    parser = argparse.ArgumentParser(
        prog="python -m llmlab.grading marks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=Path, help="採点結果のフォルダー（既定: grading）")
    parser.add_argument(
        "--roster", type=Path, help="名簿の CSV（学籍番号の列があるもの）。未提出の学生も並びます"
    )
    parser.add_argument(
        "--sheet", type=Path, help="学習支援システムから取った CSV。点数の列を埋めた写しを作ります"
    )
    parser.add_argument("--column", default="", help="--sheet の、点数を書く列の名前")
    chosen = parser.parse_args(arguments)
    work = (chosen.out or ROOT / "grading").resolve()
    works, full = read_class(work)
    path = work / FILE
    if not path.exists():
        write_whole(path, TEMPLATE.encode())
        print(f"規則のファイルを作りました。期限などを書いてください: {path}")
    rules = load(path)
    for table in (rules.extensions, rules.received, rules.points):
        for student in table:
            if student not in works:
                print(f"規則にある「{student}」の提出はありません。")
    own = [*rules.extensions.values(), *rules.received.values(), *rules.points.values()]
    for name in sorted({*rules.due, *(name for table in own for name in table)} - {*full, *names()}):
        print(f"規則にある演習「{name}」はありません。名前を確かめてください。")
    for student, own in rules.points.items():
        for name in own:
            there = works.get(student, {}).get(name)
            if there and not there.refused:
                print(f"[points] の「{student}」の「{name}」は使いません。採点した提出があります。formgrader で点を直してください。")
            elif student in works and not there and name in full:
                print(f"[points] の「{student}」の「{name}」は使いません。提出がありません。")
    for name in sorted(set(rules.due) & set(full)):
        unknown = [
            student
            for student, own in works.items()
            if name in own and not own[name].refused and own[name].received is None
            and name not in rules.received.get(student, {})
        ]
        if unknown:
            print(
                f"「{name}」を提出した日時が分からない学生が {len(unknown)} 人います。遅れを数えていません"
                f"（Moodle の zip に日時はありません）。遅れた学生の日時を [received] に書いてください: {'、'.join(sorted(unknown)[:10])}"
            )
    roster = Roster(chosen.roster) if chosen.roster else None
    marks = assess_class(work, rules, roster)
    filled = fill(chosen.sheet, marks, roster, chosen.column) if chosen.sheet else None
    for name, text in tables(marks).items():
        write_whole(work / name, text.encode("utf-8" if name == "moodle.csv" else "utf-8-sig"))
    rows = [["学籍番号", "評語", "%"]]
    rows += [
        [mark.student, mark.letter or "採点待ち", "-" if mark.percent is None else str(mark.percent)]
        for mark in marks
    ]
    print(columns(rows))
    for mark in marks:
        for name, one in mark.exercises.items():
            if one.refused and one.waiting:
                print(f"{mark.student} の {name} は、採点できていません（{one.refused}）。点を {FILE} の [points] に書いてください。")
    print(f"{work / 'marks.csv'} と、moodle.csv、manaba.csv、webclass.csv を書きました。")
    if filled:
        target = work / f"{chosen.sheet.stem}{FILLED}"
        write_whole(target, filled[0])
        print(f"{filled[1]} 人の点数を書きました: {target}")
    return 0
