"""What a graded class holds, read once: points from the gradebook, code, times and errors from the notebooks.

Only reads. The gradebook is nbgrader's; the notebooks are those that autograding has run.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from llmlab.errors import CourseError
from llmlab.grading import gradebook, notebooks, release
from llmlab.grading.notebooks import mark_of
from llmlab.grading.zoo import Exercise


@dataclass
class Cell:
    """One cell of one student's autograded notebook.

    ``seconds`` is ``None`` where the kernel did not say; ``error`` names the exception, ``""`` if none.
    """

    source: str
    seconds: float | None = None
    error: str = ""


@dataclass
class Student:
    """One submission.

    Attributes
    ----------
    number
        nbgrader's id of the submitted notebook, which formgrader's addresses hold.
    points
        By automatically graded cell; ``None`` where nothing has graded it.
    written
        By written cell: points, ``None`` while the answer waits for a person.
    cells
        By grade_id; empty when the notebook is gone.
    """

    name: str
    number: str
    points: dict[str, float | None] = field(default_factory=dict)
    written: dict[str, float | None] = field(default_factory=dict)
    cells: dict[str, Cell] = field(default_factory=dict)


@dataclass
class Classbook:
    """One exercise of one class.

    Attributes
    ----------
    points, written
        Full points of the automatically graded and of the written cells, in the notebook's order.
    tests
        For each solution cell its test cells.
    released
        Source of every solution cell as it was handed out.
    rubric
        For each written cell what the solution notebook says: answer and rubric.
    place
        For each written cell the number of its first field in formgrader, which ``?index=`` selects.
    """

    exercise: str
    points: dict[str, float]
    written: dict[str, float]
    tests: dict[str, list[str]]
    released: dict[str, str]
    rubric: dict[str, str]
    place: dict[str, int]
    students: list[Student]


def text(source: str | list[str]) -> str:
    """Return a cell's source as one string, however the file stores it."""
    return source if isinstance(source, str) else "".join(source)


def _notebook(path: Path) -> list[dict]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def answer_region(source: str) -> str:
    """Return what stands between the marks of a solution, the whole source where there are none."""
    lines = source.split("\n")
    starts = [number for number, line in enumerate(lines) if "BEGIN SOLUTION" in line]
    ends = [number for number, line in enumerate(lines) if "END SOLUTION" in line]
    return "\n".join(lines[starts[0] + 1 : ends[-1]]).strip() if starts and ends else source.strip()


def released(exercise: str, root: Path = release.ROOT) -> dict[str, str]:
    """Return the solution cells as students receive them, by grade_id."""
    import nbformat

    notebook = notebooks.released(nbformat.read(release.find(exercise, root), as_version=4))
    return {own["grade_id"]: cell.source for cell in notebook.cells if (own := mark_of(cell)).get("solution")}


def _seconds(cell: dict) -> float | None:
    """Return how long the kernel was busy with a cell (nbclient writes the two moments)."""
    times = cell.get("metadata", {}).get("execution", {})
    try:
        start, end = (datetime.fromisoformat(times[f"iopub.status.{word}"]) for word in ("busy", "idle"))
        return max(0.0, (end - start).total_seconds())
    except (KeyError, TypeError, ValueError):
        return None  # not written down, or one with and one without a time zone


def run_cells(path: Path) -> dict[str, Cell]:
    """Return the marked cells of an autograded notebook; ``{}`` when it cannot be read."""
    try:
        cells = _notebook(path)
    except (OSError, ValueError, KeyError):
        return {}
    found = {}
    for cell in cells:
        if name := mark_of(cell).get("grade_id"):
            outputs = cell.get("outputs", [])
            errors = [str(one.get("ename", "")) for one in outputs if one.get("output_type") == "error"]
            found[name] = Cell(text(cell["source"]), _seconds(cell), errors[-1] if errors else "")
    return found


def open_gradebook(work: Path):
    """Return nbgrader's gradebook of a grading folder.

    Raises
    ------
    CourseError
        When nothing has been graded there.
    """
    if not (work.is_dir() and gradebook.exists(work)):
        raise CourseError(
            f"採点結果が「{work}」にありません。先に make grade で採点するか、--out で場所を指定してください。"
        )
    release.config()  # puts the environment's programs on PATH, which the gradebook needs
    return gradebook.book(work)


def load(exercise: str, work: Path, root: Path = release.ROOT) -> Classbook:
    """Read one exercise of a graded class.

    Parameters
    ----------
    work
        The folder that ``grade`` wrote.

    Raises
    ------
    CourseError
        Unknown exercise; nothing graded; a gradebook that cannot be read.
    """
    from sqlalchemy.exc import SQLAlchemyError

    parts = Exercise.load(exercise, root)
    points, written, rubric, place, fields = {}, {}, {}, {}, 1  # formgrader counts its Next link as field 0
    for cell in _notebook(release.find(exercise, root)):
        own = mark_of(cell)
        if not own:
            continue
        name = own["grade_id"]
        if own.get("grade") and own.get("solution"):
            written[name] = float(own["points"])
            rubric[name] = answer_region(text(cell["source"]))
            place[name] = fields
        elif own.get("grade"):
            points[name] = float(own["points"])
        # Formgrader has two fields (points, extra points) for a graded cell and one (comment) for an answer.
        fields += 2 * bool(own.get("grade")) + bool(own.get("solution"))
    try:
        with open_gradebook(work) as book:
            rows = _rows(book, exercise)
    except SQLAlchemyError as error:
        raise gradebook.trouble(work, error) from error
    students: dict[str, Student] = {}
    for name, number, cell, score, waits in rows:
        one = students.setdefault(name, Student(name, number))
        if cell in points:
            one.points[cell] = score
        elif cell in written:
            one.written[cell] = None if waits else score
    if not students:
        raise CourseError(f"「{exercise}」の採点結果がありません。先に make grade で採点してください。")
    for one in students.values():
        one.cells = run_cells(work / "autograded" / one.name / exercise / f"{exercise}.ipynb")
    ordered = sorted(students.values(), key=lambda one: one.name)
    given = released(exercise, root)
    return Classbook(exercise, points, written, parts.tests, given, rubric, place, ordered)


def _rows(book, exercise: str) -> list[tuple]:
    """Return ``(student, notebook's id, cell, points or None, waits for a person)`` in one query."""
    from nbgrader import api

    found = gradebook.grades(
        book,
        exercise,
        api.Student.id,
        api.SubmittedNotebook.id,
        api.BaseCell.name,
        api.Grade.auto_score,
        api.Grade.manual_score,
        api.Grade.extra_credit,
        api.Grade.needs_manual_grade,
    )
    rows = []
    for student, number, cell, auto, manual, extra, waits in found:
        own = auto if manual is None else manual
        rows.append((student, number, cell, None if own is None else own + (extra or 0.0), waits))
    return rows
