"""What a graded class tells its instructor: one page (HTML) and one table (CSV) for an exercise.

Both lie in ``report/`` of the grading folder, readable by their owner alone. Students stand under pseudonyms
unless asked otherwise. The page opens without a network: figures inside it, no script.
"""

from __future__ import annotations

import csv
import io
import math
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from llmlab.errors import CourseError
from llmlab.grading import likeness, zoo
from llmlab.grading.books import write_whole
from llmlab.grading.classbook import Classbook, Student, load
from llmlab.grading.items import Item, statistics
from llmlab.grading.pseudonyms import key, pseudonym
from llmlab.grading.release import ROOT
from llmlab.grading.results import safe

FORMGRADER = "http://localhost:8888/formgrader"
PAIRS = 40  # shown on the page; the rest is counted
EXAMPLES = 3  # of code, shown for each kind of wrong answer
OWN = 0o600  # who may read a report: its owner alone
CODE = 2000  # characters of one answer that the page shows
EMPTY, LIKE, SLIP, OTHER = "未記入", "誤解に似ている", "正答例に近い", "どれにも似ていない"


@dataclass(frozen=True)
class Wrong:
    """One wrong answer to one task.

    Attributes
    ----------
    kind
        ``EMPTY`` (as it was handed out), ``LIKE`` (a named misconception), ``SLIP`` (nearer to a right answer than
        to any misconception) or ``OTHER``.
    error
        The exception that stopped the answer's own cell; ``""`` where it ran.
    """

    student: Student
    cell: str
    lost: tuple[str, ...]
    kind: str
    guess: likeness.Guess
    error: str = ""


@dataclass(frozen=True)
class Times:
    """Seconds that the kernel was busy with one cell, over the students where that is known."""

    name: str
    n: int
    median: float
    ninety: float
    longest: float


@dataclass
class Findings:
    """Everything that the page shows."""

    book: Classbook
    items: list[Item]
    totals: list[float]
    wrong: list[Wrong]
    times: list[Times]
    pairs: list[likeness.Pair]
    waiting: dict[str, list[Student]]
    known: int


# ---- Finding out --------------------------------------------------------------------------------------------


def answers(
    book: Classbook, root: Path = ROOT
) -> dict[str, tuple[list[likeness.Known], list[likeness.Known]]]:
    """Return for each task the named misconceptions and the right answers of ``tests/submissions/``.

    The solution notebook's own answer counts as a right one.
    """
    exercise = zoo.Exercise.load(book.exercise, root)
    found: dict[str, tuple[list, list]] = {cell: ([], []) for cell in exercise.tests}
    for cell, (_, right) in found.items():
        own = likeness.tokens(exercise.source(cell), book.released.get(cell, ""))
        right.append(likeness.Known("模範解答", "模範解答", own, frozenset()))
    for path in zoo.paths(book.exercise, root):
        try:
            one = zoo.read(path, exercise)
        except CourseError:
            continue  # `make proof` says what is wrong with it
        if one.cell not in found:
            continue
        lost = frozenset(name for name, points in one.expected.items() if points < exercise.points[name])
        own = likeness.tokens(one.cells[one.cell], book.released.get(one.cell, ""))
        found[one.cell][one.kind == "right"].append(likeness.Known(path.stem, one.text, own, lost))
    return found


def lost(student: Student, points: dict[str, float]) -> frozenset[str]:
    """Return the automatically graded cells for which a student did not get full points."""
    return frozenset(name for name, most in points.items() if (student.points.get(name) or 0.0) < most)


def wrong_answers(book: Classbook, known: dict) -> list[Wrong]:
    """Return every task that a student lost points in, and what the answer looks like.

    Parameters
    ----------
    known
        What :func:`answers` returns.
    """
    blank = {cell: likeness.tokens(source, source) for cell, source in book.released.items()}
    seen: dict[tuple, likeness.Guess] = {}
    found = []
    for student in book.students:
        missing = lost(student, book.points)
        for cell, tests in book.tests.items():
            own = [name for name in tests if name in missing]
            if not own or cell not in student.cells:
                continue
            source = student.cells[cell].source
            tokens = likeness.tokens(source, book.released.get(cell, ""))
            case = (cell, tuple(tokens), missing)
            if case not in seen:
                seen[case] = likeness.guess(tokens, missing, *known[cell])
            guess = seen[case]
            if not tokens or tokens == blank.get(cell):
                kind = EMPTY
            elif guess.known and guess.likeness >= guess.right:
                kind = LIKE
            elif guess.right >= likeness.LIKE:
                kind = SLIP
            else:
                kind = OTHER
            found.append(Wrong(student, cell, tuple(own), kind, guess, student.cells[cell].error))
    return found


def similar(book: Classbook) -> list[likeness.Pair]:
    """Return the pairs of submissions that share much of what few in the class wrote."""
    prints = {}
    base = {
        cell: likeness.tokens(book.released.get(cell, ""), book.released.get(cell, "")) for cell in book.tests
    }
    for student in book.students:
        own = [(cell, student.cells[cell].source) for cell in book.tests if cell in student.cells]
        prints[student.name] = likeness.fingerprints(
            (likeness.tokens(source, book.released.get(cell, "")), base[cell]) for cell, source in own
        )
    return likeness.pairs(prints)


def times(book: Classbook) -> list[Times]:
    """Return how long each task and test took where the kernel wrote it down."""
    found = []
    for cell, tests in book.tests.items():
        for name in [cell, *tests]:
            own = [one.cells[name].seconds for one in book.students if name in one.cells]
            own = [value for value in own if value is not None]
            if own:
                middle, ninety = np.percentile(own, [50, 90])
                found.append(Times(name, len(own), float(middle), float(ninety), max(own)))
    return found


def findings(book: Classbook, root: Path = ROOT) -> Findings:
    """Find out everything that the page shows."""
    points = np.array(
        [
            [math.nan if student.points.get(name) is None else student.points[name] for name in book.points]
            for student in book.students
        ]
    ).reshape(len(book.students), len(book.points))
    whole = ~np.isnan(points).any(axis=1)
    waiting = {
        name: [one for one in book.students if name in one.written and one.written[name] is None]
        for name in book.written
    }
    known = answers(book, root)
    return Findings(
        book,
        statistics(list(book.points), list(book.points.values()), points),
        points[whole].sum(axis=1).tolist(),
        wrong_answers(book, known),
        times(book),
        similar(book),
        waiting,
        sum(len(one) for one, _ in known.values()),
    )


# ---- Telling ------------------------------------------------------------------------------------------------


def _histogram(found: Findings) -> str:
    """Return the distribution of the totals as an ``<img>``."""
    from matplotlib import pyplot

    from llmlab import figures

    figures.use()
    most = sum(found.book.points.values())
    fig, axes = pyplot.subplots(figsize=(7, 2.8))
    steps = np.arange(-0.5, math.ceil(most) + 1.5)
    counts, _, _ = axes.hist(np.clip(found.totals, 0, math.ceil(most)), bins=steps, rwidth=0.85)
    axes.set_xlabel(f"自動採点の合計（満点 {most:g}）")
    axes.set_ylabel("人数")
    axes.set_xlim(-0.7, math.ceil(most) + 0.7)
    axes.yaxis.get_major_locator().set_params(integer=True)
    said = "、".join(f"{number} 点 {int(count)} 人" for number, count in enumerate(counts) if count)
    return figures.image(fig, f"自動採点の合計の分布。{said}")


def _groups(found: Findings, name: Callable[[str], str]) -> list[dict]:
    """Return for each task its wrong answers, gathered by what they look like, the most frequent first."""
    groups = []
    for cell in found.book.tests:
        own = [one for one in found.wrong if one.cell == cell]
        gathered: dict[tuple[str, str], list[Wrong]] = defaultdict(list)
        for one in own:
            near = one.guess.known.name if one.kind == LIKE else ""
            gathered[one.kind, near].append(one)
        rows = []
        order = sorted(gathered.items(), key=lambda item: (-len(item[1]), item[0]))
        for (kind, near), several in order:
            # By the shown name: in order of the real ones the pseudonyms would tell who is who.
            several.sort(key=lambda one: name(one.student.name))
            examples = [] if kind == EMPTY else several[:EXAMPLES]
            rows.append(
                {
                    "kind": kind,
                    "file": near,
                    "text": several[0].guess.known.text if near else "",
                    "n": len(several),
                    "near": float(np.median([one.guess.likeness for one in several])),
                    "right": float(np.median([one.guess.right for one in several])),
                    "errors": sorted({one.error for one in several if one.error}),
                    "students": [name(one.student.name) for one in several],
                    "examples": [
                        (name(one.student.name), _shortened(one.student.cells[cell].source))
                        for one in examples
                    ],
                }
            )
        groups.append({"cell": cell, "n": len(own), "rows": rows})
    return groups


def _shortened(source: str) -> str:
    return source if len(source) <= CODE else source[:CODE] + "\n…（長いので、ここで切りました）"


def untouched(book: Classbook, student: Student, cell: str) -> bool:
    """Return whether a written answer stands as it was handed out: nbgrader gives it 0 points without a person."""
    return cell in student.cells and student.cells[cell].source == book.released.get(cell)


def _written(found: Findings, name: Callable[[str], str], formgrader: str) -> list[dict]:
    """Return for each written cell its rubric and the answers that wait, in formgrader's order."""
    book = found.book
    cells = []
    for cell, most in book.written.items():
        waiting = sorted(found.waiting[cell], key=lambda one: one.number)
        graded = [one for one in book.students if one.written.get(cell) is not None]
        done = [one.written[cell] for one in graded if not untouched(book, one, cell)]
        cells.append(
            {
                "cell": cell,
                "points": most,
                "rubric": book.rubric[cell],
                "done": len(done),
                "empty": len(graded) - len(done),
                "mean": sum(done) / len(done) if done else math.nan,
                "waiting": [
                    {
                        "name": name(one.name),
                        "link": f"{formgrader}/submissions/{one.number}/?index={book.place[cell]}",
                        "text": _shortened(one.cells[cell].source) if cell in one.cells else "",
                    }
                    for one in waiting
                ],
            }
        )
    return cells


def _pairs(found: Findings, name: Callable[[str], str]) -> list[dict]:
    """Return the pairs with the two codes side by side."""
    from rapidfuzz import fuzz

    by = {one.name: one for one in found.book.students}
    rows = []

    def both(pair: likeness.Pair) -> list[str]:
        return sorted((pair.one, pair.other), key=name)  # the order of the real names would show through pseudonyms

    ranked = sorted(found.pairs, key=lambda pair: (-pair.share, -pair.shared, *map(name, both(pair))))
    for pair in ranked[:PAIRS]:
        sources = []
        for who in both(pair):
            cells = [by[who].cells[cell].source for cell in found.book.tests if cell in by[who].cells]
            sources.append("\n\n".join(cells))
        rows.append(
            {
                "names": [name(who) for who in both(pair)],
                "shared": pair.shared,
                "share": pair.share,
                "letters": fuzz.ratio(*sources) / 100,
                "sources": [_shortened(source) for source in sources],
            }
        )
    return rows


def page(found: Findings, name: Callable[[str], str], *, names: bool, formgrader: str, made: str) -> str:
    """Return the page.

    Parameters
    ----------
    name
        What stands for a student.
    names
        Whether that is the 学籍番号 itself.
    formgrader
        Address of formgrader, for the links to the written answers.
    made
        When, as text.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    # autoescape always: nearly everything here was written by a student.
    rooms = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    rooms.filters["share"] = lambda value: "–" if math.isnan(value) else f"{100 * value:.0f} %"
    rooms.filters["signed"] = lambda value: "–" if math.isnan(value) else f"{value:+.2f}"
    rooms.filters["seconds"] = lambda value: f"{value:.2f}"
    totals = np.array(found.totals)
    summary = (
        {
            "mean": totals.mean(),
            "median": np.median(totals),
            "sd": totals.std(ddof=1) if len(totals) > 1 else 0.0,
        }
        if len(totals)
        else {}
    )
    return rooms.get_template("report.html.j2").render(
        book=found.book,
        n=len(found.book.students),
        gone=sorted(name(one.name) for one in found.book.students if not one.cells),
        whole=len(found.totals),
        summary=summary,
        histogram=_histogram(found) if found.totals else "",
        items=found.items,
        groups=_groups(found, name),
        known=found.known,
        times=found.times,
        pairs=_pairs(found, name),
        all_pairs=len(found.pairs),
        common=likeness.common(len(found.book.students)),
        gram=likeness.GRAM,
        own=likeness.OWN,
        least=likeness.SHARE,
        like=likeness.LIKE,
        written=_written(found, name, formgrader.rstrip("/")),
        listing=f"{formgrader.rstrip('/')}/gradebook/{found.book.exercise}/{found.book.exercise}/",
        names=names,
        made=made,
    )


def table(found: Findings, name: Callable[[str], str]) -> str:
    """Return the CSV: one line for each student and graded cell."""
    head = [
        "学生",
        "課題",
        "採点するセル",
        "得点",
        "満点",
        "誤答の種類",
        "似ている誤解",
        "説明",
        "コードの近さ",
    ]
    head += ["正答例との近さ", "止めたエラー", "解答の秒", "テストの秒"]
    wrong = {(one.student.name, one.cell): one for one in found.wrong}
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(head)

    def seconds(student: Student, cell: str) -> str:
        value = student.cells[cell].seconds if cell in student.cells else None
        return "" if value is None else f"{value:.3f}"

    book = found.book
    for student in sorted(book.students, key=lambda one: name(one.name)):
        for cell, tests in book.tests.items():
            one = wrong.get((student.name, cell))
            for test in tests:
                own = student.points.get(test)
                row = [
                    name(student.name),
                    cell,
                    test,
                    "" if own is None else f"{own:g}",
                    f"{book.points[test]:g}",
                ]
                if one and test in one.lost:
                    near = one.guess.known if one.kind == LIKE else None
                    row += [one.kind, near.name if near else "", near.text if near else ""]
                    row += [f"{one.guess.likeness:.2f}", f"{one.guess.right:.2f}", one.error]
                else:
                    row += [""] * 6
                writer.writerow(
                    [safe(value) for value in [*row, seconds(student, cell), seconds(student, test)]]
                )
        for cell, most in book.written.items():
            if cell in student.written:
                own = student.written[cell]
                state = "採点待ち" if own is None else EMPTY if untouched(book, student, cell) else ""
                row = [name(student.name), cell, cell, "" if own is None else f"{own:g}", f"{most:g}", state]
                writer.writerow([safe(value) for value in [*row, *[""] * 7]])
    return target.getvalue()


def report(
    exercise: str,
    work: Path | None = None,
    *,
    names: bool = False,
    formgrader: str = FORMGRADER,
    root: Path = ROOT,
) -> tuple[Path, Path, Findings]:
    """Write the page and the table of one exercise; return their paths and what they show.

    Parameters
    ----------
    work
        The folder that ``grade`` wrote; ``grading/`` of the checkout when not given.
    names
        Show each 学籍番号 instead of its pseudonym.
    formgrader
        Its address, for links.

    Raises
    ------
    CourseError
        Unknown exercise; nothing graded; a gradebook or a key that cannot be used; a full disk.
    """
    work = Path(work or root / "grading").resolve()
    found = findings(load(exercise, work, root), root)
    shown: Callable[[str], str] = str
    if not names:
        secret = key(work)
        stands = {one.name: pseudonym(one.name, secret) for one in found.book.students}
        shown = stands.__getitem__
    made = time.strftime("%Y-%m-%d %H:%M")
    text = page(found, shown, names=names, formgrader=formgrader, made=made)
    html, sheet = work / "report" / f"{exercise}.html", work / "report" / f"{exercise}.csv"
    try:
        write_whole(sheet, table(found, shown).encode("utf-8-sig"), OWN)
        write_whole(html, text.encode("utf-8", errors="replace"), OWN)
    except OSError as error:
        raise CourseError(
            f"「{html.parent}」に書けません（{error.strerror}）。空き容量と権限を確かめてください。"
        ) from error
    return html, sheet, found


def main(arguments: list[str]) -> int:
    """Write the report of one exercise and say what it holds."""
    import argparse

    parser = argparse.ArgumentParser(prog="python -m llmlab.grading report", description=__doc__)
    parser.add_argument("exercise", help="演習の名前（例: 05_bert_structure）")
    parser.add_argument("--out", type=Path, help="採点結果のフォルダー（既定: grading）")
    parser.add_argument("--names", action="store_true", help="仮名ではなく学籍番号を書く")
    parser.add_argument("--formgrader", default=FORMGRADER, help=f"formgrader の URL（既定: {FORMGRADER}）")
    chosen = parser.parse_args(arguments)
    if not chosen.exercise:
        raise CourseError("make report EXERCISE=05_bert_structure のように書いてください。")
    html, sheet, found = report(chosen.exercise, chosen.out, names=chosen.names, formgrader=chosen.formgrader)
    like = sum(one.kind == LIKE for one in found.wrong)
    waits = sum(len(several) for several in found.waiting.values())
    print(
        f"{len(found.book.students)} 人。誤答 {len(found.wrong)} 件のうち {like} 件が、名前のある誤解に似ています。"
        f"よく似た組 {len(found.pairs)}。採点待ちの記述 {waits}。"
    )
    print(f"{html}\n{sheet}")
    return 0
