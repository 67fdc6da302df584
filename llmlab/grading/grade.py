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
import functools
import hashlib
import logging
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from llmlab.errors import CourseError
from llmlab.grading import autograde, dispatch, fence, gradebook, results, verdicts
from llmlab.grading.archives import File
from llmlab.grading.autograde import LIMIT
from llmlab.grading.books import Books, write_whole
from llmlab.grading.intake import Submission, check, collect
from llmlab.grading.notebooks import released
from llmlab.grading.refused import Refused
from llmlab.grading.release import ROOT, config, convert, find, names
from llmlab.grading.results import DONE, LATE, REFUSED, SAME, Report, Row, point
from llmlab.grading.roster import Roster
from llmlab.runtime import cores


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
    from nbgrader.api import InvalidEntry
    from sqlalchemy.exc import SQLAlchemyError

    start = time.monotonic()
    # nbgrader writes a traceback there before it raises what becomes one sentence below.
    logging.getLogger("tornado.application").addHandler(logging.NullHandler())
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
    except (InvalidEntry, SQLAlchemyError) as error:
        raise gradebook.trouble(work, error) from error


def _grade(exercise, path, found, work, limit, workers, again, root, sandbox, say, start) -> Report:
    import nbformat

    books = Books(work, exercise)
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
        "environment": autograde.environment(workers),
        "database": gradebook.server(),
        "sandbox": sandbox,
    }
    by_name = {one.student: one for one in fresh}
    graded: list[str] = []
    stopped: dict[str, str] = {}

    failed: list[dict] = []

    def finish(task: dict, said: str) -> None:
        one = by_name[task["student"]]
        if gradebook.is_full(said) and not verdicts.word(said):
            raise CourseError(f"「{work}」に書けません。{gradebook.FULL}")
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
        common["fenced"] = autograde.can_fork()
        if fresh and common["fenced"] and not dispatch.scheduler():
            common["environment"] |= autograde.start_parent(stack, exercise, release(exercise), root, sandbox)
        run = dispatch.run
        if dispatch.scheduler() and fresh:
            run = stack.enter_context(dispatch.Cluster(dispatch.scheduler(), common)).run
        tasks = [common | {"student": one.student, "autograde": True} for one in fresh]
        run(autograde.grade_one, tasks, workers, finish, held)
        if failed:
            gradebook.wait(work)  # a server that restarts
            run(autograde.grade_one, failed, 1, finish, held)

    points, rows, prints = results.read_scores(work, exercise)
    stale = [name for name, value in prints.items() if name in known and known[name].get("feedback") != value]
    stale_first = [name for name in stale if name not in graded]

    def written(task: dict, said: str) -> None:
        if said:
            rows[task["student"]].note = "フィードバックを書けませんでした。"

    again_tasks = [common | {"student": name, "autograde": False} for name in stale_first]
    dispatch.run(autograde.grade_one, again_tasks, workers, written, held)
    for name in stale:
        known[name]["feedback"] = prints[name]
    changes = results.changed(known, rows, solution)
    if mended or changes:
        write_whole(work / f"{exercise}-changes.csv", results.changes_csv(changes).encode("utf-8-sig"))
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
    write_whole(target, results.scores_csv(points, ordered).encode("utf-8-sig"))
    seconds = time.monotonic() - start
    return Report(exercise, points, ordered, sorted(graded), seconds, target, changes, regraded)


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


def _received(one: Submission, memory: dict) -> str:
    """Return when a notebook came in (ISO 8601): a file that is downloaded again does not come in later."""
    moment = datetime.fromtimestamp(one.modified, UTC).isoformat(timespec="seconds")
    if memory.get("digest") == one.digest and memory.get("received"):
        return min(moment, memory["received"])
    return moment


def _holds(books: Books) -> bool:
    """Whether the gradebook knows the exercise: it may be another one than before."""
    from nbgrader.api import MissingEntry

    with books.gradebook() as book:
        try:
            return bool(book.find_assignment(books.exercise).notebooks)
        except MissingEntry:
            return False


def _remember(books: Books, known: dict, exercise: str) -> None:
    """Keep everybody's scores before a changed solution notebook replaces them."""
    from nbgrader.api import MissingEntry

    try:
        _, rows, _ = results.read_scores(books.work, exercise)
    except MissingEntry:  # another exercise's gradebook
        return
    for student, memory in known.items():
        if student in rows:
            row = rows[student]
            # After a run that was cut short: what stood before that one.
            memory.setdefault("was", {"total": row.total, "cells": row.scores})


def _stored(
    books: Books, known: dict, there: set[str], exercise: str, release, exercises
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
    print(results.table(report))
    print(
        f"{len(report.rows)} 人中、今回採点したのは {len(report.graded)} 人です（{report.seconds:.0f} 秒）。"
        f"点数: {report.csv}  フィードバック: {report.csv.parent / 'feedback'}"
    )
    if report.regraded:
        print(
            f"解答のノートブックが変わったので、採点し直しました。点数が変わったのは {len(report.changes)} 人です。"
        )
    for one in report.changes:
        cells = "、".join(f"{cell} {point(old)} → {point(new)}" for cell, (old, new) in one.cells.items())
        print(f"  {one.student}: {point(one.before)} → {point(one.after)}（{cells}）")
    if any(row.manual for row in report.rows):
        print(
            "記述の採点が残っています。`python -m llmlab.grading formgrader` で採点し、もう一度採点してください。"
        )
    for row in report.refused:
        print(f"✗ 採点できませんでした: {row.student}: {row.note}", file=sys.stderr)
    return 1 if report.refused else 0
