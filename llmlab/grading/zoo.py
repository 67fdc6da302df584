"""Proves the tests of the exercises: right answers pass, known misconceptions fail, mutants die.

``tests/submissions/EXERCISE/`` holds answers, each a file that replaces cells of the solution notebook::

    # misconception: √d で割り忘れる     (in right_*.py instead: "# approach: …")
    # scores: attention-test=0          (wrong_*.py only: every test cell without full points)
    # %% grade_id="attention"
    def attention(query, key): ...

Every answer runs with the hidden tests in a forked child (:mod:`llmlab.grading.forks`). Mutants are small
changes of the reference answer between ``### BEGIN SOLUTION`` and ``### END SOLUTION``, made by cosmic-ray's
operators that ``[tool.llmlab.mutation]`` of ``pyproject.toml`` names. A mutant that no test can tell from
the answer is explained in ``equivalent_mutants.toml``::

    [[mutant]]
    cell = "attention"
    operator = "core/NumberReplacer"
    before = "return scores.softmax(-1)"   # the line of the answer
    after = "return scores.softmax( -2)"   # the line of the mutant
    reason = "…"
    read_by = "…"
"""

from __future__ import annotations

import ast
import csv
import difflib
import math
import random
import re
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from llmlab.errors import CourseError
from llmlab.grading.forks import CELL_LIMIT, LIMIT, ForkServer, Job, Outcome
from llmlab.grading.reach import needed, reached
from llmlab.grading.release import ROOT, find, names

RIGHT_PER_CELL = 3
WRONG_PER_CELL = 6
EQUIVALENT_SHARE = 0.05
DRAWN_SHARE = 0.1
MUTANT_CELL_LIMIT = 3.0  # seconds of CPU: many mutants never end
SLOW = 4  # times the limits for a submission that they stopped: a long way round on a slow machine is no endless loop
PRELOADED = ("numpy", "torch", "transformers")

BEGIN = "BEGIN SOLUTION"
END = "END SOLUTION"
CELL = re.compile(r"""^# %%.*\bgrade_id=["']([^"']+)["'].*$""", re.MULTILINE)
HEADER = re.compile(r"^#\s*(misconception|approach|scores)\s*[:：]\s*(.*)$")
SCORE = re.compile(r"([\w.-]+)\s*=\s*([0-9.]+)")


@dataclass(frozen=True)
class Exercise:
    """A solution notebook as the zoo sees it.

    Attributes
    ----------
    cells
        ``(name, source)`` of each code cell; the name is the ``grade_id`` or else the cell's id.
    points
        Points of each automatically graded test cell, in order.
    tests
        For each solution cell its test cells: those that follow before the next solution cell.
    """

    name: str
    cells: list[tuple[str, str]]
    points: dict[str, float]
    tests: dict[str, list[str]]

    @classmethod
    def load(cls, name: str, root: Path = ROOT) -> Exercise:
        """Read ``solutions/NAME/NAME.ipynb``."""
        import nbformat

        notebook = nbformat.read(find(name, root), as_version=4)
        cells, points, tests = [], {}, {}
        current = None
        for number, cell in enumerate(notebook.cells):
            if cell.cell_type != "code":
                continue
            kind = cell.metadata.get("nbgrader", {})
            key = kind.get("grade_id") or cell.get("id") or str(number)
            cells.append((key, cell.source))
            if kind.get("solution") and not kind.get("grade"):
                current = key
                tests[current] = []
            elif kind.get("grade") and not kind.get("solution"):
                points[key] = float(kind["points"])
                if current:
                    tests[current].append(key)
        return cls(name, cells, points, {cell: found for cell, found in tests.items() if found})

    def source(self, cell: str) -> str:
        """Return the reference's source of one cell."""
        return dict(self.cells)[cell]

    def replaced(self, cells: dict[str, str]) -> list[tuple[str, str]]:
        """Return the cells up to the last test, some of them replaced."""
        last = max((place for place, (name, _) in enumerate(self.cells) if name in self.points), default=-1)
        return [(name, cells.get(name, source)) for name, source in self.cells[: last + 1]]

    def reached(self, cells: dict[str, str]) -> list[tuple[str, str]]:
        """Return :meth:`replaced` without the later cells that cannot notice the replaced ones."""
        notebook = self.replaced(cells)
        first = min(place for place, (name, _) in enumerate(notebook) if name in cells)
        wanted = reached(self.replaced({}), cells).union(*(self.tests.get(cell, []) for cell in cells))
        kept = needed(notebook, wanted)
        return [cell for place, cell in enumerate(notebook) if place < first or cell[0] in kept]

    def filled(self, outcomes: list[Outcome], reference: list[Outcome]) -> list[Outcome]:
        """Put the reference's outcomes where a cell was left out; none where the process ended early."""
        ran = {outcome.name for outcome in outcomes}
        missing = [outcome for outcome in reference if outcome.name in self.points and outcome.name not in ran]
        if (outcomes and outcomes[-1].status == "skipped") or any(one.status == "died" for one in outcomes):
            return [*outcomes, *(Outcome(one.name, "skipped") for one in missing)]
        return [*outcomes, *missing]

    def scores(self, outcomes: list[Outcome]) -> dict[str, float]:
        """Return the points of each test cell: all when it ran without an error, else 0, as nbgrader does."""
        passed = {outcome.name for outcome in outcomes if outcome.status == "ok"}
        return {cell: points if cell in passed else 0.0 for cell, points in self.points.items()}


@dataclass(frozen=True)
class Submission:
    """One file of the zoo.

    Attributes
    ----------
    kind
        ``right`` or ``wrong``.
    cell
        The solution cell that the file is about.
    text
        The misconception, or the approach.
    cells
        Sources by grade_id.
    expected
        Points by test cell, full ones included.
    """

    path: Path
    kind: str
    cell: str
    text: str
    cells: dict[str, str]
    expected: dict[str, float]


def folder(name: str, root: Path = ROOT) -> Path:
    """Return where the submissions of an exercise lie."""
    return root / "tests" / "submissions" / name


def paths(name: str, root: Path = ROOT) -> list[Path]:
    """Return the files of an exercise's right and wrong answers."""
    here = folder(name, root)
    return sorted([*here.glob("right_*.py"), *here.glob("wrong_*.py")])


def read(path: Path, exercise: Exercise) -> Submission:
    """Read one submission.

    Raises
    ------
    CourseError
        When the file breaks the format: it says how.
    """

    def broken(why: str) -> CourseError:
        return CourseError(f"提出例 {path.parent.name}/{path.name}: {why}")

    text = path.read_text(encoding="utf-8")
    kind = path.stem.partition("_")[0]
    pieces = CELL.split(text)
    header: dict[str, list[str]] = {}
    last = None
    for line in pieces[0].splitlines():
        if found := HEADER.match(line):
            last = found[1]
            header.setdefault(last, []).append(found[2])
        elif last and line.startswith("#"):
            header[last].append(line.lstrip("# "))
    cells = {name: body.strip("\n") for name, body in zip(pieces[1::2], pieces[2::2], strict=True)}
    if not cells:
        raise broken('セルがありません。`# %% grade_id="…"` の行を書いてください。')
    known = {name for name, _ in exercise.cells} - set(exercise.points)
    if unknown := sorted(set(cells) - known):
        raise broken(f"解答のセル {unknown[0]} は演習にありません。")
    stem = path.stem.partition("_")[2] + "_"
    about = [cell for cell in cells if stem.startswith(cell.replace("-", "_") + "_")]
    if not about:
        raise broken("ファイル名の kind_cell_name の cell が、置きかえるセルと合いません。")
    word = "misconception" if kind == "wrong" else "approach"
    said = " ".join(header.get(word, [])).strip()
    if not said:
        raise broken(f"1 行目に `# {word}: …` を書いてください。")
    expected = dict(exercise.points)
    if kind == "wrong":
        scores = {name: float(value) for name, value in SCORE.findall(" ".join(header.get("scores", [])))}
        if unknown := sorted(set(scores) - set(expected)):
            raise broken(f"テストのセル {unknown[0]} は演習にありません。")
        expected |= scores
        if expected == exercise.points:
            raise broken("`# scores:` に、満点にならないテストのセルがありません。")
    elif "scores" in header:
        raise broken("正答に `# scores:` は要りません。")
    return Submission(path, kind, max(about, key=len), said, cells, expected)


# ---- Mutants -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mutant:
    """One small change of the reference answer.

    ``before`` and ``after`` are the lines that differ, without their indentation; several are joined
    by a newline.
    """

    cell: str
    operator: str
    number: int
    source: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.cell} {self.operator}#{self.number}: {self.before!r} → {self.after!r}"


def operators(root: Path = ROOT) -> list[str]:
    """Return the names of the mutation operators, fixed in ``pyproject.toml``."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    return settings["tool"]["llmlab"]["mutation"]["operators"]


def solution_lines(source: str) -> set[int]:
    """Return the numbers (from 1) of the lines between the delimiters of the solution."""
    numbers, inside = set(), False
    for number, line in enumerate(source.split("\n"), 1):
        if END in line:
            inside = False
        if inside:
            numbers.add(number)
        if BEGIN in line:
            inside = True
    return numbers


def mutants(exercise: Exercise, chosen: list[str] | None = None) -> list[Mutant]:
    """Return every mutant of every graded solution cell, in a fixed order, each source once."""
    found = []
    for cell in exercise.tests:
        source = exercise.source(cell)
        lines = solution_lines(source)
        seen = {_shape(source)}
        for operator in operators() if chosen is None else chosen:
            for number, mutated in _mutations(source, operator, lines):
                shape = _shape(mutated)
                if shape in seen:
                    continue
                seen.add(shape)
                found.append(Mutant(cell, operator, number, mutated, *_difference(source, mutated)))
    return found


def _mutations(source: str, name: str, lines: set[int]):
    """Yield ``(occurrence, mutated source)`` of one operator within some lines."""
    from cosmic_ray.ast import Visitor, get_ast
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    operator = get_operator(name)()

    class Places(Visitor):
        """Collects the first line of every place that the operator would change, in its own order."""

        def __init__(self):
            self.first = []

        def visit(self, node):
            self.first += [start[0] for start, _ in operator.mutation_positions(node)]
            return node

    places = Places()
    places.walk(get_ast(source))
    for number, line in enumerate(places.first):
        if line not in lines:
            continue
        mutated = mutate_code(source, operator, number)
        if mutated is not None:
            yield number, mutated


def _shape(source: str) -> str:
    try:
        return ast.dump(ast.parse(source))
    except SyntaxError:
        return source


def _difference(one: str, other: str) -> tuple[str, str]:
    before, after = [], []
    for line in difflib.ndiff(one.split("\n"), other.split("\n")):
        if line.startswith("- "):
            before.append(line[2:].strip())
        elif line.startswith("+ "):
            after.append(line[2:].strip())
    return "\n".join(before), "\n".join(after)


def commit(root: Path = ROOT) -> str:
    """Return the id of the checked-out commit; a constant outside git."""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=True, timeout=20
        )
    except (OSError, subprocess.SubprocessError):
        return "no commit"
    return done.stdout.strip()


def draw(found: list, key: str, share: float = DRAWN_SHARE) -> list:
    """Return a share of the mutants or submissions, the same ones for the same key."""
    count = math.ceil(len(found) * share)
    chosen = set(random.Random(key).sample(range(len(found)), count))
    return [one for number, one in enumerate(found) if number in chosen]


@dataclass(frozen=True)
class Explained:
    """One row of ``equivalent_mutants.toml``."""

    cell: str
    before: str
    after: str
    reason: str
    read_by: str
    operator: str = ""

    def matches(self, mutant: Mutant) -> bool:
        """Whether this row explains a mutant."""
        return (self.cell, _squeeze(self.before), _squeeze(self.after)) == (
            mutant.cell,
            _squeeze(mutant.before),
            _squeeze(mutant.after),
        ) and self.operator in ("", mutant.operator)


def _squeeze(text: str) -> str:
    """Leave out all blanks: cosmic-ray adds some."""
    return re.sub(r"\s+", "", text)


def explained(name: str, root: Path = ROOT) -> list[Explained]:
    """Read the explained survivors of an exercise.

    Raises
    ------
    CourseError
        When a row lacks its reason or its reader.
    """
    path = folder(name, root) / "equivalent_mutants.toml"
    if not path.is_file():
        return []
    rows = []
    for row in tomllib.loads(path.read_text(encoding="utf-8")).get("mutant", []):
        try:
            rows.append(Explained(**{key: str(value) for key, value in row.items()}))
        except TypeError as error:
            raise CourseError(
                f"{name}/equivalent_mutants.toml: cell, before, after, reason, read_by を書いてください（{error}）。"
            ) from error
        if not rows[-1].reason.strip() or not rows[-1].read_by.strip():
            raise CourseError(f"{name}/equivalent_mutants.toml: reason と read_by が空の行があります。")
    return rows


# ---- Running ---------------------------------------------------------------------------------------------


@dataclass
class Result:
    """What a submission got.

    ``said`` is the error of the first test cell that failed.
    """

    scores: dict[str, float]
    seconds: float
    said: str = ""


@dataclass
class Proof:
    """Everything that was found out about one exercise.

    Attributes
    ----------
    reference
        The result of the solution notebook itself.
    root
        The checkout that it was found in.
    submissions
        ``(submission, result)``.
    survivors
        Mutants that passed every test and are not explained.
    excused
        Mutants that passed every test and are explained.
    ran
        Mutants that ran, by cell.
    total
        Mutants that there are.
    shown
        Test cells that end in a value; nbgrader reads a number there as partial points.
    stale
        Rows of ``equivalent_mutants.toml`` that fit no mutant, or one that a test does kill.
    """

    exercise: Exercise
    reference: Result
    root: Path = ROOT
    submissions: list[tuple[Submission, Result]] = field(default_factory=list)
    survivors: list[Mutant] = field(default_factory=list)
    excused: list[Mutant] = field(default_factory=list)
    ran: dict[str, int] = field(default_factory=dict)
    total: int = 0
    shown: list[str] = field(default_factory=list)
    stale: list[Explained] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def problems(self) -> list[str]:
        """Return one sentence for each thing that is off."""
        found = list(self.broken)
        points = self.exercise.points
        if self.reference.scores != points:
            found.append(
                f"模範解答が満点になりません: {_vector(self.reference.scores)} {self.reference.said}"
            )
        found += [
            f"{cell}: 最後の行が値を表示します。nbgrader が部分点と読むので、消してください。"
            for cell in self.shown
        ]
        found += count_problems(self.exercise, [submission for submission, _ in self.submissions])
        for submission, result in self.submissions:
            if said := verdict(submission, result):
                found.append(said)
        found += [f"変異体を見逃しました: {mutant}" for mutant in self.survivors]
        found += [f"equivalent_mutants.toml の行に合う生き残りがありません: {row}" for row in self.stale]
        if self.excused and len(self.excused) > EQUIVALENT_SHARE * self.total:
            found.append(
                f"同値とした変異体が多すぎます: {self.total} 個のうち {len(self.excused)} 個（上限 5 %）"
            )
        return found


def _vector(scores: dict[str, float]) -> str:
    return " ".join(f"{cell}={value:g}" for cell, value in scores.items())


def verdict(submission: Submission, result: Result) -> str:
    """Return ``""`` when a submission got what it must get, else a sentence."""
    if result.scores == submission.expected:
        return ""
    name = f"{submission.path.parent.name}/{submission.path.name}"
    off = [cell for cell, value in submission.expected.items() if result.scores[cell] != value]
    wanted = _vector({cell: submission.expected[cell] for cell in off})
    got = _vector({cell: result.scores[cell] for cell in off})
    return f"{name}（{submission.text}）: 期待 {wanted}、実際 {got} {result.said}".rstrip()


def count_problems(exercise: Exercise, submissions: list[Submission]) -> list[str]:
    """Return a sentence for each graded cell with too few right or wrong submissions."""
    found = []
    if not exercise.tests:
        found.append(f"{exercise.name}: 自動で採点するセルがありません。")
    for cell in exercise.tests:
        for kind, least in (("right", RIGHT_PER_CELL), ("wrong", WRONG_PER_CELL)):
            count = sum(one.kind == kind and one.cell == cell for one in submissions)
            if count < least:
                found.append(f"{exercise.name} {cell}: {kind} が {count} 個です（{least} 個以上）。")
    return found


def result_of(exercise: Exercise, outcomes: list[Outcome]) -> Result:
    """Score the outcomes of one run."""
    scores = exercise.scores(outcomes)
    said = next(
        (
            f"[{outcome.name}: {outcome.status} {outcome.error}]"
            for outcome in outcomes
            if outcome.status != "ok" and (outcome.status != "skipped")
        ),
        "",
    )
    return Result(scores, sum(outcome.seconds for outcome in outcomes), said[:500])


def prove(
    name: str,
    root: Path = ROOT,
    *,
    share: float = 1.0,
    key: str = "",
    server: ForkServer | None = None,
    chosen: list[str] | None = None,
    cell_limit: float = CELL_LIMIT,
    whole: float = 1.0,
) -> Proof:
    """Run an exercise's reference, its submissions and a share of its mutants.

    Parameters
    ----------
    share
        Of the mutants; below 1 they are drawn by ``key``.
    whole
        Share of the submissions that run to the end of the notebook; below 1 they are drawn by ``key``, and the
        others run without the later cells that cannot notice them (:mod:`llmlab.grading.reach`), which then count
        as the reference's.
    server
        A running fork server; otherwise one is started.
    chosen
        Mutation operators; those of ``pyproject.toml`` when not given.
    cell_limit
        Seconds of CPU for one cell of a submission. One that is stopped, and gets other scores than it must get for
        it, runs once more with ``SLOW`` times as much.
    """
    if server is None:
        with ForkServer() as server:
            return prove(
                name,
                root,
                share=share,
                key=key,
                server=server,
                chosen=chosen,
                cell_limit=cell_limit,
                whole=whole,
            )
    start = time.monotonic()
    exercise = Exercise.load(name, root)
    submissions, broken = [], []
    for path in paths(name, root):
        try:
            submissions.append(read(path, exercise))
        except CourseError as error:
            broken.append(str(error))
    rows = explained(name, root)
    everything = mutants(exercise, chosen)
    running = everything if share >= 1 else draw(everything, key, share)
    jobs = [Job("reference", exercise.cells)]
    entire = submissions if whole >= 1 else draw(submissions, key, whole)
    jobs += [
        Job(one.path.stem, (exercise.replaced if one in entire else exercise.reached)(one.cells))
        for one in submissions
    ]
    # Mutants go along with the submissions: so the reference's cells run once for both.
    stop, short = frozenset(exercise.points), min(cell_limit, MUTANT_CELL_LIMIT)
    jobs += [Job(str(one), exercise.replaced({one.cell: one.source}), stop, short) for one in running]
    outcomes = server.run(jobs, exercise.cells, limit=LIMIT, cell_limit=cell_limit)
    outcomes, changed = outcomes[: 1 + len(submissions)], outcomes[1 + len(submissions) :]
    outcomes = [outcomes[0], *(exercise.filled(ran, outcomes[0]) for ran in outcomes[1:])]
    late = [
        number
        for number, (one, ran) in enumerate(zip(submissions, outcomes[1:], strict=True), start=1)
        if verdict(one, result_of(exercise, ran)) and any(outcome.status == "timeout" for outcome in ran)
    ]
    if late:
        again = [jobs[number] for number in late]
        limits = {"limit": SLOW * LIMIT, "cell_limit": SLOW * cell_limit}
        for number, ran in zip(late, server.run(again, exercise.cells, **limits), strict=True):
            outcomes[number] = exercise.filled(ran, outcomes[0])
    proof = Proof(exercise, result_of(exercise, outcomes[0]), root, broken=broken, total=len(everything))
    proof.shown = [one.name for one in outcomes[0] if one.shows and one.name in exercise.points]
    proof.submissions = [
        (one, result_of(exercise, ran)) for one, ran in zip(submissions, outcomes[1:], strict=True)
    ]
    proof.ran = dict.fromkeys(exercise.tests, 0)
    used = set()
    for mutant, ran in zip(running, changed, strict=True):
        proof.ran[mutant.cell] += 1
        if exercise.scores(ran) != exercise.points:
            continue
        reasons = [number for number, row in enumerate(rows) if row.matches(mutant)]
        used |= set(reasons)
        (proof.excused if reasons else proof.survivors).append(mutant)
    if share >= 1:
        proof.stale = [row for number, row in enumerate(rows) if number not in used]
    proof.seconds = time.monotonic() - start
    return proof


HEAD = ["演習", "セル", "正答", "誤答", "変異体", "検出", "同値", "見逃し"]


@dataclass(frozen=True)
class Line:
    """One graded cell in the table of a proof.

    Attributes
    ----------
    right, wrong
        Submissions that got exactly the points, of every test cell, that they must get; and how many there are.
    mutants, killed, excused, missed
        Mutants that ran; that a test caught; that are explained as equivalent; that no test caught.
    """

    exercise: str
    cell: str
    right: tuple[int, int]
    wrong: tuple[int, int]
    mutants: int
    killed: int
    excused: int
    missed: int

    def row(self) -> list[str]:
        """Return the line as the table shows it."""
        pairs = [f"{fine}/{count}" for fine, count in (self.right, self.wrong)]
        numbers = [self.mutants, self.killed, self.excused, self.missed]
        return [self.exercise, self.cell, *pairs, *map(str, numbers)]


def lines(proofs: list[Proof]) -> list[Line]:
    """Return one line for each graded cell."""
    found = []
    for proof in proofs:
        for cell in proof.exercise.tests:
            own = [(one, result) for one, result in proof.submissions if one.cell == cell]
            counts = {}
            for kind in ("right", "wrong"):
                some = [not verdict(one, result) for one, result in own if one.kind == kind]
                counts[kind] = (sum(some), len(some))
            excused = sum(mutant.cell == cell for mutant in proof.excused)
            missed = sum(mutant.cell == cell for mutant in proof.survivors)
            ran = proof.ran.get(cell, 0)
            numbers = ran, ran - excused - missed, excused, missed
            found.append(Line(proof.exercise.name, cell, counts["right"], counts["wrong"], *numbers))
    return found


def total(found: list[Line]) -> Line:
    """Return the sum of all lines."""
    pairs = {
        kind: tuple(sum(getattr(line, kind)[place] for line in found) for place in (0, 1))
        for kind in ("right", "wrong")
    }
    numbers = {
        name: sum(getattr(line, name) for line in found) for name in ("mutants", "killed", "excused", "missed")
    }
    return Line("合計", f"{len(found)} セル", **pairs, **numbers)


def table(proofs: list[Proof]) -> str:
    """Return the proof table: one line for each graded cell, the sums, the explained survivors with their reasons."""
    found = lines(proofs)
    text = columns([HEAD, *(line.row() for line in [*found, total(found)])])
    for proof in proofs:
        rows = explained(proof.exercise.name, proof.root) if proof.excused else []
        for mutant in proof.excused:
            reason = next(row.reason for row in rows if row.matches(mutant))
            text += f"\n同値 {proof.exercise.name} {mutant}: {reason}"
    return text


def columns(rows: list[list]) -> str:
    """Return rows as text in aligned columns; Japanese characters count as two."""
    import unicodedata

    def width(text: str) -> int:
        return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)

    cells = [[str(value) for value in row] for row in rows]
    widths = [max(width(row[place]) for row in cells) for place in range(len(cells[0]))]
    return "\n".join(
        "  ".join(text + " " * (wide - width(text)) for text, wide in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )


def main(arguments: list[str]) -> int:
    """Prove one exercise or all; print the proof table; return 1 when something is off."""
    import argparse

    parser = argparse.ArgumentParser(prog="python -m llmlab.grading proof", description=__doc__)
    parser.add_argument("exercise", nargs="*", help="名前（なければすべて）")
    parser.add_argument("--share", type=float, default=1.0, help="動かす変異体の割合（既定: すべて）")
    parser.add_argument("--no-mutants", action="store_true", help="変異体を動かさない")
    parser.add_argument("--csv", type=Path, help="表を書く CSV ファイル")
    parser.add_argument("--verbose", action="store_true", help="すべての誤答の得点と、最初の失敗を表示する")
    options = parser.parse_args(arguments)
    chosen = options.exercise or names()
    if not chosen:
        raise CourseError("solutions/ に演習がありません。")
    for name in chosen:
        find(name)
    if options.csv and not options.csv.parent.is_dir():
        raise CourseError(f"「{options.csv.parent}」というフォルダーがありません。")
    share = 0.0 if options.no_mutants else options.share
    proofs = []
    with ForkServer(PRELOADED) as server:
        for name in chosen:
            proofs.append(prove(name, share=share, key=commit(), server=server))
            if len(chosen) > 1:
                state = "問題があります" if proofs[-1].problems() else "合っています"
                print(f"{name}: {proofs[-1].seconds:.0f} 秒、{state}", file=sys.stderr, flush=True)
    print(table(proofs))
    if options.csv:
        _write_csv(options.csv, lines(proofs))
    if options.verbose:
        for proof in proofs:
            for submission, result in proof.submissions:
                print(f"{submission.path.name}: {_vector(result.scores)} {result.said}")
    off = [problem for proof in proofs for problem in proof.problems()]
    for problem in off:
        print(f"✗ {problem}")
    seconds = sum(proof.seconds for proof in proofs)
    ran = sum(sum(proof.ran.values()) for proof in proofs)
    there = sum(proof.total for proof in proofs)
    count = sum(len(proof.submissions) for proof in proofs)
    print(
        f"提出例 {count} 個、変異体 {there} 個のうち {ran} 個、{seconds:.0f} 秒。"
        + ("問題があります。" if off else "すべて合っています。")
    )
    return 1 if off else 0


def _write_csv(path: Path, found: list[Line]) -> None:
    head = ["演習", "セル", "正答", "正答で満点", "誤答", "誤答で期待どおり", "変異体", "検出", "同値", "見逃し"]
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(head)
            for line in found:
                pairs = [*reversed(line.right), *reversed(line.wrong)]
                numbers = [line.mutants, line.killed, line.excused, line.missed]
                writer.writerow([line.exercise, line.cell, *pairs, *numbers])
    except OSError as error:
        raise CourseError(f"「{path}」に書けません（{error.strerror}）。空き容量と権限を確かめてください。") from error
