"""What several test files share: the student edition and its wheel, made once."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def edition(tmp_path_factory) -> Path:
    """The student edition."""
    from llmlab.grading import student

    folder = tmp_path_factory.mktemp("edition") / "student"
    student.build(folder)
    return folder


@pytest.fixture(scope="session")
def wheel(edition, tmp_path_factory) -> Path:
    """The wheel, built from the student edition."""
    from llmlab.grading import student

    return student.wheel(edition, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def installed(wheel, tmp_path_factory) -> Path:
    """The wheel's content, as pip would put it into site-packages."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder
