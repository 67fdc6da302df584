"""What several test files share: the student edition and its wheel, made once; the scripts of data/build; reports."""

from __future__ import annotations

import importlib
import os
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def edition(tmp_path_factory) -> Path:
    """The student edition."""
    from llmlab.grading import student

    folder = tmp_path_factory.mktemp("edition") / "student"
    student.build(folder)
    return folder


@pytest.fixture(scope="session")
def wheel(edition, tmp_path_factory) -> Path:
    """The wheel, built from the student edition."""
    from llmlab.grading import student

    return student.wheel(edition, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def installed(wheel, tmp_path_factory) -> Path:
    """The wheel's content, as pip would put it into site-packages."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


BUILD = Path(__file__).resolve().parent.parent / "data" / "build"


@pytest.fixture(scope="session")
def build_script():
    """A function that imports a script of data/build by its name.

    data/build is no package: its scripts import one another from its folder, which stands first on the path while they
    do, and only then. A module of the same name from elsewhere stays what it was.
    """

    def load(name: str) -> ModuleType:
        known = sys.modules.get(name)
        if known is not None and Path(getattr(known, "__file__", None) or "").parent == BUILD:
            return known
        sys.path.insert(0, str(BUILD))
        try:
            sys.modules.pop(name, None)
            return importlib.import_module(name)
        finally:
            sys.path.remove(str(BUILD))

    return load


@pytest.fixture(scope="module")
def build_path():
    """data/build on the path for one file's tests: some scripts import others only when they are called."""
    sys.path.insert(0, str(BUILD))
    yield
    sys.path.remove(str(BUILD))


@pytest.fixture(scope="session")
def six(tmp_path_factory):
    """A class of six, graded on this machine into a SQLite gradebook: what every other way of grading must equal."""
    import time

    from llmlab.grading import grade, preload
    from tests import grading_class

    modules = preload.MODULES
    grading_class.light()
    root = tmp_path_factory.mktemp("six")
    folder = grading_class.write(root)
    start = time.monotonic()
    try:
        report = grade.grade("mini", folder, root / "work", limit=20, root=root)
    finally:
        preload.MODULES = modules
    seconds = time.monotonic() - start
    rows = {row.student: tuple("" if v is None else f"{v:g}" for v in row.scores.values()) for row in report.rows}
    assert rows == {name: (() if name == "dies" else points) for name, points in grading_class.SCORES.items()}
    work = root / "work"
    return grading_class.Graded(
        root, folder, work, seconds, grading_class.book_of(work), grading_class.feedback_of(work)
    )


@pytest.fixture(scope="module")
def light():
    """Keep torch out of the parent that kernels are forked from, for one file's tests."""
    from llmlab.grading import preload
    from tests import grading_class

    modules = preload.MODULES
    grading_class.light()
    yield
    preload.MODULES = modules


@pytest.fixture(scope="session")
def postgres():
    """A Postgres server, for tests that make a database of their own in it."""
    from tests import postgres

    if postgres.programs() is None:
        pytest.skip("no Postgres server on this machine")
    with postgres.Server() as server:
        yield server


def pytest_terminal_summary(terminalreporter, config):
    """Print what the notebooks took; their rows come with the reports, also from pytest-xdist's workers."""
    rows = [
        value
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in report.user_properties
        if name == "notebook"
    ]
    if rows:
        import runner

        text = runner.table(rows, at_once=getattr(config.option, "numprocesses", None) or 1)
        out = Path(os.environ.get("LLMLAB_TEST_OUT") or runner.ROOT / ".test-output")
        out.mkdir(parents=True, exist_ok=True)
        (out / "notebooks.txt").write_text(text + "\n", encoding="utf-8")
        terminalreporter.write_line(f"\n{text}")
