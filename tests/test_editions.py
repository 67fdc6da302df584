"""Two editions: the student's carries no answer and no hidden test, and finds its data wherever it runs."""

from __future__ import annotations

import filecmp
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import mini
import nbformat
import pytest

from llmlab import models
from llmlab.errors import CourseError
from llmlab.grading import release, student

ROOT = student.ROOT


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_student_edition_is_whole(edition):
    names = files(edition)
    wanted = {"README.md", "LICENSE", "LICENSE-text.md", "Makefile", "requirements.txt", "environment.yml"}
    wanted |= {"pyproject.toml", "llmlab/__init__.py", "llmlab/setup.py", "data/models.toml"}
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        wanted.add(f"notebooks/{path.name}")
    for name in release.names():
        wanted.add(f"exercises/{name}/{name}.ipynb")
    assert wanted <= names, f"missing: {sorted(wanted - names)}"
    tops = {name.split("/")[0] for name in names}
    assert not tops & {"solutions", "tests", "instructor", ".ci", "nbgrader_config.py", "dist", ".venv"}, tops


def test_the_student_makefile_offers_lab_alone(edition):
    lines = (edition / "Makefile").read_text(encoding="utf-8").split("\n")
    targets = [
        line.split(":")[0]
        for line in lines
        if line and line[0].isalpha() and ":" in line and "?=" not in line
    ]
    assert targets == ["lab"]
    if shutil.which("make"):
        shown = subprocess.run(["make", "-n", "lab"], cwd=edition, capture_output=True, text=True)
        assert "-m llmlab.setup lab" in shown.stdout


def test_neither_edition_nor_wheel_leaks(edition, installed):
    known = student.secrets()
    assert len(known.lines) >= 10 and known.blocks, "the scan knows no secrets; are the marks still right?"
    assert student.leaks(edition, known) == []
    assert student.leaks(installed, known) == []
    for folder in (edition, installed):
        assert not [name for name in files(folder) if "llmlab/grading" in name or name.startswith("tests/")]


def test_the_wheel_holds_every_file_that_a_notebook_reads_without_fetching(edition, installed):
    """Colab has the wheel alone: what no manifest fetches must travel in it."""
    fetched = ("models/", "corpus/ja/", "build/")
    wanted = {name for name in files(edition / "data") if not name.startswith(fetched)}
    assert len(wanted) > 30
    assert not wanted - files(installed / "llmlab" / "manifests")


def test_the_wheel_holds_package_and_manifests(installed):
    names = files(installed)
    assert {"llmlab/__init__.py", "llmlab/manifests/models.toml", "llmlab/manifests/papers.toml"} <= names
    assert any(name.startswith("llmlab/manifests/text/") for name in names)
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"llmlab"}


# ---------------------------------------------------------------- the scan fires


@pytest.fixture
def planted(edition, tmp_path) -> Path:
    folder = tmp_path / "student"
    shutil.copytree(edition, folder)
    return folder


def solution_lines() -> list[str]:
    return sorted(student.secrets().lines, key=len)


def add_cell(path: Path, text: str) -> None:
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(mini.code("planted", text))
    nbformat.write(notebook, path)


def plant_line(folder: Path):
    add_cell(next(folder.glob("exercises/*/*.ipynb")), f"x = 1\n    {solution_lines()[-1]}")


def plant_output(folder: Path):
    path = next(folder.glob("exercises/*/*.ipynb"))
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cell = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    cell["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": ["a\n", solution_lines()[0] + "\n"]}
    ]
    path.write_text(json.dumps(notebook), encoding="utf-8")


def plant_metadata(folder: Path):
    path = next(folder.glob("exercises/*/*.ipynb"))
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["metadata"]["note"] = {"deep": [1, {"text": solution_lines()[0]}]}
    path.write_text(json.dumps(notebook), encoding="utf-8")


def plant_block(folder: Path):
    path = next(folder.glob("notebooks/*.ipynb"))
    add_cell(path, "\n".join(f"    {line}" for line in student.secrets().blocks[0]))


def plant_mark(folder: Path):
    add_cell(next(folder.glob("notebooks/*.ipynb")), "### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS")


def plant_text(folder: Path):
    (folder / "data" / "notes.md").write_text(f"{solution_lines()[-1]}\n", encoding="utf-8")


def plant_package(folder: Path):
    (folder / "llmlab" / "grading").mkdir()
    (folder / "llmlab" / "grading" / "__init__.py").write_text("", encoding="utf-8")


def plant_tests(folder: Path):
    (folder / "tests").mkdir()
    (folder / "tests" / "x.txt").write_text("x", encoding="utf-8")


def plant_picture(folder: Path):
    (folder / "instructor").mkdir()
    (folder / "instructor" / "report.png").write_bytes(b"\x89PNG")


@pytest.mark.parametrize(
    ("plant", "words"),
    [
        (plant_line, "the line"),
        (plant_output, "the line"),
        (plant_metadata, "the line"),
        (plant_block, "a whole block"),
        (plant_mark, "the mark"),
        (plant_text, "the line"),
        (plant_package, "belongs to the instructor"),
        (plant_tests, "belongs to the instructor"),
        (plant_picture, "belongs to the instructor"),
    ],
)
def test_a_planted_leak_is_found(planted, plant, words):
    plant(planted)
    found = student.leaks(planted, student.secrets())
    assert found and all(words in sentence for sentence in found), found


@pytest.fixture
def small_course(tmp_path, monkeypatch) -> Path:
    """A course in miniature under git, with one lecture and one exercise; nbgrader is left out."""
    root = tmp_path / "course"
    mini.Mini(root).write()

    def generate(destination: Path, root: Path) -> None:
        (destination / mini.LESSON).mkdir(parents=True)
        (destination / mini.LESSON / f"{mini.LESSON}.ipynb").write_text('{"cells": []}', encoding="utf-8")

    monkeypatch.setattr(release, "generate", generate)
    (root / "llmlab" / "grading").mkdir(parents=True)
    (root / "llmlab" / "__init__.py").write_text("", encoding="utf-8")
    (root / "llmlab" / "grading" / "__init__.py").write_text("", encoding="utf-8")
    (root / "README.md").write_text(
        "# 講座\n<!-- instructor -->\n採点のしかた\n<!-- /instructor -->\nはじめに\n", encoding="utf-8"
    )
    (root / "data" / "draft.md").write_text("まだ出さない\n", encoding="utf-8")
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    subprocess.run(["git", "add", ".", ":!data/draft.md"], cwd=root, check=True)
    return root


def test_only_tracked_files_and_no_instructor_part(tmp_path, small_course):
    root = small_course
    made = student.build(tmp_path / "out", root)
    assert "data/draft.md" not in made and "data/course.toml" in made
    assert "llmlab/grading/__init__.py" not in made and "solutions" not in " ".join(made)
    assert (tmp_path / "out" / "README.md").read_text(encoding="utf-8") == "# 講座\nはじめに\n"


def test_a_leak_stops_the_build_and_writes_nothing(tmp_path, small_course):
    root = small_course
    (root / "data" / "course.toml").write_text(
        "# assert add_one(value) == value + 1\n### BEGIN SOLUTION\n", encoding="utf-8"
    )
    with pytest.raises(CourseError, match="BEGIN SOLUTION"):
        student.build(tmp_path / "out", root)
    assert not (tmp_path / "out").exists()


def test_building_again_keeps_git_and_drops_what_is_gone(tmp_path, small_course):
    root = small_course
    out = tmp_path / "out"
    student.build(out, root)
    (out / ".git").mkdir()
    (out / ".git" / "HEAD").write_text("x", encoding="utf-8")
    (out / "data" / "old.md").write_text("x", encoding="utf-8")
    student.build(out, root)
    assert (out / ".git" / "HEAD").is_file() and not (out / "data" / "old.md").exists()


# ---------------------------------------------------------------- exercises/ is what nbgrader makes


def test_exercises_equal_what_nbgrader_generates(tmp_path):
    release.generate(tmp_path)
    assert files(tmp_path) == files(ROOT / "exercises"), "run `make exercises`"
    _, different, errors = filecmp.cmpfiles(
        tmp_path, ROOT / "exercises", sorted(files(tmp_path)), shallow=False
    )
    assert not different and not errors, f"run `make exercises`: {different} differ"


# ---------------------------------------------------------------- the five places

PROBE = """\
import json
import llmlab
from llmlab import data, models

print(json.dumps({
    "package": llmlab.__file__,
    "papers": str(data.find("papers.toml")),
    "words": str(data.find("text/ambiguous_words.toml")),
    "chat": models.entry("chat").name,
}))
"""


def probe(cwd: Path, code: str = PROBE, **environment: str) -> dict:
    cleared = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "LLMLAB_DATA", "LLMLAB_CACHE")}
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=cwd, env={**cleared, **environment}, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def in_checkout(found: dict) -> bool:
    return all(Path(found[key]).is_relative_to(ROOT) for key in ("package", "papers", "words"))


def test_data_is_found_in_notebooks():
    assert in_checkout(probe(ROOT / "notebooks"))


def test_data_is_found_in_exercises():
    for name in release.names():
        assert in_checkout(probe(ROOT / "exercises" / name))


def test_data_is_found_where_nbgrader_grades(tmp_path):
    for name in release.names():
        folder = tmp_path / "autograded" / "hanako" / name
        folder.mkdir(parents=True)
        assert in_checkout(probe(folder))


def test_data_is_found_without_a_clone(tmp_path, installed):
    """As in Colab: the wheel alone, an empty folder, which even holds somebody's own data folder."""
    (tmp_path / "data").mkdir()
    found = probe(tmp_path, PYTHONPATH=str(installed), HOME=str(tmp_path / "home"))
    assert all(
        Path(found[key]).is_relative_to(installed / "llmlab") for key in ("package", "papers", "words")
    )


def test_data_is_found_on_a_hub(tmp_path, installed):
    """The wheel, a home elsewhere that cannot be written, and a shared folder that holds the models."""
    shared, home = tmp_path / "shared", tmp_path / "home"
    folder = shared / "models" / models.entry("encoder").folder
    folder.mkdir(parents=True)
    (folder / models.RECEIPT).write_text("{}", encoding="utf-8")
    home.mkdir()
    code = PROBE.replace('"chat":', '"encoder": str(models.path("encoder")), "chat":')
    found = probe(home, code, PYTHONPATH=str(installed), HOME=str(home), LLMLAB_DATA=str(shared))
    assert found["encoder"] == str(folder)
    assert Path(found["papers"]).is_relative_to(installed)
    assert list(home.iterdir()) == [], "nothing is written into the home"


def test_a_shared_folder_comes_first(tmp_path, installed):
    (tmp_path / "papers.toml").write_text("", encoding="utf-8")
    found = probe(tmp_path, PYTHONPATH=str(installed), LLMLAB_DATA=str(tmp_path))
    assert found["papers"] == str(tmp_path / "papers.toml")
