"""Grades what a class handed in with nbgrader: checks each, autogrades, writes scores and feedback.

The submissions are a folder or a zip, also as a learning system gives it (:mod:`llmlab.grading.intake`).

What it makes lies in one folder (``grading/`` unless told): ``gradebook.db``, ``submitted/``, ``autograded/``
and ``feedback/`` as nbgrader has them, ``EXERCISE.csv``, ``EXERCISE-moodle.zip`` (feedback, where submissions came from
Moodle), and ``state.json``, which remembers what has been graded. A second run grades what is new or changed; manual
scores and comments stay in the gradebook. When the solution notebook has changed, a hidden test mended say, everybody
is graded again, from ``submitted/`` where the folder no longer holds the notebook, and ``EXERCISE-changes.csv`` lists
whose points changed.

Submissions run without a network inside a fence (:mod:`llmlab.grading.fence`), in kernels that are forked from one
process with torch and the exercise's modules in memory (:mod:`llmlab.grading.preload`).
"""

from __future__ import annotations

import logging
import sys
import tempfile
import time
from pathlib import Path

from llmlab.errors import CourseError
from llmlab.grading import dispatch, fence, gradebook, results
from llmlab.grading.autograde import LIMIT
from llmlab.grading.books import Books
from llmlab.grading.classrun import ClassRun
from llmlab.grading.intake import collect
from llmlab.grading.refused import Refused
from llmlab.grading.release import ROOT, config, find
from llmlab.grading.results import Report, point
from llmlab.grading.roster import Roster


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
    find(exercise, root)  # an unknown exercise is said first
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
            run = ClassRun(
                Books(work, exercise), root, limit=limit, workers=workers, again=again, sandbox=sandbox, say=say
            )
            config()  # puts the environment's programs on PATH, which the gradebook needs
            run.look(found)
            work.mkdir(parents=True, exist_ok=True)
            with dispatch.alone(work) as held:
                report = run.run(found, held)
            report.seconds = time.monotonic() - start
            return report
    except OSError as error:
        raise CourseError(
            f"「{work}」に書けません（{error.strerror}）。空き容量と権限を確かめてください。"
        ) from error
    except (InvalidEntry, SQLAlchemyError) as error:
        raise gradebook.trouble(work, error) from error


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
    if report.moodle:
        print(f"Moodle に戻すフィードバックの zip: {report.moodle}")
    if report.regraded:
        print(
            f"解答のノートブックが変わったので、採点し直しました。点数が変わったのは {len(report.changes)} 人です。"
        )
    for one in report.changes:
        cells = "、".join(f"{cell} {point(old)} → {point(new)}" for cell, (old, new) in one.cells.items())
        print(f"  {one.student}: {point(one.before)} → {point(one.after)}（{cells}）")
    if any(row.manual for row in report.rows):
        print(
            "記述の採点が残っています。`make formgrader` で採点し、もう一度採点してください。"
        )
    for row in report.refused:
        print(f"✗ 採点できませんでした: {row.student}: {row.note}", file=sys.stderr)
    return 1 if report.refused else 0
