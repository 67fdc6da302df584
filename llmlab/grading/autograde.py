"""One submission through nbgrader, in a process of its own: settings, the kernels' environment and parent, the steps.

:mod:`llmlab.grading.dispatch` starts the process and calls :func:`grade_one` in it.
"""

from __future__ import annotations

import contextlib
import glob
import os
import socket
import zlib
from collections.abc import Mapping
from pathlib import Path

from llmlab.grading import fence, gradebook, preload, verdicts
from llmlab.grading.release import ROOT, config, find, log
from llmlab.runtime import cores

LIMIT = 30  # seconds for one cell


def settings_for(work: Path, exercise: str, root: Path, limit: float = LIMIT, fenced: bool = True):
    """Return nbgrader's settings with the folders of one run; kernels are forked where ``fenced``."""
    settings = config()
    settings.FencedExecute.fenced = fenced
    settings.FencedExecute.extra = extra_cells(exercise, root)
    course = settings.CourseDirectory
    course.root = str(work)
    course.source_directory = str(root / "solutions")
    for step in ("submitted", "autograded", "feedback"):
        course[f"{step}_directory"] = step
    course.db_url = gradebook.address(work)
    course.assignment_id = exercise
    settings.Execute.timeout = int(limit)
    return settings


def extra_cells(exercise: str, root: Path = ROOT) -> list[str]:
    """Return the sources of an exercise's cells that go deeper: no points rest on them."""
    import nbformat

    cells = nbformat.read(find(exercise, root), as_version=4).cells
    return [
        cell.source
        for cell in cells
        if cell.cell_type == "code" and "extra" in cell.metadata.get("tags", []) and "nbgrader" not in cell.metadata
    ]


def environment(workers: int) -> dict[str, str]:
    """Return what the kernels find in their environment: their share of the cores, the course's package."""
    threads = str(max(1, cores() // workers))
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        "HF_HUB_OFFLINE": "1",
        "MKL_NUM_THREADS": threads,
        "OMP_NUM_THREADS": threads,
        "PATH": os.environ["PATH"],
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join(paths),
        "TOKENIZERS_PARALLELISM": "false",
    }


def can_fork() -> bool:
    """Return whether kernels can be forked on this system; on Windows each starts anew."""
    return hasattr(os, "fork")


def start_parent(stack: contextlib.ExitStack, exercise: str, blank, root: Path, sandbox: bool) -> dict[str, str]:
    """Start the process that kernels are forked from; return what names it in the environment.

    Parameters
    ----------
    stack
        Ends it.
    blank
        The exercise's notebook as students get it: what its cells import is imported once.

    Raises
    ------
    CourseError
        When there must be a fence and is none.
    """
    import nbformat

    if fence.demand(sandbox).kind == "cold":
        return {preload.VARIABLE: preload.EACH}
    modules = preload.imported(nbformat.read(find(exercise, root), as_version=4))
    extra = extra_cells(exercise, root)
    cells = [cell.source for cell in blank.cells if cell.cell_type == "code" and cell.source not in extra]
    parent = stack.enter_context(preload.parent(modules, cells, root=root, sandbox=sandbox))
    return {preload.VARIABLE: str(parent.folder)}


def parent_answers(environment: Mapping[str, str]) -> bool:
    """Return whether the parent that an environment names still runs; true where each kernel has its own."""
    folder = environment.get(preload.VARIABLE, preload.EACH)
    if folder == preload.EACH:
        return True
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(Path(folder, preload.SOCKET)))
        except OSError:
            return False
    return True


def grade_one(pipe, task: dict) -> None:
    """Autograde one submission, or only write its feedback; send back what went wrong, ``""`` if nothing."""
    from nbgrader.converters import Autograde, GenerateFeedback
    from nbgrader.coursedir import CourseDirectory

    from llmlab.grading.execute import FencedExecute

    os.environ.update(task["environment"])
    os.environ[preload.SEED] = str(zlib.crc32(f"{task['exercise']}/{task['student']}".encode()))
    # What nbgrader and the kernel print is kept out of the instructor's table.
    with open(os.devnull, "w") as nothing:
        os.dup2(nothing.fileno(), 1)
        os.dup2(nothing.fileno(), 2)
    settings = settings_for(Path(task["work"]), task["exercise"], Path(task["root"]), task["limit"], task["fenced"])
    settings.CourseDirectory.student_id = glob.escape(task["student"])
    settings.SaveScores.graded = task.get("graded", {})
    course = CourseDirectory(config=settings)
    said = ""
    with log() as lines:
        try:
            for converter in [Autograde, GenerateFeedback] if task["autograde"] else [GenerateFeedback]:
                converter(coursedir=course, config=settings, force=True).start()
        except BaseException as error:
            said = "\n".join([*lines, f"{type(error).__name__}: {error}"])[-4000:]
            if FencedExecute.stopped:
                said = verdicts.pack(FencedExecute.stopped)
    pipe.send(said)
    pipe.close()
