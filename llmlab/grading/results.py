"""What a run of grading found: a row for each student, the points that changed, as CSV and as a table."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass, field
from pathlib import Path

from llmlab.grading import gradebook
from llmlab.grading.zoo import columns

DONE, SAME, LATE, REFUSED = "採点しました", "変更なし", "時間切れあり", "採点できません"


@dataclass
class Row:
    """One line of the result.

    ``scores`` are the points by graded cell, ``None`` where a person has not graded yet; ``verdict`` is the word for
    what stopped a submission (:mod:`llmlab.grading.verdicts`).
    """

    student: str
    status: str
    scores: dict[str, float | None] = field(default_factory=dict)
    total: float | None = None
    manual: bool = False
    note: str = ""
    verdict: str = ""


@dataclass
class Change:
    """One student whose points a changed solution notebook has changed; scores by cell, those that differ."""

    student: str
    before: float | None
    after: float | None
    cells: dict[str, tuple[float | None, float | None]]


@dataclass
class Report:
    """What one run found.

    ``points`` are the full points by graded cell; ``graded`` the students that were graded in this run;
    ``changes`` those whose points the changed solution notebook has changed, and ``regraded`` whether it has changed;
    ``moodle`` the zip of feedback for Moodle, where submissions came from there.
    """

    exercise: str
    points: dict[str, float]
    rows: list[Row]
    graded: list[str]
    seconds: float
    csv: Path
    changes: list[Change] = field(default_factory=list)
    regraded: bool = False
    moodle: Path | None = None

    @property
    def refused(self) -> list[Row]:
        """The submissions that could not be graded."""
        return [row for row in self.rows if row.status == REFUSED]


def read_scores(work: Path, exercise: str) -> tuple[dict[str, float], dict[str, Row], dict[str, str]]:
    """Return full points by cell, a row for each student, and a fingerprint of what feedback shows.

    Raises
    ------
    nbgrader.api.MissingEntry
        When the gradebook does not hold the exercise, or not its notebook: a first grading was cut short.
    """
    from nbgrader.api import MissingEntry

    rows, prints = {}, {}
    with gradebook.book(work) as book:
        notebooks = book.find_assignment(exercise).notebooks
        if not notebooks:
            raise MissingEntry(f"{exercise} has no notebook")
        (notebook,) = notebooks
        points = {cell.name: cell.max_score for cell in notebook.grade_cells}
        for submission in book.assignment_submissions(exercise):
            (own,) = submission.notebooks
            scores, parts, manual = {}, [], False
            for one in own.grades:
                waits = one.manual_score is None and one.auto_score is None
                scores[one.name] = None if waits else one.score
                manual = manual or one.needs_manual_grade
                parts.append((one.name, one.auto_score, one.manual_score, one.extra_credit, one.needs_manual_grade))
            parts += [(one.name, one.auto_comment, one.manual_comment) for one in own.comments]
            name = submission.student.id
            ordered = {cell: scores.get(cell) for cell in points}
            rows[name] = Row(name, SAME, ordered, submission.score, manual)
            prints[name] = hashlib.sha256(repr(sorted(parts, key=repr)).encode()).hexdigest()
    return points, rows, prints


def changed(known: dict, rows: dict[str, Row], solution: str) -> list[Change]:
    """Return whose points differ from those before the solution notebook changed, and forget the old ones."""
    changes = []
    for student, memory in sorted(known.items()):
        if "was" not in memory or memory.get("solution") != solution or student not in rows:
            continue
        was, row = memory.pop("was"), rows[student]
        cells = {
            cell: (was["cells"].get(cell), row.scores.get(cell))
            for cell in {**was["cells"], **row.scores}
            if was["cells"].get(cell) != row.scores.get(cell)
        }
        if cells or was["total"] != row.total:
            changes.append(Change(student, was["total"], row.total, cells))
    return changes


def scores_csv(points: dict[str, float], rows: list[Row]) -> str:
    """Return the scores as CSV with a Japanese header."""
    text = io.StringIO()
    writer = csv.writer(text)
    cells = [f"{cell}（{value:g} 点）" for cell, value in points.items()]
    writer.writerow(["学籍番号", "状態", "合計", "満点", *cells, "手で採点", "備考"])
    for row in rows:
        scores = ["" if row.scores.get(cell) is None else f"{row.scores[cell]:g}" for cell in points]
        total = "" if row.total is None else f"{row.total:g}"
        manual = "待ち" if row.manual else ""
        full = f"{sum(points.values()):g}"
        status = "採点済み" if row.status in (DONE, SAME) else row.status
        writer.writerow([safe(row.student), status, total, full, *scores, manual, safe(row.note)])
    return text.getvalue()


def changes_csv(changes: list[Change]) -> str:
    """Return whose points changed as CSV with a Japanese header: a line for each student."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["学籍番号", "前の合計", "今の合計", "変わったセル"])
    for one in changes:
        cells = "、".join(f"{cell} {point(old)} → {point(new)}" for cell, (old, new) in one.cells.items())
        writer.writerow([safe(one.student), point(one.before), point(one.after), safe(cells)])
    return text.getvalue()


def point(value: float | None) -> str:
    """Return points as text, ``-`` where there are none yet."""
    return "-" if value is None else f"{value:g}"


def safe(text: str) -> str:
    """Keep a spreadsheet from reading a name as a formula."""
    return f"'{text}" if text[:1] in tuple("=+-@\t\r") else text


def table(report: Report) -> str:
    """Return the result as text in columns."""
    head = ["学籍番号", "合計", *report.points, "状態", "備考"]
    rows = [head]
    for row in report.rows:
        scores = ["-" if row.scores.get(cell) is None else f"{row.scores[cell]:g}" for cell in report.points]
        rows.append(
            [row.student, "-" if row.total is None else f"{row.total:g}", *scores, row.status, row.note]
        )
    return columns(rows)
