"""Grades what a class handed in with nbgrader: checks each, autogrades, writes scores and feedback.

The submissions are a folder or a zip, also as a learning system gives it (:mod:`llmlab.grading.intake`).

What it makes lies in one folder (``grading/`` unless told): ``gradebook.db``, ``submitted/``, ``autograded/``
and ``feedback/`` as nbgrader has them, ``EXERCISE.csv``, and ``state.json``, which remembers what has been
graded. A second run grades what is new or changed; manual scores and comments stay in the gradebook. When the
solution notebook has changed, a hidden test mended say, everybody is graded again, from ``submitted/`` where the
folder no longer holds the notebook, and ``EXERCISE-changes.csv`` lists whose points changed.

Submissions run without a network inside a fence (:mod:`llmlab.grading.fence`), in kernels that are forked from one
process with torch and the exercise's modules in memory (:mod:`llmlab.grading.preload`).
"""

from __future__ import annotations

import contextlib
import csv
import functools
import glob
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from llmlab.errors import CourseError
from llmlab.grading import dispatch, fence, gradebook, preload, verdicts
from llmlab.grading.archives import File
from llmlab.grading.intake import Submission, check, collect
from llmlab.grading.notebooks import released
from llmlab.grading.refused import Refused
from llmlab.grading.release import ROOT, config, convert, find, log, names
from llmlab.grading.roster import Roster
from llmlab.grading.zoo import columns
from llmlab.runtime import cores

LIMIT = 30  # seconds for one cell
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
    ``changes`` those whose points the changed solution notebook has changed, and ``regraded`` whether it has changed.
    """

    exercise: str
    points: dict[str, float]
    rows: list[Row]
    graded: list[str]
    seconds: float
    csv: Path
    changes: list[Change] = field(default_factory=list)
    regraded: bool = False

    @property
    def refused(self) -> list[Row]:
        """The submissions that could not be graded."""
        return [row for row in self.rows if row.status == REFUSED]


# ---- One submission through nbgrader, in a process of its own ----------------------------------------------


def settings_for(work: Path, exercise: str, root: Path, limit: float = LIMIT, fenced: bool = True):
    """Return nbgrader's settings with the folders of one run; kernels are forked where ``fenced``."""
    from nbgrader.converters import Autograde
    from nbgrader.preprocessors import Execute

    from llmlab.grading.execute import FencedExecute

    settings = config()
    steps = Autograde.autograde_preprocessors.default_args[0]
    steps = settings.Autograde.autograde_preprocessors.get_value(list(steps))
    settings.Autograde.autograde_preprocessors = [FencedExecute if step is Execute else step for step in steps]
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
    settings.Execute.startup_timeout = 120
    # nbgrader gives up a whole submission when a cell's last output comes late, as it does on a busy machine (4 s).
    settings.Execute.iopub_timeout = 60
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


def _work(pipe, task: dict) -> None:
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


def _why(said: str) -> str:
    """Return one sentence about what stopped a submission."""
    if verdicts.word(said):
        return verdicts.sentence(said)
    if said == "Timeout":
        return "【時間】全体の時間の上限を超えたので、止めました。終わらない処理がないか、開いて確かめてください。"
    if "DeadKernelError" in said or "Kernel died" in said:
        return "実行中にカーネルが落ちました。メモリの使いすぎか、強制終了がないか、開いて確かめてください。"
    if said == dispatch.ENDED:
        return said
    if "sqlalchemy" in said or "psycopg" in said or "sqlite3.OperationalError" in said:
        return "採点簿につながりませんでした。もう一度採点してください。"
    last = said.strip().splitlines()[-1] if said.strip() else "?"
    return f"nbgrader が処理できませんでした（{last[:200]}）。ノートブックを開いて確かめてください。"


# ---- A whole run --------------------------------------------------------------------------------------------


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


class _Books:
    """The folders and the gradebook of one run."""

    def __init__(self, work: Path, exercise: str):
        self.work, self.exercise = work, exercise
        self.state_path = work / "state.json"

    def folder(self, step: str, student: str) -> Path:
        return self.work / step / student / self.exercise

    def gradebook(self):
        return gradebook.book(self.work)

    def state(self) -> dict:
        """Return what earlier runs have graded."""
        own = read_state(self.state_path).setdefault(self.exercise, {"solution": "", "students": {}})
        own.setdefault("begun", {})  # students whose grading has begun and not ended; true: of these, the new ones
        for student in own["students"].values():
            student.setdefault("solution", own["solution"])
        return own

    def save(self, state: dict) -> None:
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


def _environment(workers: int) -> dict[str, str]:
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


def grade(
    exercise: str,
    submissions: Path,
    work: Path | None = None,
    *,
    limit: float = LIMIT,
    workers: int | None = None,
    again: bool = False,
    roster: Path | None = None,
    root: Path = ROOT,
    sandbox: bool = True,
    say=lambda text: None,
) -> Report:
    """Grade a folder or a zip of notebooks; see the module's text.

    Parameters
    ----------
    work
        Where everything is written; ``grading/`` of the checkout when not given.
    limit
        Seconds for one cell. A cell that takes longer is stopped and the next one runs.
    workers
        Submissions at the same time; one per core when not given.
    again
        Grade also what has not changed.
    roster
        A CSV with the list of students, for names that a learning system gives (:class:`roster.Roster`).
    sandbox
        Whether submissions must run inside a fence (:mod:`llmlab.grading.fence`).
    say
        Called with a line of progress.

    Raises
    ------
    CourseError
        Unknown exercise; a folder that is missing, empty or badly named; a zip that cannot be opened; a full
        disk; a gradebook that cannot be used; no fence on this machine.
    """
    from sqlalchemy.exc import SQLAlchemyError

    start = time.monotonic()
    path = find(exercise, root)
    submissions = Path(submissions)
    if not submissions.exists():
        raise CourseError(f"提出フォルダー「{submissions}」がありません。場所を確かめてください。")
    people = Roster(roster) if roster else None
    work = Path(work or root / "grading").resolve()
    if set("[]*?") & set(work.as_posix()):  # nbgrader would read them as a pattern
        raise CourseError(
            f"結果のフォルダー「{work}」の名前に [ ] * ? があります。別の場所を --out で指定してください。"
        )
    fence.demand(sandbox)
    try:
        gradebook.usable(work)
        with tempfile.TemporaryDirectory(prefix="llmlab-") as scratch:
            try:
                found = collect(submissions, Path(scratch), exercise, people)
            except Refused as refused:
                raise CourseError(f"提出「{submissions}」を開けません。{refused}") from refused
            if not found:
                raise CourseError(f"提出フォルダー「{submissions}」は空です。ノートブックを入れてください。")
            return _grade(exercise, path, found, work, limit, workers, again, root, sandbox, say, start)
    except OSError as error:
        raise CourseError(
            f"「{work}」に書けません（{error.strerror}）。空き容量と権限を確かめてください。"
        ) from error
    except SQLAlchemyError as error:
        raise gradebook.trouble(work, error) from error


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


def _grade(exercise, path, found, work, limit, workers, again, root, sandbox, say, start) -> Report:
    import nbformat

    books = _Books(work, exercise)
    config()  # puts the environment's programs on PATH, which the gradebook needs

    @functools.cache
    def release(name: str):
        return released(nbformat.read(find(name, root), as_version=4))

    for one in found:
        check(one, exercise, release, names(root))
    work.mkdir(parents=True, exist_ok=True)
    with dispatch.alone(work) as held:
        return _grade_alone(books, path, found, limit, workers, again, root, sandbox, say, start, release, held)


def _grade_alone(books, path, found, limit, workers, again, root, sandbox, say, start, release, held) -> Report:
    work, exercise = books.work, books.exercise
    state = books.state()
    known = state["students"]
    books.mend(state)
    solution = hashlib.sha256(path.read_bytes()).hexdigest()
    mended = state["solution"] not in ("", solution)
    regraded = mended or any("was" in memory for memory in known.values())
    good = [one for one in found if not one.problem]
    stored: list[Submission] = []
    if back := {name: memory for name, memory in known.items() if regraded or memory.get("again")}:
        stored = _stored(books, back, {one.student for one in good}, exercise, release, names(root))
        good += [one for one in stored if not one.problem]
    gradebook.create(work)
    if state["solution"] != solution or not _holds(books):
        _remember(books, known, exercise)
        books.save(state)  # killed in the next step, the scores before it are not lost
        with tempfile.TemporaryDirectory(prefix="llmlab-") as scratch:
            convert(exercise, Path(scratch), gradebook.address(work), root)
        state["solution"] = solution  # the tests have changed: everybody again; manual scores stay
        books.save(state)

    with books.gradebook() as book:
        before = {one.student.id for one in book.assignment_submissions(exercise)}
    fresh = [
        one
        for one in good
        if again
        or known.get(one.student, {}).get("digest") != one.digest
        or known[one.student]["solution"] != solution
        or known[one.student].get("again")
        or one.student not in before
        or not books.folder("autograded", one.student).is_dir()
    ]
    workers = max(1, min(workers or cores(), len(fresh) or 1))
    common = {
        "work": str(work),
        "exercise": exercise,
        "root": str(root),
        "limit": limit,
        "environment": _environment(workers),
        "database": gradebook.server(),
        "sandbox": sandbox,
    }
    by_name = {one.student: one for one in fresh}
    graded: list[str] = []
    stopped: dict[str, str] = {}

    failed: list[dict] = []

    def finish(task: dict, said: str) -> None:
        one = by_name[task["student"]]
        surely = verdicts.word(said) not in ("", verdicts.DIED)
        if said not in ("", "Timeout") and not surely and not task.get("second"):
            # A kernel may fail to start for reasons that are not the student's (a port taken meanwhile, memory
            # short for a moment): nobody is refused for that without a second try, alone.
            failed.append(task | {"second": True})
            say(f"{one.student} {_why(said)} もう一度だけ採点してみます。")
            return
        books.settle(one.student, not said, one.student not in before)
        state["begun"].pop(one.student, None)
        if said:
            one.problem = _why(said)
            stopped[one.student] = verdicts.TIME if said == "Timeout" else verdicts.word(said)
            known.pop(one.student, None)
        else:
            memory = known.get(one.student, {})
            known[one.student] = {
                "digest": one.digest,
                "late": books.late(one.student),
                "notes": one.notes,
                "received": _received(one, memory),
                "solution": solution,
            }
            if "was" in memory:
                known[one.student]["was"] = memory["was"]
            graded.append(one.student)
        books.save(state)
        say(f"{len(graded)}/{len(fresh)} {one.student} {one.problem}".rstrip())

    state["begun"] |= {one.student: one.student not in before for one in fresh}
    books.save(state)
    for one in fresh:
        books.stage(one)
        one.notebook = None
    with contextlib.ExitStack() as stack:
        ipython = stack.enter_context(tempfile.TemporaryDirectory(prefix="llmlab-"))
        common["environment"]["IPYTHONDIR"] = ipython
        common["fenced"] = can_fork()
        if fresh and common["fenced"] and not dispatch.scheduler():
            common["environment"] |= start_parent(stack, exercise, release(exercise), root, sandbox)
        run = dispatch.run
        if dispatch.scheduler() and fresh:
            run = stack.enter_context(dispatch.Cluster(dispatch.scheduler(), common)).run
        run(_work, [common | {"student": one.student, "autograde": True} for one in fresh], workers, finish, held)
        if failed:
            gradebook.wait(work)  # a server that restarts
            run(_work, failed, 1, finish, held)

    points, rows, prints = read_scores(work, exercise)
    stale = [name for name, value in prints.items() if name in known and known[name].get("feedback") != value]
    stale_first = [name for name in stale if name not in graded]

    def written(task: dict, said: str) -> None:
        if said:
            rows[task["student"]].note = "フィードバックを書けませんでした。"

    again_tasks = [common | {"student": name, "autograde": False} for name in stale_first]
    dispatch.run(_work, again_tasks, workers, written, held)
    for name in stale:
        known[name]["feedback"] = prints[name]
    changes = _changes(known, rows, solution)
    if mended or changes:
        write_whole(work / f"{exercise}-changes.csv", _changes_csv(changes).encode("utf-8-sig"))
    books.save(state)

    for name, row in rows.items():
        memory = known.get(name, {})
        row.status = DONE if name in graded else SAME
        notes = list(memory.get("notes", []))
        if memory.get("late"):
            row.status = LATE
            notes.append(f"{limit:g} 秒の上限で止めたセル: {'、'.join(memory['late'])}")
        if memory.get("solution", solution) != solution:
            notes.append("提出のノートブックがないので、直す前のテストの点のままです。")
        row.note = " ".join([*notes, *filter(None, [row.note])])
    for one in [*found, *stored]:
        if one.problem:
            row = rows.setdefault(one.student, Row(one.student, REFUSED))
            kept = "（前回の点数を残しています）" if row.scores else ""
            row.status, row.note = REFUSED, f"{one.path.name}: {one.problem}{kept}"
            row.verdict = stopped.get(one.student, "")
    ordered = [rows[name] for name in sorted(rows)]
    target = work / f"{exercise}.csv"
    write_whole(target, _csv(points, ordered).encode("utf-8-sig"))
    seconds = time.monotonic() - start
    return Report(exercise, points, ordered, sorted(graded), seconds, target, changes, regraded)


def _received(one: Submission, memory: dict) -> str:
    """Return when a notebook came in (ISO 8601): a file that is downloaded again does not come in later."""
    moment = datetime.fromtimestamp(one.modified, UTC).isoformat(timespec="seconds")
    if memory.get("digest") == one.digest and memory.get("received"):
        return min(moment, memory["received"])
    return moment


def _holds(books: _Books) -> bool:
    """Whether the gradebook knows the exercise: it may be another one than before."""
    from nbgrader.api import MissingEntry

    with books.gradebook() as book:
        try:
            return bool(book.find_assignment(books.exercise).notebooks)
        except MissingEntry:
            return False


def _remember(books: _Books, known: dict, exercise: str) -> None:
    """Keep everybody's scores before a changed solution notebook replaces them."""
    from nbgrader.api import MissingEntry

    try:
        _, rows, _ = read_scores(books.work, exercise)
    except MissingEntry:  # another exercise's gradebook
        return
    for student, memory in known.items():
        if student in rows:
            row = rows[student]
            # After a run that was cut short: what stood before that one.
            memory.setdefault("was", {"total": row.total, "cells": row.scores})


def _stored(
    books: _Books, known: dict, there: set[str], exercise: str, release, exercises
) -> list[Submission]:
    """Return the notebooks that earlier runs have graded, of students who are not in the folder now."""
    found = []
    for student, memory in known.items():
        path = books.folder("submitted", student) / f"{exercise}.ipynb"
        if student in there or not path.is_file():
            continue
        moment = datetime.fromisoformat(memory["received"]).timestamp() if memory.get("received") else 0.0
        one = Submission(student, path, files=[File(PurePosixPath(path.name), path, moment)])
        check(one, exercise, release, exercises)
        one.digest = memory.get("digest", "")  # of the file as it came, not as it was stored
        one.notes = [
            *memory.get("notes", []),
            *(note for note in one.notes if note not in memory.get("notes", [])),
        ]
        found.append(one)
    return found


def _changes(known: dict, rows: dict[str, Row], solution: str) -> list[Change]:
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


def _changes_csv(changes: list[Change]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["学籍番号", "前の合計", "今の合計", "変わったセル"])
    for one in changes:
        cells = "、".join(f"{cell} {_point(old)} → {_point(new)}" for cell, (old, new) in one.cells.items())
        writer.writerow([safe(one.student), _point(one.before), _point(one.after), safe(cells)])
    return text.getvalue()


def _point(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"


def read_scores(work: Path, exercise: str) -> tuple[dict[str, float], dict[str, Row], dict[str, str]]:
    """Return full points by cell, a row for each student, and a fingerprint of what feedback shows."""
    rows, prints = {}, {}
    with gradebook.book(work) as book:
        (notebook,) = book.find_assignment(exercise).notebooks
        points = {cell.name: cell.max_score for cell in notebook.grade_cells}
        for submission in book.assignment_submissions(exercise):
            (own,) = submission.notebooks
            scores, parts, manual = {}, [], False
            for one in own.grades:
                waits = one.manual_score is None and one.auto_score is None
                scores[one.name] = None if waits else one.score
                manual = manual or one.needs_manual_grade
                parts.append((one.name, one.auto_score, one.manual_score, one.extra_credit))
            parts += [(one.name, one.auto_comment, one.manual_comment) for one in own.comments]
            name = submission.student.id
            ordered = {cell: scores.get(cell) for cell in points}
            rows[name] = Row(name, SAME, ordered, submission.score, manual)
            prints[name] = hashlib.sha256(repr(sorted(parts, key=repr)).encode()).hexdigest()
    return points, rows, prints


def _csv(points: dict[str, float], rows: list[Row]) -> str:
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


def main(arguments: list[str]) -> int:
    """Grade a folder; return 1 when a submission could not be graded."""
    import argparse

    parser = argparse.ArgumentParser(prog="python -m llmlab.grading grade", description=__doc__)
    parser.add_argument("exercise", help="演習の名前（例: 05_bert_structure）")
    parser.add_argument("submissions", type=Path, help="提出されたノートブックのフォルダーか zip")
    parser.add_argument("--out", type=Path, help="結果を書くフォルダー（既定: grading）")
    parser.add_argument("--limit", type=float, default=LIMIT, help=f"1 つのセルの秒数の上限（既定: {LIMIT}）")
    parser.add_argument("--workers", type=int, help="同時に採点する数（既定: コアの数）")
    parser.add_argument("--roster", type=Path, help="名簿の CSV（学籍番号の列と、ユーザ ID や氏名の列）")
    parser.add_argument("--no-sandbox", action="store_true", help="囲いなしで実行する（提出物は何でもできます）")
    parser.add_argument("--again", action="store_true", help="変わっていない提出も採点する")
    chosen = parser.parse_args(arguments)
    if not chosen.exercise or str(chosen.submissions) in ("", "."):
        raise CourseError(
            "make grade EXERCISE=05_bert_structure SUBMISSIONS=提出フォルダー のように書いてください。"
        )
    report = grade(
        chosen.exercise,
        chosen.submissions,
        chosen.out,
        limit=chosen.limit,
        workers=chosen.workers,
        again=chosen.again,
        roster=chosen.roster,
        sandbox=not chosen.no_sandbox,
        say=lambda text: print(text, flush=True),
    )
    print(table(report))
    print(
        f"{len(report.rows)} 人中、今回採点したのは {len(report.graded)} 人です（{report.seconds:.0f} 秒）。"
        f"点数: {report.csv}  フィードバック: {report.csv.parent / 'feedback'}"
    )
    if report.regraded:
        print(
            f"解答のノートブックが変わったので、採点し直しました。点数が変わったのは {len(report.changes)} 人です。"
        )
    for one in report.changes:
        cells = "、".join(f"{cell} {_point(old)} → {_point(new)}" for cell, (old, new) in one.cells.items())
        print(f"  {one.student}: {_point(one.before)} → {_point(one.after)}（{cells}）")
    if any(row.manual for row in report.rows):
        print(
            "記述の採点が残っています。`python -m llmlab.grading formgrader` で採点し、もう一度採点してください。"
        )
    for row in report.refused:
        print(f"✗ 採点できませんでした: {row.student}: {row.note}", file=sys.stderr)
    return 1 if report.refused else 0


def formgrader(arguments: list[str]) -> int:
    """Open nbgrader's formgrader on the gradebook of ``grade``; other options go to JupyterLab."""
    import argparse

    parser = argparse.ArgumentParser(
        prog="python -m llmlab.grading formgrader", description=formgrader.__doc__
    )
    parser.add_argument("--out", type=Path, help="採点結果のフォルダー（既定: grading）")
    chosen, rest = parser.parse_known_args(arguments)
    work = (chosen.out or ROOT / "grading").resolve()
    if not gradebook.exists(work):
        raise CourseError(
            "採点結果がまだありません。先に `python -m llmlab.grading grade` を実行してください。"
        )
    gradebook.usable(work)
    config()
    print(
        f"画面が開かないときは、下の JupyterLab の URL の /lab を /formgrader に変えて開いてください（{work}）。"
    )
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={ROOT}"]
    command += ["--LabApp.default_url=/formgrader", *rest]
    return subprocess.call(command, cwd=ROOT, env=os.environ | {"LLMLAB_GRADING": str(work), "LLMLAB_FORMGRADER": "1"})
