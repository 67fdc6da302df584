"""Deletes everything about one student from a grading folder."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import unicodedata
from pathlib import Path

from llmlab.errors import CourseError
from llmlab.grading import gradebook, moodle
from llmlab.grading.books import write_whole
from llmlab.grading.classbook import open_gradebook
from llmlab.grading.marks import FILLED
from llmlab.grading.pseudonyms import KEY, key, pseudonym
from llmlab.grading.release import ROOT

BIGGEST = 64_000_000  # bytes of a file that is searched for a name that was left


def forget(student: str, work: Path) -> tuple[list[str], list[Path]]:
    """Delete a student; return what was removed, a phrase each, and the files that still name the student.

    Gone are: the rows of the gradebook (its file is rewritten, so that no freed page keeps them), the folders
    ``submitted/``, ``autograded/``, ``feedback/`` and any other step's, the lines of the tables, the memory in
    ``state.json``, every report that counts the student, the zips of feedback for Moodle, and the filled-in sheets of
    learning systems, which may know the student by another name. A pseudonym is computed and stands in no table.

    Raises
    ------
    CourseError
        When nobody of that name is there, or the gradebook is in use.
    """
    from nbgrader.api import MissingEntry
    from sqlalchemy.exc import SQLAlchemyError

    student = unicodedata.normalize("NFC", student).strip()
    if not student or student in (".", "..") or set('/\\:*?"<>|') & set(student):
        raise CourseError(
            f"「{student}」は学籍番号の形ではありません。提出したファイルの名前を書いてください。"
        )
    removed = []
    exercises: set[str] = set()
    try:
        with open_gradebook(work) as book:
            try:
                exercises = {one.assignment.name for one in book.student_submissions(student)}
                if not gradebook.server():
                    from sqlalchemy import text

                    book.db.execute(text("PRAGMA secure_delete = ON"))
                book.remove_student(student)
                book.db.commit()
                book.close()
                gradebook.purge(work)
                removed.append(f"採点簿: {'、'.join(sorted(exercises)) or '提出なし'}")
            except MissingEntry:
                pass
    except SQLAlchemyError as error:
        raise gradebook.trouble(work, error) from error
    for step in sorted(path for path in work.iterdir() if path.is_dir()):
        folder = step / student
        if folder.is_dir() and not folder.is_symlink():
            exercises |= {path.name for path in folder.iterdir() if not path.name.startswith(".")}
            shutil.rmtree(folder)
            removed.append(f"{step.name}/{student}/")
    removed += _tables(student, work) + _state(student, work)
    if removed:
        removed += _reports(student, work, exercises) + _made_again(work, exercises)
    if not removed:
        raise CourseError(f"「{student}」は「{work}」にいません。学籍番号を確かめてください。")
    return removed, left(student, work)


def _tables(student: str, work: Path) -> list[str]:
    """Take the student's lines out of the tables of scores."""
    removed = []
    for path in sorted(set(work.glob("*.csv")) - set(work.glob(f"*{FILLED}"))):
        data = path.read_bytes()
        try:
            rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
        except (UnicodeDecodeError, csv.Error):
            continue  # left() says when the name stands there
        kept = rows[:1] + [row for row in rows[1:] if not {student, f"'{student}"} & set(row[:1])]
        if len(kept) < len(rows):
            target = io.StringIO(newline="")
            csv.writer(target).writerows(kept)
            mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
            write_whole(path, mark + target.getvalue().encode())
            removed.append(f"{path.name}: {len(rows) - len(kept)} 行")
    return removed


def _state(student: str, work: Path) -> list[str]:
    """Take the student out of what ``grade`` remembers."""
    path = work / "state.json"
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
        found = [
            name
            for name, own in whole.items()
            if [own.get(key, {}).pop(student, None) for key in ("students", "begun", "refused")] != [None] * 3
        ]
    except (OSError, ValueError, AttributeError):
        return []
    if found:
        write_whole(path, json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True).encode())
    return ["state.json"] if found else []


def _reports(student: str, work: Path, exercises: set[str]) -> list[str]:
    """Delete the reports of the student's exercises, and any other that names him or her."""
    names = [student]
    if (work / KEY).is_file():
        names.append(pseudonym(student, key(work)))
    removed = []
    for path in sorted((work / "report").glob("*.*")):
        if path.stem in exercises or any(_names(name, path) for name in names):
            path.unlink()
            removed.append(f"report/{path.name}（make report で作り直せます）")
    return removed


def _made_again(work: Path, exercises: set[str]) -> list[str]:
    """Delete the zips of feedback and the sheets that may hold the student; both are soon made again."""
    zips = [path for name in sorted(exercises) if (path := moodle.place(work, name)).is_file()]
    sheets = sorted(work.glob(f"*{FILLED}"))
    for path in [*zips, *sheets]:
        path.unlink()
    return [
        *(f"{path.name}（make grade で作り直せます）" for path in zips),
        *(f"{path.name}（make marks で作り直せます）" for path in sheets),
    ]


def _names(name: str, path: Path) -> bool:
    """Whether a file holds a name, not as a part of a longer one; as JSON writes it too."""
    forms = {name, json.dumps(name)[1:-1]}
    try:
        if path.stat().st_size > BIGGEST:
            return False
        data = path.read_bytes().decode("utf-8", errors="ignore")
    except OSError:
        return False
    return any(re.search(rf"(?<!\w){re.escape(form)}(?!\w)", data) for form in forms)


def left(student: str, work: Path) -> list[Path]:
    """Return the files of a grading folder whose name or content still names a student."""
    return [
        path
        for path in sorted(work.rglob("*"))
        if student in (path.name, path.stem) or (path.is_file() and _names(student, path))
    ]


def main(arguments: list[str]) -> int:
    """Delete a student and say what was removed; return 1 when the name still stands somewhere."""
    import argparse

    parser = argparse.ArgumentParser(prog="python -m llmlab.grading forget", description=__doc__)
    parser.add_argument("student", help="学籍番号（提出したファイルかフォルダーの名前）")
    parser.add_argument("--out", type=Path, help="採点結果のフォルダー（既定: grading）")
    chosen = parser.parse_args(arguments)
    work = (chosen.out or ROOT / "grading").resolve()
    removed, still = forget(chosen.student, work)
    print(f"「{chosen.student}」の記録を消しました。")
    for phrase in removed:
        print(f"  {phrase}")
    if gradebook.server():
        print("PostgreSQL のサーバーの控えとログ（WAL）には、まだ残っていることがあります。")
    print("受け取った提出フォルダー、控え（バックアップ）、人に渡した報告や成績表は、別に消してください。")
    for path in still:
        print(f"まだ名前が残っています: {path}")
    return 1 if still else 0
