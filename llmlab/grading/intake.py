"""What students and learning systems send, turned into submissions that can be graded.

A folder or a zip holds files; :func:`collect` says who sent which, :func:`check` reads them, mends what has one
possible meaning (:func:`mend`) and says in one sentence what cannot be graded. Nothing is guessed: where two
readings are possible the submission is refused, and every repair is named in its ``notes``.

Layouts of learning systems, and where each is known from:

- Moodle: ``NAME_NUMBER_assignsubmission_file/…`` or, without folders, ``NAME_NUMBER_assignsubmission_file_FILE``.
  Read in Moodle's own source, ``mod/assign/classes/downloader.php``. The number is Moodle's, not the student's.
- manaba: ``学籍番号@ユーザID@FILE``, or the two in the other order, as each site sets it; manaba's help (faq.manaba.jp,
  "提出物を1つのフォルダにまとめる"). Folders of single students: not documented in public, the whole name is taken.
- Google Classroom: ``NAME - TITLE.ipynb`` in a Drive folder, for copies that Classroom makes for each student. Known
  from use, not from a reference. A file that the student made keeps the student's own name for it.
- WebClass: no public description was found. Folders and files are taken by their whole name, or by the list of students.

A list of students (``roster``) settles all of these: a part of a name that is one student's number, user ID, name or
address stands for that student.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import csv
import hashlib
import io
import json
import os
import re
import stat
import tempfile
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from llmlab.errors import CourseError

FORBIDDEN = set('/\\:*?"<>|,[]\n\r\t')
IGNORED = {"__MACOSX", "__pycache__", ".ipynb_checkpoints"}
NOTEBOOK = re.compile(r"\.ipynb(\.txt|\.json)?$|\.json$", re.IGNORECASE)  # browsers add .txt and .json
# " (1)", "-Copy1", " - コピー", "のコピー", "Copy of …": what browsers, JupyterLab, Windows and Drive add
COPY = re.compile(r"( ?\(\d+\)|-Copy\d*| - コピー| ?のコピー)+$")
MOODLE = re.compile(r"(?P<who>.+)_(?P<number>\d+)_assignsubmission_(?P<kind>file|onlinetext)(_(?P<file>.*))?")
MANABA = re.compile(r"(?P<one>[^@]+)@(?P<other>[^@]+)@(?P<file>.+)")
SHEETS = {".xls", ".xlsx", ".csv", ".html", ".txt"}  # what a learning system puts beside the submissions
LARGEST = 300 * 2**20  # bytes of one notebook, outputs included
ROOM = {0: 4 * 2**30}  # bytes that a zip may unpack to, by depth: a class's zip; below: a student's
ROOM_STUDENT = 600 * 2**20
ENTRIES = 50_000  # files in one zip
DEPTH = 3  # zips in zips
APART = 2.0  # seconds: a zip keeps times in steps of two
ANCHOR = 10  # characters: a shorter text may stand in a notebook by chance
AGAIN = "出し直してもらってください。"


class Refused(Exception):
    """A submission that cannot be graded; the message is a sentence for the instructor."""


class OtherExercise(Refused):
    """A notebook of another exercise."""


@dataclass
class File:
    """One file as it was sent.

    Attributes
    ----------
    name
        Its path below the folder or zip, with zips as folders.
    path
        Where its bytes lie.
    modified
        Seconds since the epoch.
    problem
        Why there are no bytes; ``""`` when there are.
    """

    name: PurePosixPath
    path: Path
    modified: float
    problem: str = ""


@dataclass
class Submission:
    """One student's notebook as it was handed in.

    Attributes
    ----------
    files
        The files that may be it; :func:`check` chooses.
    problem
        Why it cannot be graded; ``""`` when it can.
    modified
        When the chosen file was changed last, in seconds since the epoch.
    notes
        What the instructor should know although it was graded.
    """

    student: str
    path: PurePosixPath | Path
    problem: str = ""
    digest: str = ""
    notebook: object = None
    modified: float = 0.0
    files: list[File] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


# ---- Folders and zips --------------------------------------------------------------------------------------


def _decoded(info: zipfile.ZipInfo) -> str:
    """Return the name of a zip's entry: zips of Windows in Japan write cp932 and do not say so."""
    name = info.filename
    if not info.flag_bits & 0x800:
        with contextlib.suppress(UnicodeEncodeError):
            raw = name.encode("cp437")
            for encoding in ("utf-8", "cp932"):
                with contextlib.suppress(UnicodeDecodeError):
                    name = raw.decode(encoding)
                    break
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _skipped(parts: Iterable[str]) -> bool:
    return any(part.startswith(".") or part in IGNORED for part in parts)


def unzip(path: Path, scratch: Path, depth: int = 0) -> list[File]:
    """Unpack the notebooks and zips of a zip into ``scratch``; return all its files.

    Files of other kinds are named and not unpacked. Names never become paths on the disk.

    Raises
    ------
    Refused
        When it is no zip, is encrypted or too large, or names a place outside itself.
    """
    room = ROOM.get(depth, ROOM_STUDENT)
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Refused(f"zip として読めません（壊れています）。{AGAIN}") from error
    found: list[File] = []
    with archive:
        entries = archive.infolist()
        if len(entries) > ENTRIES or sum(entry.file_size for entry in entries) > room:
            raise Refused(
                f"zip を開くと大きすぎます（上限 {room // 2**20} MB）。ノートブックだけを入れ直してください。"
            )
        for entry in entries:
            name = _decoded(entry)
            parts = PurePosixPath(name).parts
            if name.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", name):
                raise Refused("zip の中に、外を指す名前（.. や絶対パス）があります。開きません。")
            if stat.S_ISLNK(entry.external_attr >> 16):
                raise Refused("zip の中にリンクがあります。開きません。")
            if entry.flag_bits & 0x1:
                raise Refused(f"zip にパスワードがかかっています。外して{AGAIN}")
            if not parts or _skipped(parts):
                continue
            modified = 0.0
            with contextlib.suppress(ValueError, OverflowError):
                modified = time.mktime((*entry.date_time, 0, 0, -1))
            file = File(PurePosixPath(*parts), path, modified)
            if entry.is_dir() or not (NOTEBOOK.search(name) or name.lower().endswith(".zip")):
                file.problem = "folder" if entry.is_dir() else "kind"
            else:
                room = _copy(archive, entry, file, scratch, room)
            found += _inner(file, scratch, depth)
    return found


def _copy(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, file: File, scratch: Path, room: int) -> int:
    """Unpack one entry; return the room that is left. The size in a zip's list may be a lie: bytes are counted."""
    handle, place = tempfile.mkstemp(dir=scratch)
    file.path = Path(place)
    try:
        with os.fdopen(handle, "wb") as target, archive.open(entry) as source:
            while block := source.read(2**20):
                room -= len(block)
                if room < 0:
                    raise Refused("zip を開くと大きすぎます。ノートブックだけを入れ直してください。")
                target.write(block)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, RuntimeError) as error:
        raise Refused(f"zip の中の「{file.name.name}」を開けません（壊れています）。{AGAIN}") from error
    return room


def _inner(file: File, scratch: Path, depth: int) -> list[File]:
    """Return a file, or what a zip in it holds, with the zip as a folder."""
    if file.problem or not file.name.name.lower().endswith(".zip"):
        return [file]
    folder = file.name.with_name(file.name.stem)
    if depth >= DEPTH:
        return [File(file.name, file.path, file.modified, f"zip が深く重なっています。{AGAIN}")]
    try:
        inside = unzip(file.path, scratch, depth + 1)
    except Refused as refused:
        return [File(file.name, file.path, file.modified, str(refused))]
    finally:
        if file.path.parent == scratch:
            file.path.unlink(missing_ok=True)
    files = [File(folder / one.name, one.path, one.modified, one.problem) for one in inside]
    return [File(folder, file.path, file.modified, "folder"), *files]


def _walk(folder: Path) -> list[File]:
    """Return the files of a folder, and its own folders (they may be empty)."""
    found = []
    for path in sorted(folder.rglob("*")):
        name = PurePosixPath(unicodedata.normalize("NFC", path.relative_to(folder).as_posix()))
        if _skipped(name.parts) or not (path.is_dir() or path.is_file()):
            continue
        kind = "folder" if path.is_dir() else ""
        found.append(File(name, path, path.stat().st_mtime, kind))
    return found


def _of_system(name: str) -> bool:
    """Return whether a name is one that Moodle or manaba gives."""
    return bool(MOODLE.fullmatch(name) or MANABA.fullmatch(name))


def _unwrapped(files: list[File], stem: str) -> list[File]:
    """Take the one folder off that a zip wraps around a class."""
    books = [file for file in files if not file.problem]
    tops = {file.name.parts[0] for file in books}
    if len(tops) != 1 or not all(len(file.name.parts) > 1 for file in books):
        return files
    (top,) = tops
    units = {file.name.parts[1] for file in books}
    if _of_system(top) or not (top == stem or len(units) > 1 or all(map(_of_system, units))):
        return files
    inside = [file for file in files if len(file.name.parts) > 1 and file.name.parts[0] == top]
    for file in inside:
        file.name = PurePosixPath(*file.name.parts[1:])
    return inside


def files(source: Path, scratch: Path) -> list[File]:
    """Return every file of a folder or a zip; zips inside are folders, a learning system's zip none at all.

    Raises
    ------
    Refused
        When ``source`` is a zip that cannot be opened.
    """
    if source.is_file():
        return _unwrapped(unzip(source, scratch), source.stem)
    found: list[File] = []
    for file in _walk(source):
        if file.problem or not file.name.name.lower().endswith(".zip"):
            found.append(file)
            continue
        if len(file.name.parts) > 1:
            found += _inner(file, scratch, 1)
            continue
        try:
            inside = _unwrapped(unzip(file.path, scratch), file.name.stem)
        except Refused as refused:
            found.append(File(file.name, file.path, file.modified, str(refused)))
            continue
        books = [one for one in inside if not one.problem]
        if books and all(_of_system(one.name.parts[0]) for one in books):
            found += inside
        else:  # one student's
            folder = file.name.with_name(file.name.stem)
            found.append(File(folder, file.path, file.modified, "folder"))
            found += [File(folder / one.name, one.path, one.modified, one.problem) for one in inside]
    inner = {file.name.parts[1] for file in found if not file.problem and len(file.name.parts) > 1}
    return _unwrapped(found, "") if any(map(_of_system, inner)) else found


# ---- Whose it is -------------------------------------------------------------------------------------------


class Roster:
    """The list of students: a CSV with a column 学籍番号 (or ``ID number``); every other column names the same person.

    Moodle's grading worksheet and manaba's list of members have this form. ``Participant 123`` also counts as ``123``.
    """

    NUMBER = ("学籍番号", "学生番号", "ID number", "IDナンバー", "idnumber", "student_id")

    def __init__(self, path: Path | None = None):
        self.students: list[str] = []
        self.known: dict[str, set[str]] = {}
        if path is None:
            return
        rows = read_csv(path)[0]
        header = [name.strip() for name in rows[0]] if rows else []
        columns = [header.index(name) for name in self.NUMBER if name in header]
        if not columns:
            raise CourseError(
                f"名簿「{path}」に「学籍番号」の列がありません。1 行目に列の名前を書いてください。"
            )
        for row in rows[1:]:
            number = self._same(row[columns[0]]) if len(row) > columns[0] else ""
            if not number:
                continue
            self.students.append(number)
            for cell in map(self._same, row):
                for alias in filter(None, {cell, cell.rpartition(" ")[2] if cell[-1:].isdigit() else ""}):
                    self.known.setdefault(alias, set()).add(number)

    @staticmethod
    def _same(text: str) -> str:
        return unicodedata.normalize("NFKC", text).strip()

    def find(self, *texts: str) -> set[str]:
        """Return the students whom one of the texts, or a part of one between ``_``, ``@`` and spaces, names."""
        whole = [self._same(text) for text in texts if text]
        for ends in (None, r"[_@]+", r"[_@\s]+"):
            parts = [part.strip() for text in whole for part in (re.split(ends, text) if ends else [text])]
            if found := {student for part in parts for student in self.known.get(part, ())}:
                return found
        return set()


def read_csv(path: Path) -> tuple[list[list[str]], str]:
    """Return the rows of a CSV in UTF-8 or cp932, and which of the two it is.

    Raises
    ------
    CourseError
        When it cannot be read.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise CourseError(f"「{path}」を開けません（{error.strerror}）。場所を確かめてください。") from error
    for encoding in ("utf-8-sig", "cp932"):
        with contextlib.suppress(UnicodeDecodeError):
            text = data.decode(encoding)
            return list(csv.reader(io.StringIO(text, newline=""))), encoding
    raise CourseError(f"「{path}」の文字を読めません。UTF-8 の CSV で保存し直してください。")


def whose(unit: str, is_file: bool, exercise: str, roster: Roster) -> tuple[str, str]:
    """Return the student whom a file's or folder's name means, and why none can be said (``""`` if one can)."""
    stem = unit
    if is_file:
        stem = NOTEBOOK.sub("", unit) if NOTEBOOK.search(unit) else PurePosixPath(unit).stem
    if moodle := MOODLE.fullmatch(unit):
        student, clues = f"{moodle['who']}_{moodle['number']}", [moodle["number"], moodle["who"]]
    elif is_file and (manaba := MANABA.fullmatch(unit)):
        student, clues = manaba["one"], [manaba["one"], manaba["other"]]
    else:
        if is_file:
            stem = COPY.sub("", stem).removeprefix("Copy of ")
        who, dash, title = stem.partition(" - ")
        if is_file and dash and exercise in title:
            stem = who
        student, clues = stem, [stem]
        if is_file and stem == exercise:
            return stem, "ファイル名が演習の名前なので、だれの提出か分かりません。学籍番号に直してください。"
    named: set[str] = set()
    for clue in clues:  # the surest first: Moodle's number before a name that two may share
        named = named or roster.find(clue)
    if len(named) > 1:
        people = "、".join(sorted(named))
        return (
            student.strip(),
            f"名簿の {len(named)} 人（{people}）に当たります。ファイル名を学籍番号に直してください。",
        )
    student = named.pop() if named else student.strip()
    if not student or FORBIDDEN & set(student):
        return student, "名前に使えない文字があります。ファイル名を学籍番号に直してください。"
    return student, ""


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
    system = any(_of_system(unit) for unit in units)
    found: dict[str, Submission] = {}
    for unit, sent in units.items():
        is_file = len(sent) == 1 and len(sent[0].name.parts) == 1 and sent[0].problem != "folder"
        if (moodle := MOODLE.fullmatch(unit)) and moodle["kind"] == "onlinetext":
            continue
        if system and is_file and not _of_system(unit) and PurePosixPath(unit).suffix.lower() in SHEETS:
            continue
        student, problem = whose(unit, is_file, exercise, roster)
        books = [file for file in sent if not file.problem and (is_file or NOTEBOOK.search(file.name.name))]
        if not problem and not books:
            said = [file.problem for file in sent if file.problem not in ("", "folder", "kind")]
            problem = said[0] if said else f"フォルダーにノートブック（.ipynb）がありません。{AGAIN}"
            if is_file and not said:
                problem = ""
                books = sent
        one = found.setdefault(student, Submission(student, PurePosixPath(unit)))
        if problem and not one.files:
            one.problem = problem
        elif not problem:
            one.problem = ""
        one.files += books
    return [found[name] for name in sorted(found)]


# ---- One notebook ------------------------------------------------------------------------------------------


def parse(data: bytes, name: str):
    """Return a notebook (nbformat 4, without outputs) from the bytes of a file.

    Raises
    ------
    Refused
        When it is no notebook; the message says what it is instead.
    """
    import nbformat

    if not NOTEBOOK.search(name):
        raise Refused(f"ノートブック（.ipynb）ではなく「{Path(name).suffix or '拡張子なし'}」です。{AGAIN}")
    if not data.strip():
        raise Refused(f"空のファイルです。{AGAIN}")
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        content = json.loads(data.decode(encoding))
    except (ValueError, RecursionError) as error:
        raise Refused(
            f"ノートブックとして読めません（壊れているか、別の種類のファイルです）。{AGAIN}"
        ) from error
    if not isinstance(content, dict) or not {"nbformat", "metadata"} <= set(content):
        raise Refused(f"中身がノートブックではありません。{AGAIN}")
    try:
        _lighten(content)
        notebook = nbformat.reads(json.dumps(content), as_version=4)
        nbformat.validate(notebook, relax_add_props=True)
    except Exception as error:
        raise Refused(f"ノートブックの形が壊れています。JupyterLab で開いて保存し、{AGAIN}") from error
    if not notebook.cells:
        raise Refused(f"セルが 1 つもありません。{AGAIN}")
    return notebook


def _lighten(content: dict) -> None:
    """Drop outputs, which may be 100 MB, make line ends one kind, and give every cell an id of its own."""
    minor = content.get("nbformat_minor", 0) if content["nbformat"] == 4 else 0
    seen: set[str] = set()
    for cell in content.get("cells", []) if content["nbformat"] == 4 else []:
        source = cell.get("source", "")
        source = source if isinstance(source, str) else "".join(source)
        cell["source"] = source.replace("\r\n", "\n").replace("\r", "\n")
        if cell.get("cell_type") == "code":
            cell["outputs"], cell["execution_count"] = [], None
        # Colab keeps the id in the metadata and writes format 4.0.
        own = cell.get("id") if minor >= 5 else cell.get("metadata", {}).get("id", cell.get("id"))
        if not isinstance(own, str) or not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", own) or own in seen:
            own = next(f"sent-{number}" for number in range(len(seen) + 1) if f"sent-{number}" not in seen)
        seen.add(own)
        cell["id"] = own
    if content["nbformat"] == 4:
        content["nbformat_minor"] = 5


def released(notebook):
    """Return the student version of a notebook with answers, as nbgrader makes it."""
    from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions, ComputeChecksums, LockCells

    from llmlab.grading.release import config

    book, resources, settings = copy.deepcopy(notebook), {"language": "python"}, config()
    for step in (LockCells, ClearSolutions, ClearHiddenTests, ComputeChecksums):
        book, resources = step(config=settings).preprocess(book, resources)
    return book


def mark_of(cell) -> dict:
    """Return nbgrader's metadata of a solution or test cell; ``{}`` for every other cell."""
    found = cell.get("metadata", {}).get("nbgrader")
    if not isinstance(found, dict) or not isinstance(found.get("grade_id"), str):
        return {}
    return found if found.get("grade") or found.get("solution") else {}


def grade_ids(notebook) -> list[str]:
    """Return the ``grade_id`` of every solution and test cell, in order."""
    return [mark["grade_id"] for mark in map(mark_of, notebook.cells) if mark.get("grade_id")]


def _text(source: str) -> str:
    """Return a source without what editors add: spaces at the ends of lines, empty lines around it."""
    return "\n".join(line.rstrip() for line in source.split("\n")).strip()


def _names(source: str) -> set[str]:
    """Return the functions and classes that a cell defines; empty when it is no Python."""
    with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        return {node.name for node in ast.parse(source).body if isinstance(node, kinds)}
    return set(re.findall(r"^(?:async def|def|class)\s+(\w+)", source, re.MULTILINE))


class _Match:
    """Which cell of a submission is which cell of the release."""

    def __init__(self, notebook, release):
        self.notebook, self.release = notebook, release
        self.notes: list[str] = []
        self.marks = [mark_of(cell) for cell in release.cells]
        self.locked = [bool(mark) and not mark["solution"] for mark in self.marks]
        self.answers = [bool(mark.get("solution")) for mark in self.marks]
        self.place: dict[int, int] = {}  # number in the release: number in the submission

    def name(self, number: int) -> str:
        return self.marks[number].get("grade_id") or self.release.cells[number].id

    def free(self, number: int) -> bool:
        return number not in self.place.values()

    def split(self) -> None:
        """Part a cell that holds the whole text of a test or a question, which are not the student's, and more."""
        whole = {_text(cell.source) for cell in self.notebook.cells}
        known = {mark.get("grade_id") for mark in map(mark_of, self.notebook.cells)}
        for number, wanted in enumerate(self.release.cells):
            text = _text(wanted.source)
            if self.answers[number] or len(text) < ANCHOR or text in whole:
                continue
            lines = text.split("\n")
            for at, cell in enumerate(self.notebook.cells):
                rows = [line.rstrip() for line in cell.source.split("\n")]
                starts = [
                    row
                    for row in range(len(rows) - len(lines) + 1)
                    if rows[row] == lines[0] and rows[row : row + len(lines)] == lines
                ]
                own = mark_of(cell).get("grade_id")
                mine = self.marks[number].get("grade_id")
                if len(starts) != 1 or (mine in known and mine != own):
                    continue
                before, after = rows[: starts[0]], rows[starts[0] + len(lines) :]
                middle = copy.deepcopy(wanted)
                parts = [self._part(cell, before, first=own is None or own != mine), middle]
                parts.append(self._part(cell, after, first=False))
                if cell.id == wanted.id:
                    parts[0] = self._part(cell, before, first=False)
                kept = [part for part in parts if part is not None]
                if len(kept) > 1:
                    self.notebook.cells[at : at + 1] = kept
                    self.notes.append(f"1 つになっていたセルを分けました（{self.name(number)}）。")
                    break

    @staticmethod
    def _part(cell, lines: list[str], first: bool):
        """Return a part of a cell that was several; only the first keeps the cell's identity."""
        source = "\n".join(lines).strip("\n")
        if not source.strip():
            return None
        part = copy.deepcopy(cell)
        part.source = source
        if not first:
            part.metadata.pop("nbgrader", None)
            part.id = f"{cell.id[:50]}-rest"
        return part

    def by_mark(self) -> None:
        """Find cells by nbgrader's mark. Of copies the last one counts, as it does for Python."""
        double, gone = [], set()
        for number, mark in enumerate(self.marks):
            name = mark.get("grade_id")
            at = [
                i
                for i, cell in enumerate(self.notebook.cells)
                if name and mark_of(cell).get("grade_id") == name
            ]
            if len(at) > 1:
                double.append(name)
                stub = _text(self.release.cells[number].source)
                answered = [i for i in at if _text(self.notebook.cells[i].source) != stub]
                if self.answers[number] and answered:
                    gone |= set(at) - set(answered)  # an empty copy would undo the answer before it
                    at = answered
            if at:
                self.place[number] = at[-1]
        if double:
            self.notes.append(
                f"同じセルが 2 つ以上あるので、答えのある最後のものを採点しました（{'、'.join(double)}）。"
            )
        if gone:
            self.drop(gone)

    def drop(self, gone: set[int]) -> None:
        """Take cells out of the submission."""
        kept = [i for i in range(len(self.notebook.cells)) if i not in gone]
        self.notebook.cells = [self.notebook.cells[i] for i in kept]
        self.place = {number: kept.index(at) for number, at in self.place.items()}

    def by_id(self) -> None:
        """Find cells by their id, which Colab keeps in the metadata."""
        for number, wanted in enumerate(self.release.cells):
            at = [i for i, cell in enumerate(self.notebook.cells) if cell.id == wanted.id and self.free(i)]
            if number not in self.place and len(at) == 1 and not mark_of(self.notebook.cells[at[0]]):
                self.place[number] = at[0]

    def by_text(self) -> None:
        """Find what is not the student's by its text, where it stands once."""
        for number, wanted in enumerate(self.release.cells):
            text = _text(wanted.source)
            if number in self.place or self.answers[number]:
                continue
            at = [
                i for i, cell in enumerate(self.notebook.cells) if self.free(i) and _text(cell.source) == text
            ]
            again = [i for i, cell in enumerate(self.release.cells) if _text(cell.source) == text]
            if len(at) == len(again) == 1:
                self.place[number] = at[0]

    def by_order(self) -> None:
        """Find answers by what stands around them: cells of the release that were found.

        Code counts when it defines what the cell of the release defines.
        """
        given = {
            _text(cell.source) for number, cell in enumerate(self.release.cells) if not self.answers[number]
        }
        for number, wanted in enumerate(self.release.cells):
            if number in self.place or not self.answers[number]:
                continue
            before = max((i for i in self.place if i < number), default=None)
            after = min((i for i in self.place if i > number), default=None)
            start = -1 if before is None else self.place[before]
            end = len(self.notebook.cells) if after is None else self.place[after]
            alone = not any(
                self.answers[i] and i != number and i not in self.place
                for i in range(0 if before is None else before, len(self.marks) if after is None else after)
            )
            at = [
                i
                for i in range(start + 1, end)
                if self.free(i)
                and self.notebook.cells[i].cell_type == wanted.cell_type
                and not mark_of(self.notebook.cells[i])
                and _text(self.notebook.cells[i].source) not in given
            ]
            names = _names(wanted.source) if wanted.cell_type == "code" else set()
            defining = [i for i in at if names and names <= _names(self.notebook.cells[i].source)]
            if defining:
                if len(defining) > 1:
                    self.notes.append(
                        f"答えのセルが 2 つ以上あるので、最後のものを採点しました（{self.name(number)}）。"
                    )
                self.place[number] = defining[-1]
            elif alone and len(at) == 1 and not names:
                self.place[number] = at[0]

    def missing(self) -> list[int]:
        """Return the answers that were not found."""
        return [number for number, answer in enumerate(self.answers) if answer and number not in self.place]

    def stamp(self) -> None:
        """Give the found cells the release's identity and tests; take nbgrader's marks off all others."""
        lost, edited, turned = [], [], []
        for number, at in sorted(self.place.items()):
            cell, wanted = self.notebook.cells[at], self.release.cells[number]
            mark = self.marks[number]
            if mark and not mark_of(cell):
                lost.append(self.name(number))
            if mark and cell.cell_type != wanted.cell_type:
                turned.append(self.name(number))
                source, cell = cell.source, copy.deepcopy(wanted)
                cell.source = source
                self.notebook.cells[at] = cell
            if self.locked[number] and _text(cell.source) != _text(wanted.source):
                edited.append(self.name(number))
            if self.locked[number]:
                cell.source = wanted.source
            cell.metadata.pop("nbgrader", None)
            if "nbgrader" in wanted.metadata:
                cell.metadata["nbgrader"] = copy.deepcopy(wanted.metadata["nbgrader"])
        for at, cell in enumerate(self.notebook.cells):
            if self.free(at):
                cell.metadata.pop("nbgrader", None)
        if lost:
            self.notes.append(
                f"消えていた採点用の印を、配布したノートブックから戻しました（{'、'.join(lost)}）。"
            )
        if turned:
            self.notes.append(f"種類の変わったセルを元に戻しました（{'、'.join(turned)}）。")
        if edited:
            self.notes.append(
                f"今の配布版と違うテストのセルを、配布版に替えて採点しました（{'、'.join(edited)}）。"
            )

    def assemble(self) -> None:
        """Put back tests that are gone, and the release's order where a test stands before its answer."""
        owner = {at: number for number, at in self.place.items()}
        groups: list[tuple[int, list]] = [
            (-1, [])
        ]  # a cell of the release, and what the student put after it
        for at, cell in enumerate(self.notebook.cells):
            if at in owner:
                groups.append((owner[at], [cell]))
            else:
                groups[-1][1].append(cell)
        back = [number for number, locked in enumerate(self.locked) if locked and number not in self.place]
        for number in back:
            there = [i for i, (key, _) in enumerate(groups) if key < number]
            near = max(there, key=lambda i: groups[i][0])
            groups.insert(near + 1, (number, [copy.deepcopy(self.release.cells[number])]))
        if back:
            names = "、".join(map(self.name, back))
            self.notes.append(f"なくなっていたテストのセルを戻しました（{names}）。")
        order = [key for key, _ in groups]
        early = any(
            self.locked[key] and any(self.answers[late] and late < key for late in order[i + 1 :])
            for i, key in enumerate(order)
            if key >= 0
        )
        if early:
            groups.sort(key=lambda group: group[0])
            self.notes.append("セルの順番が変わっていたので、配布したときの順に戻しました。")
        self.notebook.cells = [cell for _, cells in groups for cell in cells]
        seen: set[str] = {self.release.cells[key].id for key in order if key >= 0}
        for key, cells in groups:
            for number, cell in enumerate(cells):
                if key >= 0 and number == 0:
                    cell["id"] = self.release.cells[key].id
                    continue
                if cell.id in seen:
                    cell["id"] = next(f"own-{i}" for i in range(len(seen) + 1) if f"own-{i}" not in seen)
                seen.add(cell.id)

    def note_start(self) -> None:
        """Name code of the release, such as imports, that the student has taken out."""
        ids = {cell.id for cell in self.notebook.cells}
        if sum(cell.id in ids for cell in self.release.cells) * 2 < len(self.release.cells):
            return  # the ids are lost: nothing can be said
        body = "\n".join(_text(cell.source) for cell in self.notebook.cells)
        gone = [
            cell.id
            for number, cell in enumerate(self.release.cells)
            if cell.cell_type == "code"
            and not self.marks[number]
            and number not in self.place
            and "extra" not in cell.metadata.get("tags", [])
            and _text(cell.source) not in body
        ]
        if gone:
            self.notes.append(f"配布したコードのセルがありません（{'、'.join(gone)}）。")


def share(notebook, release) -> float:
    """Return which part of a release's graded cells a notebook holds: by mark, or a test by its text."""
    marks = set(grade_ids(notebook))
    texts = {_text(cell.source) for cell in notebook.cells}
    wanted = [(mark_of(cell), _text(cell.source)) for cell in release.cells if mark_of(cell)]
    found = [mark["grade_id"] in marks or (not mark["solution"] and text in texts) for mark, text in wanted]
    return sum(found) / max(1, len(wanted))


def mend(notebook, exercise: str, release: Callable[[str], object], names: Iterable[str]) -> list[str]:
    """Make a submitted notebook one that nbgrader can grade (in place); return what was done.

    Every cell that is graded gets the release's mark and id, every locked cell the release's text. A test that is
    gone comes back; an answer never does. Cells of which the mark is lost are found by id, then by text, then by
    what stands around them.

    Parameters
    ----------
    notebook
        From :func:`parse`.
    release
        Returns the student version of an exercise by name (:func:`released`).
    names
        The names of all exercises.

    Raises
    ------
    Refused
        When it is another exercise, or when answers are missing or cannot be told apart.
    """
    match = _Match(notebook, release(exercise))
    for step in (match.split, match.by_mark, match.by_id, match.by_text, match.by_order):
        step()
    missing = [match.name(number) for number in match.missing()]
    if missing or not match.place:
        own = share(notebook, release(exercise))
        best = max(names, key=lambda name: share(notebook, release(name)))
        if best != exercise and share(notebook, release(best)) > own:
            raise OtherExercise(
                f"別の演習（{best}）のノートブックです。{exercise} を出してもらってください。"
            )
        if not any(match.marks[number] for number in match.place):
            raise Refused(
                "採点用のセルの印がありません。配布したノートブックに答えを書き、出し直してもらってください。"
            )
        raise Refused(
            f"採点用のセルがないか、どれか分かりません（{'、'.join(missing)}）。"
            "配布したノートブックに答えを写し、出し直してもらってください。"
        )
    match.note_start()
    match.stamp()
    match.assemble()
    return match.notes


# ---- The whole of one submission ---------------------------------------------------------------------------


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
    one.modified = last.file.modified
    one.notes = list(last.notes)
    if others:
        listed = "、".join(str(version.file.name) for version in others)
        one.notes.append(f"いちばん新しい {last.file.name} を採点しました。古い提出: {listed}。")
    for file, refused in bad:
        if not isinstance(refused, OtherExercise):
            one.notes.append(f"{file.name} は採点していません: {refused}")
