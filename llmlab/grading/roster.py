"""The list of students, and CSV files of learning systems."""

from __future__ import annotations

import contextlib
import csv
import io
import re
import unicodedata
from pathlib import Path

from llmlab.errors import CourseError


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
