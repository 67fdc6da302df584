"""Folders and zips, and zips in them, as lists of files."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import tempfile
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from llmlab.grading.layouts import NOTEBOOK, of_system
from llmlab.grading.refused import AGAIN, Refused

IGNORED = {"__MACOSX", "__pycache__", ".ipynb_checkpoints"}
ROOM = {0: 4 * 2**30}  # bytes that a zip may unpack to, by depth: a class's zip; below: a student's
ROOM_STUDENT = 600 * 2**20
ENTRIES = 50_000  # files in one zip
DEPTH = 3  # zips in zips


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


def _unwrapped(files: list[File], stem: str) -> list[File]:
    """Take the one folder off that a zip wraps around a class."""
    books = [file for file in files if not file.problem]
    tops = {file.name.parts[0] for file in books}
    if len(tops) != 1 or not all(len(file.name.parts) > 1 for file in books):
        return files
    (top,) = tops
    units = {file.name.parts[1] for file in books}
    if of_system(top) or not (top == stem or len(units) > 1 or all(map(of_system, units))):
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
        if books and all(of_system(one.name.parts[0]) for one in books):
            found += inside
        else:  # one student's
            folder = file.name.with_name(file.name.stem)
            found.append(File(folder, file.path, file.modified, "folder"))
            found += [File(folder / one.name, one.path, one.modified, one.problem) for one in inside]
    inner = {file.name.parts[1] for file in found if not file.problem and len(file.name.parts) > 1}
    return _unwrapped(found, "") if any(map(of_system, inner)) else found
