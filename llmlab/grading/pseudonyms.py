"""Stands for a 学籍番号 in reports: the same for the same student, and without the key nobody can go back.

A pseudonym is computed (HMAC-SHA256 with a key of 32 random bytes); no table of names is stored. The key lies
beside the gradebook, readable by its owner alone. Who holds the key and a list of the class can recompute
every pseudonym: a report is pseudonymous, not anonymous.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import unicodedata
from pathlib import Path

from llmlab.errors import CourseError

KEY = "pseudonyms.key"
BYTES = 32
LENGTH = 8  # letters of 5 bits: among 1,000 students two share one with a probability below 1e-6


def key(work: Path) -> bytes:
    """Return the key of a grading folder; the first call makes it (mode 0600).

    Raises
    ------
    CourseError
        When it cannot be read or written, or is damaged: a new one would change every pseudonym.
    """
    path = Path(work) / KEY
    try:
        if not path.exists():
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(BYTES) + "\n")
        text = path.read_text(encoding="ascii").strip()
        value = bytes.fromhex(text)
    except (OSError, ValueError) as error:
        raise CourseError(
            f"仮名の鍵「{path}」を使えません。控えから戻すか、消してください（消すと、仮名がすべて変わります）。"
        ) from error
    if len(value) != BYTES:
        raise CourseError(
            f"仮名の鍵「{path}」が壊れています。控えから戻すか、消してください（消すと、仮名がすべて変わります）。"
        )
    return value


def pseudonym(student: str, secret: bytes) -> str:
    """Return the pseudonym of a student: two groups of four capital letters and digits."""
    name = unicodedata.normalize("NFC", student).strip().encode("utf-8")
    digest = hmac.new(secret, name, hashlib.sha256).digest()
    letters = base64.b32encode(digest).decode("ascii")[:LENGTH]
    return f"{letters[:4]}-{letters[4:]}"
