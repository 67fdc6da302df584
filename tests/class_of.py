"""A class made from the zoo: notebooks as students hand them in, and what is truly wrong with each answer.

``python tests/class_of.py make 05_bert_structure 200 FOLDER`` writes the notebooks and ``FOLDER.csv``, the truth.
Grade them (``make grade``) and report with names (``make report … NAMES=1``); then ``python tests/class_of.py
compare FOLDER.csv REPORT.csv`` says how often the report names the misconception that is there.

Each graded cell of each student is drawn by itself: a right answer, a named misconception as it stands in
``tests/submissions/``, one whose variables have other names, one with a further small change (a mutant of it), a
mutant of the reference answer (wrong, but no named misconception), or nothing.
"""

from __future__ import annotations

import argparse
import ast
import copy
import csv
import random
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

import nbformat

from llmlab.grading import release, zoo

# What an answer is, how often, and what the table of ``compare`` calls it.
KINDS = {
    "right": (0.50, "正答"),
    "same": (0.12, "誤解、そのまま"),
    "renamed": (0.12, "誤解、変数名を変えた"),
    "changed": (0.11, "誤解、さらに 1 か所変えた"),
    "mutant": (0.10, "模範解答の変異体"),
    "blank": (0.05, "未記入"),
}
NAMED = ("same", "renamed", "changed")
TRUTH = ["学生", "課題", "種類", "誤解", "期待する得点"]


class Renamed(ast.NodeTransformer):
    """Gives other names to the variables that a function assigns; its arguments keep theirs."""

    def visit_FunctionDef(self, node):
        kept = {one.arg for one in ast.walk(node) if isinstance(one, ast.arg)}
        outside = {name for one in ast.walk(node) if isinstance(one, ast.Global | ast.Nonlocal) for name in one.names}
        own = [one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)]
        others = {name: f"my_{name}" for name in own if name not in kept | outside}
        for one in ast.walk(node):
            if isinstance(one, ast.Name):
                one.id = others.get(one.id, one.id)
        return node


def renamed(source: str) -> str:
    return ast.unparse(Renamed().visit(ast.parse(source)))


def changed(source: str, chance: random.Random) -> str:
    """Return a mutant of any line of an answer; the answer itself when no operator fits."""
    numbers = set(range(1, source.count("\n") + 2))
    names = zoo.operators()
    for name in chance.sample(names, len(names)):
        if found := list(zoo._mutations(source, name, numbers)):
            return chance.choice(found)[1]
    return source


def blanks(exercise: str) -> nbformat.NotebookNode:
    """Return the student version."""
    with tempfile.TemporaryDirectory() as folder:
        release.generate(Path(folder))
        return nbformat.read(Path(folder) / exercise / f"{exercise}.ipynb", as_version=4)


def make(name: str, count: int, folder: Path, seed: int = 0) -> list[list]:
    """Write ``count`` notebooks into ``folder``; return the rows of the truth.

    Points that must come out are known where every answer of a student is one that the zoo has a score vector for.
    """
    exercise, blank, chance = zoo.Exercise.load(name), blanks(name), random.Random(f"{name} {seed}")
    several = defaultdict(list)
    for path in zoo.paths(name):
        one = zoo.read(path, exercise)
        if set(one.cells) == {one.cell}:  # what changes other cells too would mix with their own answers
            several[one.kind, one.cell].append(one)
    mutants = defaultdict(list)
    for mutant in zoo.mutants(exercise):
        mutants[mutant.cell].append(mutant)
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for number in range(count):
        answers, points, student = {}, dict(exercise.points), f"s{number + 1:03d}"
        parts = []
        for cell in exercise.tests:
            kind = chance.choices(list(KINDS), [share for share, _ in KINDS.values()])[0]
            source, truth, expected = exercise.source(cell), "", exercise.points
            if kind == "right" and several["right", cell] and chance.random() < 0.8:
                source = chance.choice(several["right", cell]).cells[cell]
            elif kind in NAMED:
                one = chance.choice(several["wrong", cell])
                source, truth, expected = one.cells[cell], one.path.stem, one.expected
                try:
                    source = renamed(source) if kind == "renamed" else source
                    source = changed(source, chance) if kind == "changed" else source
                except SyntaxError:  # a misconception that is no Python stays as it is
                    kind = "same"
            elif kind == "mutant":
                source = chance.choice(mutants[cell]).source
            if kind in ("changed", "mutant", "blank"):
                points = None
            elif points:
                points = {test: min(points[test], expected[test]) for test in points}
            if kind != "blank":
                marks = zoo.BEGIN, zoo.END
                answers[cell] = "\n".join(
                    line for line in source.split("\n") if not any(mark in line for mark in marks)
                )
            parts.append([student, cell, kind, truth])
        own = copy.deepcopy(blank)
        for cell in own.cells:
            key = cell.metadata.get("nbgrader", {}).get("grade_id")
            if key in answers:
                cell.source = answers[key]
            elif key and cell.cell_type == "markdown" and cell.metadata.nbgrader.get("solution"):
                cell.source = f"{student} の答えです。講義で測った数を見ると、そう言えます。"
        nbformat.write(own, folder / f"{student}.ipynb")
        total = "" if points is None else " ".join(f"{test}={value:g}" for test, value in points.items())
        rows += [[*part, total] for part in parts]
    return rows


def compare(truth: Path, report: Path) -> str:
    """Return, for each kind of answer, what the report says of it.

    Parameters
    ----------
    truth
        The table that :func:`make` gave.
    report
        The report's CSV, with names instead of pseudonyms.
    """
    said, points = defaultdict(list), defaultdict(dict)
    for row in csv.DictReader(report.open(encoding="utf-8-sig")):
        said[row["学生"], row["課題"]].append(row)
        points[row["学生"]][row["採点するセル"]] = row["得点"]
    counts, off, known = defaultdict(Counter), [], {}
    for row in csv.DictReader(truth.open(encoding="utf-8-sig")):
        own = [one for one in said[row["学生"], row["課題"]] if one["誤答の種類"]]
        count = counts[row["種類"]]
        count["課題"] += 1
        if row["期待する得点"]:
            known[row["学生"]] = row["期待する得点"]
        if not own:
            count["満点"] += 1
            continue
        like = own[0]["似ている誤解"]
        if like:
            count["その誤解" if like == row["誤解"] else "別の誤解"] += 1
        else:
            count[own[0]["誤答の種類"]] += 1
    for student, wanted in known.items():
        if dict(one.split("=") for one in wanted.split()) != {
            cell: got for cell, got in points[student].items() if f"{cell}=" in wanted
        }:
            off.append(student)
    head = ["課題", "満点", "その誤解", "別の誤解", "正答例に近い", "どれにも似ていない", "未記入"]
    lines = [["答え", *head]]
    lines += [[text, *(str(counts[kind][name]) for name in head)] for kind, (_, text) in KINDS.items()]
    end = f"得点が分かっている {len(known)} 人のうち、採点と合わない人: {len(off)} {' '.join(off)}"
    return zoo.columns(lines) + "\n" + end.rstrip()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("make")
    one.add_argument("exercise")
    one.add_argument("count", type=int)
    one.add_argument("folder", type=Path)
    one.add_argument("--seed", type=int, default=0)
    two = commands.add_parser("compare")
    two.add_argument("truth", type=Path)
    two.add_argument("report", type=Path)
    chosen = parser.parse_args()
    if chosen.command == "compare":
        print(compare(chosen.truth, chosen.report))
        return 0
    release.find(chosen.exercise)
    rows = make(chosen.exercise, chosen.count, chosen.folder, chosen.seed)
    with chosen.folder.with_suffix(".csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([TRUTH, *rows])
    print(f"{chosen.folder}: {chosen.count} notebooks; {chosen.folder.with_suffix('.csv')}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
