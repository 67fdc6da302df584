"""Hostile and broken submissions for the small exercise: ``tests/submissions/hostile/*.py``.

Each says what it tries and what must come of it, and then its cells, in percent format::

    # tries: torch.allclose をいつも True にする
    # verdict: 改変            (one of these; "-" is: no verdict, graded)
    # scores: running-test=0   (where it may be graded: every test cell without full points)
    # repeat: 10000            (how often its additional cells stand there)
    # thorough: yes            (another of its kind stands for it in `make test`; HOSTILE=all runs it, too)
    # %% grade_id="running"    (replaces a cell)
    # %% before="running"      (an additional cell)

They are written to do harm. They are only ever run inside a fence: :func:`notebook` refuses without one.
"""

from __future__ import annotations

import copy
import os
import re
from dataclasses import dataclass, replace
from pathlib import Path

from nbformat.v4 import new_code_cell

from llmlab.grading import fence

FOLDER = Path(__file__).resolve().parent / "submissions" / "hostile"
HEADER = re.compile(r"^# (tries|verdict|scores|repeat|thorough): *(.*)$", re.MULTILINE)
CELL = re.compile(r"^# %%(?: \[markdown\])? (grade_id|before)=\"([^\"]+)\"\n", re.MULTILINE)
NONE = "-"
SOME = 200  # additional cells in `make test`


@dataclass(frozen=True)
class Hostile:
    """One of them; ``verdicts`` may hold ``"-"``; ``lost`` are the points of the test cells without full points."""

    name: str
    tries: str
    verdicts: tuple[str, ...]
    lost: dict[str, float]
    repeat: int
    thorough: bool
    cells: list[tuple[str, str, str]]


def read(path: Path) -> Hostile:
    """Read one file."""
    text = path.read_text(encoding="utf-8")
    head, *parts = CELL.split(text)
    header = dict(HEADER.findall(head))
    scores = dict(one.split("=") for one in header.get("scores", "").split())
    cells = [(kind, name, body.rstrip("\n")) for kind, name, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True)]
    return Hostile(
        path.stem,
        header["tries"],
        tuple(header["verdict"].split("|")),
        {cell: float(points) for cell, points in scores.items()},
        int(header.get("repeat", 1)),
        "thorough" in header,
        cells,
    )


def everyone() -> list[Hostile]:
    """Return all of them, by name."""
    return [read(path) for path in sorted(FOLDER.glob("*.py"))]


def chosen() -> list[Hostile]:
    """Return those that ``make test`` grades, fewer and smaller; all of them in full size when HOSTILE is ``all``."""
    if os.environ.get("HOSTILE") == "all":
        return everyone()
    return [replace(one, repeat=min(one.repeat, SOME)) for one in everyone() if not one.thorough]


def notebook(one: Hostile, blank, answers: dict[str, str]):
    """Return a submission as a notebook: ``answers`` by grade_id, then what it replaces and adds.

    Raises
    ------
    RuntimeError
        On a machine without a fence.
    """
    if fence.find().kind == "none":
        raise RuntimeError("hostile submissions are never run without a fence")
    made = copy.deepcopy(blank)
    own = answers | {name: body for kind, name, body in one.cells if kind == "grade_id"}
    for cell in made.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in own:
            cell.source = own[name]
    for kind, name, body in one.cells:
        if kind == "before":
            place = next(
                number
                for number, cell in enumerate(made.cells)
                if cell.metadata.get("nbgrader", {}).get("grade_id") == name
            )
            made.cells[place:place] = [new_code_cell(body) for _ in range(one.repeat)]
    return made
