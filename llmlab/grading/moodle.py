"""The zip in which Moodle takes everybody's feedback back at once.

Moodle reads from a file's name whose it is, split at underscores: anything, the participant's number, the kind and the
name of a plug-in, then what the student will see. So the names with which it hands out submissions are also those under
which it takes feedback (Moodle's own source, ``mod/assign/feedback/file/importziplib.php``).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePath

from llmlab.grading.books import write_whole
from llmlab.grading.layouts import MOODLE


def owner(sent: PurePath) -> str:
    """Return ``NAME_NUMBER`` of a submission's file or folder as Moodle names it, ``""`` where it came otherwise."""
    found = MOODLE.fullmatch(sent.parts[0]) if sent.parts else None
    # A name may hold an underscore, and then Moodle would not find the number.
    return f"{found['who'].replace('_', ' ')}_{found['number']}" if found else ""


def place(work: Path, exercise: str) -> Path:
    """Return where the zip of an exercise lies in a grading folder."""
    return work / f"{exercise}-moodle.zip"


def write_feedback(path: Path, pages: Mapping[str, Path]) -> None:
    """Write a zip of feedback pages, whole or not at all.

    Parameters
    ----------
    path
        The zip.
    pages
        Each student's page, by :func:`owner`.

    Raises
    ------
    OSError
        When it cannot be written.
    """
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, page in sorted(pages.items()):
            archive.write(page, f"{name}_assignsubmission_file_{page.name}")
    write_whole(path, data.getvalue())
