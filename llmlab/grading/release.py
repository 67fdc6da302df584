"""The student version of every exercise, made by nbgrader from ``solutions/``: the same bytes each time."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import shutil
import sys
import tempfile
from pathlib import Path

from llmlab.errors import CourseError

ROOT = Path(__file__).resolve().parents[2]
MARKS = ("BEGIN SOLUTION", "END SOLUTION", "BEGIN HIDDEN TESTS", "END HIDDEN TESTS")


def names(root: Path = ROOT) -> list[str]:
    """Return the names of all exercises: the folders of ``solutions/`` that hold a notebook of their name."""
    return sorted(
        path.stem for path in (root / "solutions").glob("*/*.ipynb") if path.parent.name == path.stem
    )


def find(name: str, root: Path = ROOT) -> Path:
    """Return the notebook with the answers of one exercise.

    Raises
    ------
    CourseError
        When there is no such exercise.
    """
    path = root / "solutions" / name / f"{name}.ipynb"
    if name not in names(root):
        known = "、".join(names(root)) or "なし"
        raise CourseError(f"演習「{name}」はありません。次のどれかを指定してください: {known}")
    return path


def config():
    """Return the settings of ``nbgrader_config.py``, for nbgrader's own classes.

    nbgrader calls ``alembic`` by name, so the environment's programs are put first on ``PATH``.
    """
    from traitlets.config.loader import PyFileConfigLoader

    programs = str(Path(sys.executable).parent)
    if programs not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = programs + os.pathsep + os.environ.get("PATH", "")
    return PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()


def fingerprint(name: str, root: Path = ROOT) -> str:
    """Return a digest of what an exercise's points rest on: its code, tests and answers, no text, badge or address.

    Raises
    ------
    CourseError
        Unknown exercise.
    """
    import nbformat

    parts = [
        [cell.cell_type, cell.source, cell.metadata.get("nbgrader"), cell.metadata.get("tags")]
        for cell in nbformat.read(find(name, root), as_version=4).cells
        if cell.get("id") != "setup" and (cell.cell_type == "code" or "nbgrader" in cell.metadata)
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@contextlib.contextmanager
def log():
    """Give nbgrader's converters a logger that keeps their lines instead of printing them."""
    from traitlets.log import get_logger

    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())
    logger = get_logger()
    others, level, propagate = logger.handlers[:], logger.level, logger.propagate
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(logging.INFO)
    try:
        yield lines
    finally:
        logger.handlers, logger.propagate = others, propagate
        logger.setLevel(level)


def convert(name: str, destination: Path, database: str = "", root: Path = ROOT) -> None:
    """Write the student version of one exercise below ``destination`` and its cells into a gradebook.

    Parameters
    ----------
    destination
        Gets ``NAME/NAME.ipynb``.
    database
        The gradebook's address (``sqlite:///…``); ``""`` for none.

    Raises
    ------
    CourseError
        When nbgrader refuses the notebook.
    """
    from nbgrader.converters import GenerateAssignment
    from nbgrader.converters.base import NbGraderException
    from nbgrader.coursedir import CourseDirectory

    find(name, root)
    settings = config()
    settings.CourseDirectory.root = str(root)
    settings.CourseDirectory.release_directory = str(destination.resolve())
    if database:
        settings.CourseDirectory.db_url = database
    else:
        settings.GenerateAssignment.no_database = True
        settings.SaveCells.enabled = False
    settings.CourseDirectory.assignment_id = name
    settings.CourseDirectory.notebook_id = name  # a copy that lies beside, 05-Copy1.ipynb say, is no exercise
    course = CourseDirectory(config=settings)
    with log() as lines:
        try:
            GenerateAssignment(coursedir=course, config=settings, force=True).start()
        except NbGraderException as error:
            tail = "\n".join(lines[-12:])
            raise CourseError(
                f"演習「{name}」の学生版を作れません。次の記録を見て直してください。\n{tail}"
            ) from error


def generate(destination: Path, root: Path = ROOT) -> list[str]:
    """Write the student version of every exercise below ``destination``; return the exercises' names.

    Nothing appears there until all of them are made. What lies there for an exercise that no longer
    exists is removed.

    Raises
    ------
    CourseError
        When nbgrader refuses a notebook, or an answer or a hidden test would remain.
    """
    found = names(root)
    destination = Path(destination)
    with tempfile.TemporaryDirectory(prefix="llmlab-") as folder:
        made = Path(folder).resolve() / "release"
        made.mkdir()
        for name in found:
            convert(name, made, root=root)
            text = (made / name / f"{name}.ipynb").read_text(encoding="utf-8")
            if left := [mark for mark in MARKS if mark in text]:
                raise CourseError(
                    f"演習「{name}」の学生版に「{left[0]}」が残っています。区切りの行を直してください。"
                )
        destination.mkdir(parents=True, exist_ok=True)
        for old in destination.iterdir():
            if old.is_dir() and old.name not in found and list(old.glob("*.ipynb")):
                shutil.rmtree(old)
        for name in found:
            target = destination / name
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(made / name, target, copy_function=shutil.copyfile)
    return found


def main(arguments: list[str]) -> int:
    """Make ``exercises/`` again."""
    import argparse

    parser = argparse.ArgumentParser(prog="python -m llmlab.grading exercises", description=__doc__)
    parser.add_argument("destination", nargs="?", type=Path, default=ROOT / "exercises")
    options = parser.parse_args(arguments)
    for name in generate(options.destination):
        print(f"{options.destination.name}/{name}/{name}.ipynb")
    return 0
