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
    A short number counts only in a column of numbers that name people: others hold seats, years or groups.
    """

    IDENTITY = re.compile(r"ID|識別|identifier|user|ユーザ|番号", re.IGNORECASE)
    SEAT = re.compile(r"出席|座席|^番号$|^No\.?$", re.IGNORECASE)
    FAMILY, GIVEN = ("姓", "Last name"), ("名", "First name")
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
        family, given = (next((header.index(one) for one in names if one in header), None) for names in (self.FAMILY, self.GIVEN))
        for row in rows[1:]:
            row += [""] * (len(header) - len(row))
            number = unicodedata.normalize("NFKC", row[columns[0]]).strip()
            if not number:
                continue
            self.students.append(number)
            names = [one for place, one in enumerate(row) if self._names_people(header, place, one)]
            if family is not None and given is not None:
                names += [row[family] + row[given], row[given] + row[family]]
            names += [last for one in row if (last := one.strip().rpartition(" ")[2]) != one.strip() and last.isdigit()]
            for alias in filter(None, map(self._same, names)):
                self.known.setdefault(alias, set()).add(number)

    def _names_people(self, header: list[str], place: int, cell: str) -> bool:
        title = header[place] if place < len(header) else ""
        if not cell.strip().isdigit() or title in self.NUMBER:
            return True
        return bool(self.IDENTITY.search(title)) and not self.SEAT.search(title)

    @staticmethod
    def _same(text: str) -> str:
        """Return a name without what people write in more than one way: width, spaces, capitals."""
        return "".join(unicodedata.normalize("NFKC", text).split()).casefold()

    def find(self, *texts: str) -> set[str]:
        """Return the students whom one of the texts, or a part of one between ``_``, ``@`` and spaces, names.

        Between spaces only a part with a digit does: half a name is not a name.
        """
        whole = [unicodedata.normalize("NFKC", text) for text in texts if text]
        for ends in (None, r"[_@]+", r"[_@\s]+"):
            parts = [part for text in whole for part in (re.split(ends, text) if ends else [text])]
            if ends and "s" in ends:
                parts = [part for part in parts if any(map(str.isdigit, part))]
            if found := {student for part in parts for student in self.known.get(self._same(part), ())}:
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
