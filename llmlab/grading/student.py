"""The student edition: what students, Colab and Binder receive, without answers and hidden tests.

``python -m llmlab.grading student`` writes ``dist/student/`` and, from it, the wheel into ``dist/``; before
that it brings badges, set-up cells and ``exercises/`` up to date.
Only files that git tracks can get in, and of these only what ``PARTS`` names; the exercises are generated
afresh. Before anything appears in ``dist/`` both are searched for answers and hidden tests.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from llmlab.errors import CourseError
from llmlab.grading import release, sync

ROOT = Path(__file__).resolve().parents[2]
# What a student gets: whole folders (with a slash) and single files. All else stays with the instructor.
PARTS = (
    "notebooks/",
    "data/",
    "docs/",
    "llmlab/",
    "README.md",
    "LICENSE",
    "LICENSE-text.md",
    "requirements.txt",
    "environment.yml",
    "pyproject.toml",
    ".gitignore",
)
WITHOUT = ("llmlab/grading/",)
MAKEFILE = """\
# `make lab` opens the course. Windows without make: py -m llmlab.setup lab
PYTHON ?= python3

.PHONY: lab

lab:
\t@$(PYTHON) -m llmlab.setup lab
"""
# A part of README that only the instructor needs stands between these two lines.
INSTRUCTOR = re.compile(r"^<!-- instructor -->\n.*?^<!-- /instructor -->\n", re.MULTILINE | re.DOTALL)
MARKS = ("BEGIN SOLUTION", "END SOLUTION", "BEGIN HIDDEN", "END HIDDEN")
FORBIDDEN = ("solutions", "tests", "instructor", "grading", ".ci", "nbgrader_config.py")
SECRET = re.compile(
    r"^[ \t]*### BEGIN (SOLUTION|HIDDEN TESTS)[ \t]*\n(.*?)^[ \t]*### END \1", re.MULTILINE | re.DOTALL
)
# A line shorter than this (``return x``) gives nothing away.
TELLING = 12


# ---------------------------------------------------------------- what must not get out


@dataclass(frozen=True)
class Secrets:
    """The answers and hidden tests of all exercises.

    Attributes
    ----------
    lines
        Their telling lines, without those that the exercises also show openly.
    blocks
        Each answer and each hidden test as its lines; those of three lines and more.
    """

    lines: frozenset[str]
    blocks: tuple[tuple[str, ...], ...]


def secrets(root: Path = ROOT) -> Secrets:
    """Return what ``solutions/`` holds between its marks."""
    hidden: set[str] = set()
    shown: set[str] = set()
    blocks = []
    for path in sorted((root / "solutions").glob("*/*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            source = "".join(cell["source"])
            for _, block in SECRET.findall(source):
                lines = _lines(block)
                hidden |= set(lines)
                if len(lines) >= 3:
                    blocks.append(tuple(lines))
            shown |= set(_lines(SECRET.sub("", source)))
    telling = {
        line
        for line in hidden - shown
        if len(line) >= TELLING and not line.startswith(("import ", "from ", "#"))
    }
    return Secrets(frozenset(telling), tuple(blocks))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _strings(value: object) -> Iterator[str]:
    """All strings of a JSON value: sources, outputs, metadata, attachments."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        # A source stored as lines is one text.
        yield "".join(value) if all(isinstance(item, str) for item in value) else ""
        for item in value:
            if not isinstance(item, str):
                yield from _strings(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)


def leaks(folder: Path, known: Secrets) -> list[str]:
    """Return what a folder gives away, a sentence each.

    In the exercises, in text and tables every single line of an answer or a hidden test counts. Lectures and
    ``llmlab`` may well hold one such line, since they teach the same thing: there a whole block counts.

    Parameters
    ----------
    folder
        The student edition, or the unpacked wheel.
    """
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        relative = path.relative_to(folder)
        name = relative.as_posix()
        if relative.parts[0] == ".git":
            continue
        if bad := [part for part in relative.parts if part in FORBIDDEN]:
            found.append(f"{name}: {bad[0]} belongs to the instructor")
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if path.suffix == ".ipynb":
            text = "\n".join(_strings(json.loads(text)))
        if path.suffix != ".py":  # llmlab.check names the marks to leave such cells out
            found += [f"{name}: the mark {mark}" for mark in MARKS if mark in text]
        lines = set(_lines(text))
        if relative.parts[0] in ("notebooks", "llmlab"):
            found += [
                f"{name}: a whole block, {block[0]!r} …" for block in known.blocks if set(block) <= lines
            ]
        else:
            found += [f"{name}: the line {line!r}" for line in sorted(known.lines & lines)]
    return found


# ---------------------------------------------------------------- making it


def tracked(root: Path = ROOT) -> list[str]:
    """Return the files that git tracks and that exist, relative to ``root``.

    Raises
    ------
    CourseError
        When ``root`` is not a git repository.
    """
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True)
    if listing.returncode:
        raise CourseError(
            "学生版は git が管理しているファイルから作ります。git のリポジトリーの中で実行してください。"
        )
    return [name for name in listing.stdout.split("\0") if name and (root / name).is_file()]


def parts(names: Iterable[str]) -> list[str]:
    """Return those of the file names that belong to the student edition."""
    return [
        name
        for name in names
        if any(name == part or (part.endswith("/") and name.startswith(part)) for part in PARTS)
        and not name.startswith(WITHOUT)
    ]


def build(destination: Path, root: Path = ROOT) -> list[str]:
    """Write the student edition into ``destination``; return its files.

    What lay there is replaced, except ``.git``: the folder may be a clone that is then pushed.

    Raises
    ------
    CourseError
        When an answer or a hidden test would get out; nothing is written then.
    """
    known = secrets(root)
    names = tracked(root)
    with tempfile.TemporaryDirectory(prefix="llmlab-") as scratch:
        fresh = Path(scratch) / "student"
        for name in parts(names):
            (fresh / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, fresh / name)
        if (fresh / "README.md").is_file():
            text = (fresh / "README.md").read_text(encoding="utf-8")
            (fresh / "README.md").write_text(INSTRUCTOR.sub("", text), encoding="utf-8")
        (fresh / "Makefile").write_text(MAKEFILE, encoding="utf-8")
        release.generate(fresh / "exercises", root)
        for folder in list((fresh / "exercises").iterdir()):  # an exercise that is still a draft
            if f"solutions/{folder.name}/{folder.name}.ipynb" not in names:
                shutil.rmtree(folder)
        _stop_at(leaks(fresh, known))
        destination.mkdir(parents=True, exist_ok=True)
        for old in destination.iterdir():
            if old.name != ".git":
                shutil.rmtree(old) if old.is_dir() else old.unlink()
        shutil.copytree(fresh, destination, dirs_exist_ok=True, copy_function=shutil.copyfile)
        return sorted(path.relative_to(fresh).as_posix() for path in fresh.rglob("*") if path.is_file())


def wheel(student: Path, destination: Path, root: Path = ROOT) -> Path:
    """Build the wheel from a student edition into ``destination``; return its path.

    Raises
    ------
    CourseError
        When it cannot be built, or an answer or a hidden test would get out.
    """
    with tempfile.TemporaryDirectory(prefix="llmlab-") as scratch:
        source = Path(scratch) / "source"  # building leaves folders behind
        shutil.copytree(student, source, ignore=shutil.ignore_patterns(".git"))
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
        command += ["--disable-pip-version-check", "--wheel-dir", scratch, str(source)]
        made = subprocess.run(command, capture_output=True, text=True)
        if made.returncode:
            raise CourseError(f"wheel を作れません。次の記録を見てください。\n{made.stderr[-2000:]}")
        (built,) = Path(scratch).glob("*.whl")
        with zipfile.ZipFile(built) as archive:
            archive.extractall(Path(scratch) / "unpacked")
        _stop_at(leaks(Path(scratch) / "unpacked", secrets(root)))
        destination.mkdir(parents=True, exist_ok=True)
        for old in destination.glob("llmlab-*.whl"):
            old.unlink()
        return Path(shutil.copy(built, destination))


def _stop_at(found: list[str]) -> None:
    if found:
        raise CourseError(
            "答えや採点用のテストが学生版に入ってしまいます。次を直してください。\n" + "\n".join(found)
        )


def main(arguments: list[str]) -> int:
    """Make ``dist/student/`` and the wheel."""
    parser = argparse.ArgumentParser(
        prog="python -m llmlab.grading student", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--dist", type=Path, default=ROOT / "dist", help="where to (default: dist/)")
    options = parser.parse_args(arguments)
    # Whoever changed a sentence or the address in data/course.toml needs no other command before this one.
    if sync.main([]):
        raise CourseError(
            "上に名前のあるノートブックに、Colab のバッジか準備のセルの場所がありません。直してください。"
        )
    release.generate(ROOT / "exercises")
    files = build(options.dist / "student")
    made = wheel(options.dist / "student", options.dist)
    print(f"{options.dist.name}/student: {len(files)} ファイル")
    print(f"{options.dist.name}/{made.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
