"""A class of six on the small exercise, and what a run leaves: gradebook and feedback, to compare two runs."""

from __future__ import annotations

import copy
import os
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat

from llmlab.grading import gradebook, release
from tests import grading_mini as mini

GOOD = {"running": mini.RUNNING, "overlap": mini.OVERLAP}
WRONG = f"{mini.HEADS['running']}\n    return [1, 3]"
STUDENTS = {
    "right": GOOD | {"why": "和集合で割ると、大きさが違う集合も比べられます。"},
    "佐藤 太郎": GOOD | {"overlap": f"{mini.HEADS['overlap']}\n{mini.RIGHT['overlap'][1]}"},
    "wrong": GOOD | {"running": WRONG},
    "syntax": GOOD | {"running": "def running(values:\n    return values"},
    "untouched": {},
    "dies": GOOD | {"running": "import os\nos.abort()"},
}
# Points of the two tests and of the written answer; "" waits for a person. "dies" cannot be graded.
SCORES = {
    "right": ("2", "3", ""),
    "佐藤 太郎": ("2", "3", "0"),
    "wrong": ("0", "3", "0"),
    "syntax": ("0", "3", "0"),
    "untouched": ("0", "0", "0"),
    "dies": ("", "", ""),
}


def light() -> None:
    """Keep torch and transformers out of the parent that kernels are forked from: this exercise needs neither."""
    from llmlab.grading import preload

    heavy = ("torch", "transformers", "llmlab.models", "ipywidgets", "matplotlib.pyplot")
    preload.MODULES = tuple(name for name in preload.MODULES if name not in heavy)


def do_nothing(pipe, task: dict) -> None:
    """A task that goes well."""
    pipe.send("")


@dataclass
class Graded:
    """A class, where it was graded and what came out."""

    root: Path
    folder: Path
    work: Path
    seconds: float
    book: dict
    feedback: dict[str, str]


def write(root: Path, students=STUDENTS) -> Path:
    """Write the exercise and the submissions below ``root``; return the submissions' folder."""
    mini.write(root)
    release.generate(root / "exercises", root)
    blank = nbformat.read(root / "exercises" / "mini" / "mini.ipynb", as_version=4)
    folder = root / "in"
    folder.mkdir()
    for name, answers in students.items():
        own = copy.deepcopy(blank)
        for cell in own.cells:
            cell.source = answers.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
        (folder / f"{name}.ipynb").write_text(nbformat.writes(own), encoding="utf-8")
        os.utime(folder / f"{name}.ipynb", (1_700_000_000, 1_700_000_000))
    return folder


def book_of(work: Path) -> dict:
    """Return everything that a gradebook says, without the numbers that nbgrader draws for its rows."""
    with gradebook.book(work) as book:
        said: dict = {"students": sorted(one.id for one in book.students), "assignments": {}}
        for assignment in book.assignments:
            cells = {
                (notebook.name, kind, cell.name): (getattr(cell, "max_score", None), cell.source if kind == "source" else "")
                for notebook in assignment.notebooks
                for kind in ("grade", "solution", "source")
                for cell in getattr(notebook, f"{kind}_cells")
            }
            grades = {}
            for one in assignment.submissions:
                for notebook in one.notebooks:
                    for grade in notebook.grades:
                        grades[one.student.id, "grade", grade.name] = (
                            grade.auto_score, grade.manual_score, grade.extra_credit, grade.needs_manual_grade,
                        )  # fmt: skip
                    for comment in notebook.comments:
                        grades[one.student.id, "comment", comment.name] = (comment.auto_comment, comment.manual_comment)
                    grades[one.student.id, "", ""] = (notebook.late_submission_penalty, notebook.flagged, one.timestamp)
            said["assignments"][assignment.name] = {"cells": cells, "grades": grades}
    return said


def feedback_of(work: Path) -> dict[str, str]:
    """Return every page of feedback by its path, without the addresses that differ from run to run."""
    pages = {}
    for path in sorted((work / "feedback").rglob("*.html")):
        text = re.sub(r"0x[0-9a-f]{6,}|ipykernel_\d+/\d+\.py|llmlab-\w+", "", path.read_text(encoding="utf-8"))
        pages[path.relative_to(work).as_posix()] = text
    return pages
