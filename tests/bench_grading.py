"""Grading's overhead against stock nbgrader: ``make bench`` (an idle machine).

Overhead is the time outside the graded cells. Stock is ``nbgrader autograde`` as it comes: one submission after
another, a cold kernel for each. Ours is the same command with kernels forked from the preloaded parent, inside the
fence. Both grade the same submissions in turn and must give the same scores. A table says where one submission's time
goes; from each way's own total its own graded cells are taken (in a cold kernel they also load what ours has loaded
before: that does not count as overhead). Then ``make grade`` (on all cores, feedback included) grades growing
classes: seconds per submission and the parent's memory must stay flat. From the largest class follows, on paper, what
10,000 submissions would take.

Examples: ``bench_grading.py`` (06, the table and the curve), ``bench_grading.py --all`` (all 13 at two submissions),
``bench_grading.py --sizes --curve 10 100 1000`` (the curve alone).
"""

import argparse
import collections
import contextlib
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from unittest import mock

import nbformat
import psutil
from nbconvert.preprocessors import ExecutePreprocessor
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.coursedir import CourseDirectory

from llmlab.grading import fence, grade, gradebook, release
from llmlab.grading.autograde import environment, settings_for, start_parent
from llmlab.grading.execute import FencedExecute
from llmlab.grading.notebooks import released
from llmlab.grading.order import is_hidden
from llmlab.grading.results import read_scores
from llmlab.grading.zoo import columns
from llmlab.runtime import cores

ROOT = release.ROOT


def answered(exercise: str):
    """Return an exercise as a student hands it in, with the reference's answers and no hidden tests."""
    reference = nbformat.read(release.find(exercise), as_version=4)
    marks = {cell.metadata.nbgrader.grade_id: cell for cell in reference.cells if "nbgrader" in cell.metadata}
    own = released(reference)
    for cell in own.cells:
        mark = cell.metadata.get("nbgrader", {})
        if mark.get("solution"):
            cell.source = marks[mark["grade_id"]].source
    return own


def write_class(folder: Path, exercise: str, number: int) -> None:
    """Write a class below ``folder/submitted``, and the gradebook."""
    text = nbformat.writes(answered(exercise))
    for student in range(number):
        path = folder / "submitted" / f"s{student:04}" / exercise / f"{exercise}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    release.config()
    gradebook.create(folder)
    with tempfile.TemporaryDirectory() as scratch:
        release.convert(exercise, Path(scratch), gradebook.address(folder), ROOT)


def autograde(folder: Path, exercise: str, ours: bool) -> float:
    """Run ``nbgrader autograde`` over a class; return its seconds."""
    config = folder / "nbgrader_config.py"  # nbgrader reads the one of the folder that it runs in
    own = "from llmlab.grading.autograde import settings_for\n"
    own += (
        f"c.merge(settings_for(Path({str(folder)!r}), {exercise!r}, Path({str(ROOT)!r})))\n" if ours else ""
    )
    config.write_text(
        f"from pathlib import Path\nc = get_config()\n{own}"
        f"c.CourseDirectory.root = {str(folder)!r}\n"
        f"c.CourseDirectory.source_directory = {str(ROOT / 'solutions')!r}\n"
        f"c.CourseDirectory.db_url = {gradebook.address(folder)!r}\n"
        # As in nbgrader_config.py: with nbgrader's own value a warning on stderr costs all points.
        "c.IgnorePattern.enabled = True\nc.IgnorePattern.pattern = r'[\\s\\S]'\n",
        encoding="utf-8",
    )
    # Our settings name the exercise themselves.
    command = [sys.executable, "-m", "nbgrader", "autograde", *([] if ours else [exercise]), "--force"]
    begin = time.monotonic()
    done = subprocess.run(
        command, cwd=folder, env=os.environ | environment(2), capture_output=True, text=True
    )
    seconds = time.monotonic() - begin
    if done.returncode:
        sys.exit(done.stderr[-3000:])
    return seconds


def scores(folder: Path, exercise: str) -> list:
    """Return every student's points by cell."""
    _, rows, _ = read_scores(folder, exercise)
    return [rows[name].scores for name in sorted(rows)]


@contextlib.contextmanager
def parent(exercise: str):
    """Start the preloaded parent as ``make grade`` does."""
    blank = released(nbformat.read(release.find(exercise), as_version=4))
    with contextlib.ExitStack() as stack:
        begin = time.monotonic()
        os.environ |= start_parent(stack, exercise, blank, ROOT, True)
        yield time.monotonic() - begin


def compare(exercise: str, number: int, rounds: int) -> dict:
    """Return seconds of both ways for one exercise."""
    cells = where(exercise, rounds)
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        folders = [Path(scratch, name) for name in ("stock", "ours")]
        for folder in folders:
            write_class(folder, exercise, number)
        with parent(exercise) as start:
            ours = autograde(folders[1], exercise, ours=True) / number
            stock = autograde(folders[0], exercise, ours=False) / number
        same = scores(folders[0], exercise) == scores(folders[1], exercise)
    return {
        "exercise": exercise,
        "submissions": number,
        "stock": stock,
        "of it graded cells": cells["stock"],
        "ours": ours,
        "of it graded cells here": cells["ours"],
        "overhead ratio": (stock - cells["stock"]) / (ours - cells["ours"]),
        "total ratio": stock / ours,
        "parent starts in": start,
        "same scores": same,
    }


@contextlib.contextmanager
def stopwatch():
    """Yield seconds by stage of what nbgrader runs in this process: start, other and graded cells, checks, end."""
    spent = collections.Counter()
    setup, cell, check = ExecutePreprocessor.setup_kernel, ExecutePreprocessor.preprocess_cell, FencedExecute._check

    @contextlib.contextmanager
    def watched_setup(self, **named):
        begin = time.monotonic()
        with setup(self, **named):
            spent["kernel starts"] += time.monotonic() - begin
            yield
            begin = time.monotonic()
        spent["kernel ends"] += time.monotonic() - begin

    def watched_cell(self, one, *arguments):
        begin, before = time.monotonic(), spent["checks"]
        try:
            return cell(self, one, *arguments)
        finally:
            kind = "graded cells" if is_hidden(one) else "other cells"
            spent[kind] += time.monotonic() - begin - (spent["checks"] - before)

    async def watched_check(self, one):
        begin = time.monotonic()
        await check(self, one)
        spent["checks"] += time.monotonic() - begin

    with (
        mock.patch.object(ExecutePreprocessor, "setup_kernel", watched_setup),
        mock.patch.object(ExecutePreprocessor, "preprocess_cell", watched_cell),
        mock.patch.object(FencedExecute, "_check", watched_check),
    ):
        yield spent


def where(exercise: str, rounds: int) -> dict[str, float]:
    """Print where the time of one submission goes, stock and ours; return the seconds of its graded cells.

    Medians of some rounds after a first.
    """
    stages = ["kernel starts", "other cells", "graded cells", "checks", "kernel ends", "nbgrader", "feedback"]
    found = {way: [] for way in ("stock", "ours")}
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch, parent(exercise):
        write_class(Path(scratch), exercise, 1)
        for number in range(rounds + 1):
            for way, rows in found.items():
                settings = settings_for(Path(scratch), exercise, ROOT)
                if way == "stock":
                    settings.Autograde.autograde_preprocessors = Autograde.autograde_preprocessors.default_args[0]
                settings.CourseDirectory.student_id = "*"
                course = CourseDirectory(config=settings)
                begin = time.monotonic()
                with stopwatch() as spent:
                    Autograde(coursedir=course, config=settings, force=True).start()
                spent["nbgrader"] = time.monotonic() - begin - spent.total()
                begin = time.monotonic()
                GenerateFeedback(coursedir=course, config=settings, force=True).start()
                spent["feedback"] = time.monotonic() - begin
                if number:
                    rows.append(spent)
    medians = {stage: [statistics.median(one[stage] for one in rows) for rows in found.values()] for stage in stages}
    lines = [[stage, *(f"{value:.2f}" for value in values)] for stage, values in medians.items()]
    print(columns([[f"seconds of {exercise}", *found], *lines]), flush=True)
    return dict(zip(found, medians["graded cells"], strict=True))


def on_paper(row: dict, number: int = 10_000, machine_cores: int = 16) -> str:
    """Return what a class of ``number`` would take, from the seconds and bytes of one that was graded."""
    core_seconds = row["each"] * cores() * number
    return (
        f"{number:,} submissions on paper: {core_seconds / 3600:.1f} core hours, "
        f"{core_seconds / cores() / 3600:.1f} h here, {core_seconds / machine_cores / 60:.0f} min on {machine_cores} "
        f"cores that are as fast, {row['MB on disk'] / row['submissions'] * number / 1e3:.1f} GB on disk"
    )


def curve(exercise: str, sizes: list[int]) -> list[dict]:
    """Grade growing classes with ``grade.grade``; return seconds per submission and the parent's memory."""
    rows = []
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
            folder = Path(scratch, "in")
            folder.mkdir()
            text = nbformat.writes(answered(exercise))
            for student in range(size):
                (folder / f"s{student:04}.ipynb").write_text(text, encoding="utf-8")
            memory = []

            def look(line: str, memory=memory) -> None:
                for process in psutil.Process().children(recursive=True):
                    with contextlib.suppress(psutil.Error):
                        if (
                            "llmlab.grading.preload" in " ".join(process.cmdline())
                            and process.name() != "bwrap"
                        ):
                            memory.append(process.memory_full_info().uss / 1e6)
                            return

            report = grade.grade(exercise, folder, Path(scratch, "out"), say=look)
            totals = {row.total for row in report.rows}
            rows.append(
                {
                    "submissions": size,
                    "seconds": report.seconds,
                    "each": report.seconds / size,
                    "parent MB, first": memory[0] if memory else 0.0,
                    "parent MB, last": memory[-1] if memory else 0.0,
                    "MB on disk": sum(one.stat().st_size for one in Path(scratch, "out").rglob("*") if one.is_file()) / 1e6,
                    "totals": sorted(totals),
                }
            )
            print(json.dumps(rows[-1], ensure_ascii=False), flush=True)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--exercise", default="06_bert_pretraining")
    parser.add_argument("--sizes", type=int, nargs="*", default=[10, 30])
    parser.add_argument("--rounds", type=int, default=3, help="of the table; --all takes one")
    parser.add_argument("--all", action="store_true", help="every exercise, two submissions each")
    parser.add_argument("--curve", type=int, nargs="*", default=[10, 30, 100])
    chosen = parser.parse_args()
    print(
        f"{platform.machine()}, {cores()} cores, load {os.getloadavg()[0]:.1f}. {fence.find().words}",
        flush=True,
    )
    rounds = 1 if chosen.all else chosen.rounds
    pairs = (
        [(name, 2) for name in release.names()]
        if chosen.all
        else [(chosen.exercise, n) for n in chosen.sizes]
    )
    total = [0.0, 0.0]
    for exercise, number in pairs:
        row = compare(exercise, number, rounds)
        total[0] += row["stock"]
        total[1] += row["ours"]
        said = {key: round(value, 2) if isinstance(value, float) else value for key, value in row.items()}
        print(json.dumps(said, ensure_ascii=False), flush=True)
    if chosen.all:
        print(
            f"all: stock {total[0]:.1f} s, ours {total[1]:.1f} s a submission, ratio {total[0] / total[1]:.1f}"
        )
    else:
        for row in curve(chosen.exercise, chosen.curve)[-1:]:
            print(on_paper(row))


if __name__ == "__main__":
    main()
