"""Names that learning systems give to files and folders, and whose they are.

The layouts, and where each is known from:

- Moodle: ``NAME_NUMBER_assignsubmission_file/…`` or, without folders, ``NAME_NUMBER_assignsubmission_file_FILE``.
  Read in Moodle's own source, ``mod/assign/classes/downloader.php``. The number is Moodle's, not the student's.
  :mod:`~llmlab.grading.moodle` returns feedback under the same names.
- manaba: ``学籍番号@ユーザID@FILE``, or the two in the other order, as each site sets it; manaba's help (faq.manaba.jp,
  "提出物を1つのフォルダにまとめる"). Folders of single students: not documented in public, the whole name is taken.
- Google Classroom: ``NAME - TITLE.ipynb`` in a Drive folder, for copies that Classroom makes for each student. Known
  from use, not from a reference. A file that the student made keeps the student's own name for it.
- WebClass: no public description was found. Folders and files are taken by their whole name, or by the list of students.

A list of students (``roster``) settles all of these: a part of a name that is one student's number, user ID, name or
address stands for that student.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from llmlab.grading.roster import Roster

FORBIDDEN = set('/\\:*?"<>|,[]\n\r\t')
# Browsers add .txt and .json; Colab names a copy "….ipynb のコピー".
NOTEBOOK = re.compile(r"\.ipynb(\.txt|\.json)?$|\.json$|\.ipynb ?のコピー( ?\(\d+\))?$", re.IGNORECASE)
# " (1)", "-Copy1", " - コピー", "のコピー", "Copy of …": what browsers, JupyterLab, Windows and Drive add
COPY = re.compile(r"( ?\(\d+\)|-Copy\d*| - コピー|(_ipynb_?)?[ _]?のコピー)+$")
# The first number counts: what follows is a name that the student gave, and may look like somebody else's.
MOODLE = re.compile(r"(?P<who>.+?)_(?P<number>\d+)_assignsubmission_(?P<kind>file|onlinetext)(_(?P<file>.*))?")
MANABA = re.compile(r"(?P<one>[^@]+)@(?P<other>[^@]+)@(?P<file>.+)")


def of_system(name: str) -> bool:
    """Return whether a name is one that Moodle or manaba gives."""
    return bool(MOODLE.fullmatch(name) or MANABA.fullmatch(name))


def whose(unit: str, is_file: bool, exercise: str, roster: Roster) -> tuple[str, str]:
    """Return the student whom a file's or folder's name means, and why none can be said (``""`` if one can)."""
    stem = unit
    if is_file:
        stem = NOTEBOOK.sub("", unit) if NOTEBOOK.search(unit) else PurePosixPath(unit).stem
    if moodle := MOODLE.fullmatch(unit):
        student, clues = f"{moodle['who']}_{moodle['number']}", [moodle["number"], moodle["who"]]
    elif manaba := MANABA.fullmatch(unit):  # a folder where a student has sent a zip
        student, clues = manaba["one"], [manaba["one"], manaba["other"]]
    else:
        if is_file:
            stem = COPY.sub("", stem).removeprefix("Copy of ")
        who, dash, title = stem.partition(" - ")
        if is_file and dash and exercise in title:
            stem = who
        student, clues = stem, [stem]
        if is_file and exercise and stem.startswith(exercise) and not roster.find(stem):
            return stem, "ファイル名が演習の名前なので、だれの提出か分かりません。学籍番号に直してください。"
    named: set[str] = set()
    for clue in clues:  # a name that two share is settled by the number; where the two disagree, nobody is guessed
        found = roster.find(clue)
        named = (named & found) or (named | found)
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
