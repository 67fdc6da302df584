"""Writes the Colab badge and Colab's set-up cell into every notebook, and clears what running it left there.

Badge and set-up cell follow from one place, ``data/course.toml``: ``[course] repository`` and ``branch`` name
the git address of the student edition. ``python -m llmlab.grading sync`` writes them into ``notebooks/`` and
``solutions/`` (``exercises/`` is generated from ``solutions/``) and takes out outputs, execution counts, widget
state and what an editor noted; ``--check`` writes nothing and names what would change.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
BADGE_MARK = "<!-- badge -->"
BADGE_TEXT = "[![Colab で開く]"
BADGE_IMAGE = "https://colab.research.google.com/assets/colab-badge.svg"
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
# What a notebook's and a cell's metadata may hold; editors add more.
NOTEBOOK_KEYS = ("kernelspec", "language_info", "llmlab", "accelerator", "colab")
CELL_KEYS = ("tags", "llmlab", "nbgrader", "jp-MarkdownHeadingCollapsed", "jupyter", "editable", "deletable")
COLAB = "https://colab.research.google.com/github"

SETUP = """\
# Colab で開いたときだけ、教材の部品とモデルを用意します。ほかの環境では何もしません。
import os
import sys

if "COLAB_RELEASE_TAG" in os.environ:
    source = os.environ.get("LLMLAB_SOURCE", "{source}")
    if os.system(f'"{{sys.executable}}" -m pip install -q "{{source}}"{more}'):
        sys.exit("教材を入れられませんでした。ネットワークを確かめて、このセルをもう一度実行してください。")"""
FETCH = "\n    from llmlab import models\n"
SINGLY = 3  # more roles are fetched in a loop: the cell stays short
# Packages of the extra ``lab`` that Colab lacks: its set-up cell brings them to the notebooks that import them alone.
# Before anything is imported: TRL asks for a newer datasets and pyarrow than Colab's.
COLAB_LACKS = ("trl",)


def course(root: Path = ROOT) -> dict:
    """The table ``[course]`` of ``data/course.toml``: title, repository, branch, version."""
    return tomllib.loads((root / "data" / "course.toml").read_text(encoding="utf-8"))["course"]


def student_path(path: Path, root: Path = ROOT) -> str:
    """Where a notebook lies in the student edition: ``solutions/X/X.ipynb`` becomes ``exercises/X/X.ipynb``."""
    parts = path.resolve().relative_to(root.resolve()).parts
    return "/".join(("exercises", *parts[1:]) if parts[0] == "solutions" else parts)


def badge(path: Path, root: Path = ROOT) -> str:
    """The badge line (markdown) that opens the notebook's student edition in Colab."""
    place = course(root)
    repository = (
        place["repository"].removesuffix("/").removesuffix(".git").removeprefix("https://github.com/")
    )
    address = f"{COLAB}/{repository}/blob/{place['branch']}/{student_path(path, root)}"
    return f"{BADGE_TEXT}({BADGE_IMAGE})]({address})"


def roles(notebook: nbformat.NotebookNode) -> list[str]:
    """The model roles that a notebook names, in ``models.path(…)`` and ``models.entry(…)``.

    A role stands there as a literal, or as a name that a cell sets to one (``ROLE = "encoder"``). A call whose
    ``CourseError`` the cell catches itself shows the message of a wrong role: it names none.
    """
    named: dict[str, str] = {}
    used: list[ast.expr] = []
    for cell in notebook.cells:
        if cell.cell_type != "code" or cell.get("id") == "setup":
            continue
        try:
            tree = ast.parse(cell.source)
        except SyntaxError:  # a magic, or a cell that shows an error on purpose
            continue
        shown = {id(node) for attempt in _caught(tree) for node in ast.walk(attempt)}
        for node in ast.walk(tree):
            if id(node) in shown:
                continue
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                named |= {
                    target.id: node.value.value for target in node.targets if isinstance(target, ast.Name)
                }
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
                continue
            owner = node.func.value
            if (
                node.func.attr in ("path", "entry")
                and isinstance(owner, ast.Name | ast.Attribute)
                and (owner.id if isinstance(owner, ast.Name) else owner.attr) == "models"
            ):
                used.append(node.args[0])
    found = [
        role.value if isinstance(role, ast.Constant) else named.get(role.id, "")
        for role in used
        if isinstance(role, ast.Constant | ast.Name)
    ]
    return [role for role in dict.fromkeys(found) if isinstance(role, str) and role]


def _caught(tree: ast.Module) -> Iterator[ast.stmt]:
    """The statements of every ``try:`` with an ``except CourseError``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Try) and any(
            isinstance(handler.type, ast.Name) and handler.type.id == "CourseError"
            for handler in node.handlers
        ):
            yield from node.body


def lacking(notebook: nbformat.NotebookNode, root: Path = ROOT) -> list[str]:
    """The requirements, as ``pyproject.toml`` writes them, that Colab lacks and a cell of the notebook imports."""
    imported = set()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            found = re.findall(r"^ *(?:import|from) +(\w+)", cell.source, re.MULTILINE)
            imported.update(name for name in found if name in COLAB_LACKS)
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"] if imported else {}
    listed = project.get("optional-dependencies", {}).get("lab", [])
    return [line for line in listed if re.split(r"[^\w-]", line)[0] in imported]


def setup_source(notebook: nbformat.NotebookNode, root: Path = ROOT) -> str:
    """The source of the set-up cell: Colab only; installs the student edition and what Colab lacks, fetches the models."""
    place = course(root)
    more = "".join(f' "{line}"' for line in lacking(notebook, root))
    source = SETUP.format(source=f"git+{place['repository'].removesuffix('/')}@{place['branch']}", more=more)
    named = roles(notebook)
    if named:
        calls = [f'models.path("{role}")' for role in named]
        if len(named) > SINGLY:
            listed = ", ".join(f'"{role}"' for role in named)
            calls = [f"for role in ({listed}):", "    models.path(role)"]
        source += FETCH + "".join(f"\n    {line}" for line in calls)
    return source


def write(notebook: nbformat.NotebookNode, path: Path, root: Path = ROOT) -> list[str]:
    """Puts badge and set-up cell into a notebook (in place).

    Returns what could not be done, one sentence each: no cell ``setup``, no place for the badge.
    """
    problems = []
    setup = [cell for cell in notebook.cells if cell.get("id") == "setup"]
    if setup:
        setup[0].source = setup_source(notebook, root)
        tags = setup[0].metadata.setdefault("tags", [])
        if "setup" not in tags:
            tags.append("setup")
    else:
        problems.append("no cell with the id setup")
    header = notebook.cells[0] if notebook.cells else {"source": ""}
    lines = header["source"].split("\n")
    places = [i for i, line in enumerate(lines) if line.strip() == BADGE_MARK or line.startswith(BADGE_TEXT)]
    if places:
        lines[places[0]] = badge(path, root)
        header["source"] = "\n".join(lines)
    else:
        problems.append(f"no line {BADGE_MARK} in the first cell")
    return problems


def tidy(notebook: nbformat.NotebookNode) -> None:
    """Takes out (in place) what running and editing left: outputs, counts, widget state, an editor's notes."""
    for key in set(notebook.metadata) - set(NOTEBOOK_KEYS):
        del notebook.metadata[key]
    notebook.metadata["kernelspec"] = dict(KERNEL)
    notebook.metadata["language_info"] = {"name": "python"}
    for cell in notebook.cells:
        for key in set(cell.metadata) - set(CELL_KEYS):
            del cell.metadata[key]
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None


def notebooks(root: Path = ROOT) -> list[Path]:
    """The notebooks that are written by hand: lectures, then exercises with their answers."""
    return sorted((root / "notebooks").glob("*.ipynb")) + sorted((root / "solutions").glob("*/*.ipynb"))


def main(argv: list[str] | None = None) -> int:
    """Command line; returns 0 when every notebook has (or, with ``--check``, had) badge and set-up cell."""
    parser = argparse.ArgumentParser(prog="python -m llmlab.grading sync", description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a notebook would change")
    parser.add_argument("--root", type=Path, default=ROOT, help="the repository (default: this one)")
    options = parser.parse_args(argv)
    failed = 0
    for path in notebooks(options.root):
        name = path.relative_to(options.root).as_posix()
        before = path.read_text(encoding="utf-8")
        notebook = nbformat.reads(before, as_version=4)
        tidy(notebook)
        problems = write(notebook, path, options.root)
        after = nbformat.writes(notebook) + "\n"
        for problem in problems:
            print(f"{name}: {problem}")
        failed += bool(problems)
        if after.rstrip("\n") == before.rstrip("\n"):
            continue
        print(f"{name}: {'differs' if options.check else 'written'}")
        if options.check:
            failed += 1
        else:
            path.write_text(after, encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
