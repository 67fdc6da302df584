"""The rooms of the repository, its lock, and what must never be committed."""

import importlib.metadata
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ["notebooks", "solutions", "exercises", "data", "llmlab", "tests"]
FILES = ["README.md", "INSTRUCTOR.md", "Makefile", "requirements.txt", "environment.yml", "pyproject.toml", "nbgrader_config.py"]
FILES += ["LICENSE", "LICENSE-text.md", "data/README.md", "data/models.toml", "data/papers.toml", "data/claims.toml"]


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def lock(name="requirements.txt") -> list[Requirement]:
    lines = (ROOT / name).read_text("utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def test_the_rooms_are_there():
    for name in ROOMS:
        assert (ROOT / name).is_dir(), name
    for name in FILES:
        assert (ROOT / name).is_file(), name


def test_every_test_file_is_in_a_stage():
    from tests import __main__ as stages

    named = [file for _, files in stages.STAGES for file in files]
    assert sorted(named) == sorted(file.name for file in (ROOT / "tests").glob("test_*.py"))


@pytest.mark.parametrize("name", ["requirements.txt", "tests/requirements.txt"])
def test_every_package_is_pinned(name):
    for requirement in lock(name):
        assert re.fullmatch(r"==[^*,]+", str(requirement.specifier)), requirement


def environments():
    for minor, full in ((11, "3.11.9"), (12, "3.12.9"), (13, "3.13.5")):
        for system, platform, machine in (
            ("linux", "Linux", "x86_64"),
            ("darwin", "Darwin", "arm64"),
            ("win32", "Windows", "AMD64"),
        ):
            yield {
                "python_version": f"3.{minor}",
                "python_full_version": full,
                "sys_platform": system,
                "platform_system": platform,
                "platform_machine": machine,
                "os_name": "nt" if system == "win32" else "posix",
                "implementation_name": "cpython",
            }


def test_the_lock_gives_one_version_of_each_package_everywhere():
    direct = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = direct["dependencies"] + direct["optional-dependencies"]["lab"]
    for environment in environments():
        names = [r.name for r in lock() if r.marker is None or r.marker.evaluate(environment)]
        assert len(names) == len(set(names)), environment
        for line in wanted:
            assert Requirement(line).name in names, (line, environment)


def test_the_lock_holds_what_is_imported_here():
    """The environment that the tests run in is the lock's: same versions, nothing else that matters."""
    for requirement in lock() + lock("tests/requirements.txt"):
        if requirement.marker is None or requirement.marker.evaluate():
            installed = importlib.metadata.version(requirement.name).split("+")[0]
            assert requirement.specifier.contains(installed, prereleases=True), (requirement, installed)


def test_the_lock_is_closed():
    """Every requirement of every locked package is in the lock too."""
    names = {re.sub(r"[-_.]+", "-", r.name).lower() for r in lock()}
    for name in sorted(names):
        try:
            needs = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # a package of another platform
        for line in needs:
            need = Requirement(line)
            if need.marker is None or need.marker.evaluate({"extra": ""}):
                assert re.sub(r"[-_.]+", "-", need.name).lower() in names, f"{name} needs {line}"


def test_conda_takes_the_same_lock():
    conda = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    python = next(line for line in conda["dependencies"] if str(line).startswith("python="))
    assert python.split("=")[1] in {"3.11", "3.12", "3.13"}
    pip = next(line for line in conda["dependencies"] if isinstance(line, dict))["pip"]
    assert "-r requirements.txt" in pip


def test_readme_has_the_two_commands_the_credit_and_both_languages():
    text = (ROOT / "README.md").read_text("utf-8")
    for needed in ("make lab", "make test", "Windows", "macOS", "Colab", "小池 敦", "東北大学", "## English"):
        assert needed in text, needed
    assert text.index("はじめる") < text.index("## English")
    for picture in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text):
        assert (ROOT / picture).is_file(), picture


@pytest.mark.parametrize("name", ["README.md", "INSTRUCTOR.md"])
def test_every_target_and_command_that_a_guide_names_exists(name):
    from llmlab.grading.__main__ import COMMANDS

    makefile, text = (ROOT / "Makefile").read_text("utf-8"), (ROOT / name).read_text("utf-8")
    for target in set(re.findall(r"`make (\w+)", text)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for command in set(re.findall(r"llmlab\.grading (\w+)", text)):
        assert command in COMMANDS, command


def test_numbers_of_named_pairs_are_those_of_the_code():
    from llmlab.grading.likeness import COMMON, GRAM, OWN, SHARE, common

    text = (ROOT / "INSTRUCTOR.md").read_text("utf-8")
    small = max(count for count in range(1, 1000) if common(count) == common(1))
    assert f"（{GRAM} トークンの並び）が {OWN} 個以上" in text
    assert f"少ないほうの {SHARE:.0%} 以上になる組".replace("%", " %") in text
    assert f"{small} 人までのクラスでは、{common(1) + 1} 人以上が" in text
    assert f"（{small + 1} 人からは、およそ {COMMON:.0%} を".replace("%", " %") in text


def test_the_syllabus_holds_every_lesson_and_stays_with_the_instructor():
    from llmlab.grading import student

    text = (ROOT / "INSTRUCTOR.md").read_text("utf-8")
    plan = text[text.index("### 15 回") : text.index("## AI の利用")]
    for lesson in tomllib.loads((ROOT / "data" / "course.toml").read_text("utf-8"))["lesson"]:
        assert lesson["id"] in plan, lesson["id"]
    assert len(re.findall(r"^\| \d+ \|", plan, re.MULTILINE)) == 15
    assert student.parts(["INSTRUCTOR.md", "README.md"]) == ["README.md"]


def test_the_pictures_of_the_instructors_guide_are_small_and_stay_with_the_instructor():
    from llmlab.grading import student
    from tests import pictures

    found = re.findall(r"!\[([^\]]+)\]\(([^)]+)\)", (ROOT / "INSTRUCTOR.md").read_text("utf-8"))
    assert {path for _, path in found} == {path.relative_to(ROOT).as_posix() for path in pictures.OUT.iterdir()}
    for _, path in found:
        assert (ROOT / path).stat().st_size <= pictures.MOST, path
        assert student.parts([path]) == []


def test_every_data_file_has_its_licence():
    text = (ROOT / "data" / "README.md").read_text("utf-8")
    for path in tracked():
        parts = path.relative_to(ROOT).parts
        if parts[0] == "data" and parts[1] not in {"README.md", "build"}:
            name = "/".join(parts[1:])
            assert f"`{name}`" in text or f"`{'/'.join(parts[1:-1])}/`" in text, f"data/README.md lacks {name}"
    for role in tomllib.loads((ROOT / "data" / "models.toml").read_text("utf-8")):
        assert f"`{role}`" in text, role


def test_sizes():
    sizes = {path: path.stat().st_size for path in tracked()}
    for path, size in sizes.items():
        assert size <= 25_000_000, path
    assert sum(size for path, size in sizes.items() if "data" in path.parts) <= 150_000_000


def test_nothing_that_must_not_be_committed():
    forbidden = (".venv", ".ipynb_checkpoints", "__pycache__", "dist", "gradebook.db", ".env")
    for path in tracked():
        assert not set(path.relative_to(ROOT).parts) & set(forbidden), path


def test_ci_runs_the_readme_command():
    assert "make test" in (ROOT / ".ci" / "run").read_text("utf-8")
