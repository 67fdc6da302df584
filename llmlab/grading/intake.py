"""What students and learning systems send, turned into submissions that can be graded.

A folder or a zip holds files; :func:`collect` says who sent which, :func:`check` reads them, mends what has one
possible meaning (:mod:`llmlab.grading.mend`) and says in one sentence what cannot be graded. Nothing is guessed:
where two readings are possible the submission is refused, and every repair is named in its ``notes``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from llmlab.grading.archives import File, files
from llmlab.grading.layouts import MOODLE, NOTEBOOK, of_system, whose
from llmlab.grading.mend import mend
from llmlab.grading.notebooks import parse
from llmlab.grading.refused import AGAIN, OtherExercise, Refused
from llmlab.grading.roster import Roster

SHEETS = {".xls", ".xlsx", ".csv", ".html", ".txt"}  # what a learning system puts beside the submissions
LARGEST = 300 * 2**20  # bytes of one notebook, outputs included
UNLISTED = "名簿にない名前です。"
APART = 2.0  # seconds: a zip keeps times in steps of two


@dataclass
class Submission:
    """One student's notebook as it was handed in.

    Attributes
    ----------
    files
        The files that may be it; :func:`check` chooses.
    problem
        Why it cannot be graded; ``""`` when it can.
    nobody
        Whether the name it came with is nobody's, as far as one can tell.
    modified
        When the chosen file was changed last, in seconds since the epoch.
    notes
        What the instructor should know although it was graded.
    """

    student: str
    path: PurePosixPath | Path
    problem: str = ""
    nobody: bool = False
    digest: str = ""
    notebook: object = None
    modified: float = 0.0
    files: list[File] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def collect(
    source: Path, scratch: Path, exercise: str = "", roster: Roster | None = None
) -> list[Submission]:
    """Return who sent what.

    Parameters
    ----------
    source
        A folder or a zip: ``STUDENT.ipynb``, ``STUDENT/``, ``STUDENT.zip``, or a learning system's layout.
    scratch
        An empty folder for what zips hold; the submissions point into it.

    Raises
    ------
    Refused
        When ``source`` is a zip that cannot be opened.
    """
    roster = roster or Roster()
    units: dict[str, list[File]] = {}
    for file in files(Path(source), scratch):
        units.setdefault(file.name.parts[0], []).append(file)
    system = any(of_system(unit) for unit in units)
    found: dict[str, Submission] = {}
    texts: dict[str, bool] = {}
    for unit, sent in units.items():
        is_file = len(sent) == 1 and len(sent[0].name.parts) == 1 and sent[0].problem != "folder"
        if (moodle := MOODLE.fullmatch(unit)) and moodle["kind"] == "onlinetext":
            texts[unit] = is_file
            continue
        if system and is_file and not of_system(unit) and PurePosixPath(unit).suffix.lower() in SHEETS:
            continue
        student, problem = whose(unit, is_file, exercise, roster)
        nobody = bool(problem)
        # What cannot be opened may be the one that counts.
        books = [
            file
            for file in sent
            if file.problem not in ("", "folder", "kind")
            or (not file.problem and (is_file or NOTEBOOK.search(file.name.name)))
        ]
        if not problem and not books:
            if is_file:
                books = sent
            else:
                problem = f"フォルダーにノートブック（.ipynb）がありません。{AGAIN}"
        one = found.setdefault(student, Submission(student, PurePosixPath(unit)))
        if roster.students and student not in roster.students and not problem and UNLISTED not in one.notes:
            one.notes.append(UNLISTED)
        if problem and not one.files:
            one.problem, one.nobody = problem, nobody
        elif not problem:
            one.problem, one.nobody = "", False
        one.files += books
    for unit, is_file in texts.items():
        student, _ = whose(unit, is_file, exercise, roster)
        if student not in found:
            said = f"オンラインテキストだけが届きました。ノートブックを{AGAIN}"
            found[student] = Submission(student, PurePosixPath(unit), said)
    return [found[name] for name in sorted(found)]


@dataclass
class _Version:
    file: File
    digest: str
    notebook: object
    notes: list[str]


def _read(file: File, exercise: str, release, names) -> _Version:
    try:
        if NOTEBOOK.search(file.name.name) and file.path.stat().st_size > LARGEST:
            raise Refused(f"{LARGEST // 2**20} MB を超えています。出力を消して{AGAIN}")
        data = file.path.read_bytes()
    except OSError as error:
        raise Refused(f"ファイルを開けません（{error.strerror}）。権限を確かめてください。") from error
    notebook = parse(data, file.name.name)
    notes = mend(notebook, exercise, release, names)
    return _Version(file, hashlib.sha256(data).hexdigest(), notebook, notes)


def check(one: Submission, exercise: str, release, names: Iterable[str]) -> None:
    """Read one submission and say in ``problem`` why it cannot be graded.

    Of several versions of the exercise the latest counts, and the others are named. Versions whose times differ by
    less than a zip can show are refused.
    """
    if one.problem:
        return
    good: list[_Version] = []
    bad: list[tuple[File, Refused]] = []
    for file in one.files:
        if file.problem and file.problem != "kind":
            bad.append((file, Refused(file.problem)))
            continue
        try:
            good.append(_read(file, exercise, release, names))
        except Refused as refused:
            bad.append((file, refused))
    if not good:
        file, refused = max(bad, key=lambda pair: (not isinstance(pair[1], OtherExercise), pair[0].modified))
        several = (
            f"ノートブックが {len(bad)} 個あり、どれも採点できません（{file.name}）。" if len(bad) > 1 else ""
        )
        one.path, one.problem = file.name, f"{several}{refused}"
        return
    good.sort(key=lambda version: version.file.modified)
    last = good[-1]
    others = [version for version in good[:-1] if version.digest != last.digest]
    if any(last.file.modified - version.file.modified < APART for version in others):
        listed = "、".join(str(version.file.name) for version in good)
        one.problem = (
            f"この演習のノートブックが {len(good)} 個あります（{listed}）。時刻が同じで、どれが新しいか分かりません。"
            "採点する 1 個だけを残してください。"
        )
        return
    one.path, one.digest, one.notebook = last.file.name, last.digest, last.notebook
    # The same file, downloaded once more, does not come in later.
    since = max((version.file.modified for version in others), default=0.0)
    one.modified = min(
        version.file.modified
        for version in good
        if version.digest == last.digest and version.file.modified >= since
    )
    one.notes += last.notes
    if others:
        listed = "、".join(str(version.file.name) for version in others)
        one.notes.append(f"いちばん新しい {last.file.name} を採点しました。古い提出: {listed}。")
    for file, refused in bad:
        if not isinstance(refused, OtherExercise):
            one.notes.append(f"{file.name} は採点していません: {refused}")
