"""What one grading folder remembers: the folders of each step, ``state.json`` and the gradebook.

A run may be killed at any moment. So files are written whole or not at all, a submission that is graded again is put
aside first, and :meth:`Books.mend` undoes what was left half done.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Collection
from pathlib import Path

from llmlab.grading import gradebook
from llmlab.grading.intake import Submission


def write_whole(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a file whole or not at all; ``mode`` says who may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".part-", suffix=path.suffix)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def read_state(path: Path) -> dict:
    """Return what ``state.json`` remembers, by exercise; nothing when there is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


class Books:
    """The folders and the gradebook of one run."""

    def __init__(self, work: Path, exercise: str):
        self.work, self.exercise = work, exercise
        self.state_path = work / "state.json"

    def folder(self, step: str, student: str) -> Path:
        """Return where a student's notebook of one step lies (``submitted``, ``autograded``, ``feedback``)."""
        return self.work / step / student / self.exercise

    def gradebook(self):
        """Return nbgrader's gradebook, to be used with ``with``."""
        return gradebook.book(self.work)

    def state(self) -> dict:
        """Return what earlier runs have graded."""
        own = read_state(self.state_path).setdefault(self.exercise, {"solution": "", "students": {}})
        own.setdefault("begun", {})  # students whose grading has begun and not ended; true: of these, the new ones
        for student in own["students"].values():
            student.setdefault("solution", own["solution"])
        return own

    def save(self, state: dict) -> None:
        """Write what :meth:`state` has returned back to ``state.json``; other exercises stay as they are."""
        whole = read_state(self.state_path)
        whole[self.exercise] = state
        text = json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True)
        write_whole(self.state_path, text.encode())

    def mend(self, state: dict) -> None:
        """Undo what a run that was killed has left half done; those students are graded again."""
        for path in self.work.glob(".part-*"):
            if path.is_file():
                path.unlink()
        for student, new in state["begun"].items():
            if new:
                self.settle(student, fine=False, new=gradebook.exists(self.work))
                continue
            for step in ("submitted", "autograded"):  # what was not yet put aside is still the former one
                folder = self.folder(step, student)
                if (aside := self._aside(folder)).exists():
                    self._drop(folder)
                    aside.rename(folder)
            if student in state["students"]:  # the gradebook may hold some cells of both
                state["students"][student]["again"] = True
        if state["begun"]:
            state["begun"] = {}
            self.save(state)

    def stage(self, one: Submission) -> None:
        """Put a submission where nbgrader looks for it; keep the former one aside."""
        import nbformat

        for step in ("submitted", "autograded"):
            folder = self.folder(step, one.student)
            if folder.exists():
                self._drop(self._aside(folder))
                folder.rename(self._aside(folder))
        text = nbformat.writes(one.notebook) + "\n"
        write_whole(self.folder("submitted", one.student) / f"{self.exercise}.ipynb", text.encode())

    def settle(self, student: str, fine: bool, new: bool) -> None:
        """Drop what was kept aside or, after a failure, put it back and forget the new submission."""
        for step in ("submitted", "autograded"):
            folder = self.folder(step, student)
            aside = self._aside(folder)
            if not fine:
                shutil.rmtree(folder, ignore_errors=True)
                if aside.exists():
                    aside.rename(folder)
                elif folder.parent.is_dir() and not any(folder.parent.iterdir()):
                    folder.parent.rmdir()
            self._drop(aside)
        if not fine and new:
            from nbgrader.api import MissingEntry

            with self.gradebook() as book:
                with contextlib.suppress(MissingEntry):
                    book.remove_submission(self.exercise, student)
                with contextlib.suppress(MissingEntry):
                    if not book.student_submissions(student):
                        book.remove_student(student)

    @staticmethod
    def _drop(folder: Path) -> None:
        """Delete a folder so that, killed between, no half of it is taken for the whole."""
        if folder.exists():
            gone = folder.parent / f".part{folder.name}"
            shutil.rmtree(gone, ignore_errors=True)
            folder.rename(gone)
            shutil.rmtree(gone, ignore_errors=True)

    @staticmethod
    def _aside(folder: Path) -> Path:
        return folder.parent / f".{folder.name}.before"

    def graded_by_hand(self, students: Collection[str]) -> dict[str, dict[str, str]]:
        """Return the written answers that a person has graded, by student and grade_id, as they were read."""
        import nbformat
        from nbgrader import api

        from llmlab.grading.preprocessors import answer

        with self.gradebook() as book:
            rows = gradebook.grades(book, self.exercise, api.Student.id, api.BaseCell.name)
            rows = rows.filter(api.Grade.manual_score.isnot(None), ~api.Grade.needs_manual_grade).all()
        names: dict[str, set[str]] = {}
        for student, cell in rows:
            names.setdefault(student, set()).add(cell)
        found = {}
        for student in names.keys() & students:
            try:
                cells = nbformat.read(self.folder("autograded", student) / f"{self.exercise}.ipynb", as_version=4).cells
            except (OSError, ValueError):  # then the answer waits for a person again
                continue
            marked = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in cells if cell.cell_type == "markdown"}
            found[student] = {name: answer(marked[name]) for name in names[student] & set(marked)}
        return found

    def late(self, student: str) -> list[str]:
        """Return the cells that were stopped at the time limit."""
        import nbformat

        path = self.folder("autograded", student) / f"{self.exercise}.ipynb"
        cells = []
        for number, cell in enumerate(nbformat.read(path, as_version=4).cells, 1):
            for output in cell.get("outputs", []):
                if output.output_type == "error" and output.ename == "CellTimeoutError":
                    cells.append(cell.metadata.get("nbgrader", {}).get("grade_id") or f"{number} 番目")
        return cells
