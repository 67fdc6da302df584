"""Every public name of llmlab explains itself, and importing llmlab costs nothing."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted((ROOT / "llmlab").glob("*.py"))
# Run as a command; nobody imports its functions, and its errors end in one sentence.
PROGRAMS = ("setup",)
# What the notebooks' libraries cost at import is paid when a function needs them.
HEAVY = (
    "torch",
    "transformers",
    "matplotlib",
    "numpy",
    "scipy",
    "ipywidgets",
    "IPython",
    "tqdm",
    "huggingface_hub",
    "openai",
    "fastapi",
)


def public(node: ast.AST, prefix: str = "") -> Iterator[tuple[str, ast.AST]]:
    """The public functions, classes and methods below a node, with their dotted names."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if child.name.startswith("_"):
                continue
            yield prefix + child.name, child
            if isinstance(child, ast.ClassDef):
                yield from public(child, f"{prefix}{child.name}.")


def undocumented(source: str, program: bool = False) -> list[str]:
    """What a module's documentation lacks, a sentence each; a program's errors are its own affair."""
    tree = ast.parse(source)
    found = [] if ast.get_docstring(tree) else ["the module has no docstring"]
    for name, node in public(tree):
        text = ast.get_docstring(node) or ""
        if len(text) < 15:
            found.append(f"{name} has no docstring")
        elif not program and isinstance(node, ast.FunctionDef) and raises(node) and "Raises" not in text:
            found.append(
                f"{name} raises {', '.join(sorted(raises(node)))} and its docstring has no section Raises"
            )
    return found


def raises(function: ast.FunctionDef) -> set[str]:
    """The errors that a function raises itself, not in functions inside it."""
    found, waiting = set(), list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda):
            continue
        if isinstance(node, ast.Raise) and node.exc is not None:
            error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            name = error.attr if isinstance(error, ast.Attribute) else getattr(error, "id", "")
            if name.endswith("Error") and not name.startswith("_"):
                found.add(name)
        waiting += ast.iter_child_nodes(node)
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_public_names_are_documented(path):
    assert undocumented(path.read_text(encoding="utf-8"), path.stem in PROGRAMS) == []


def test_the_check_fires():
    bad = (
        "def shown():\n    return 1\n\nclass Thing:\n    'A thing of some sort.'\n    def act(self):\n        return 2\n\n"
        "def fails():\n    'Fail when it is called.'\n    raise ValueError('x')\n\ndef _hidden():\n    return 3\n"
    )
    assert undocumented(bad) == [
        "the module has no docstring",
        "shown has no docstring",
        "Thing.act has no docstring",
        "fails raises ValueError and its docstring has no section Raises",
    ]


def test_importing_llmlab_is_light():
    names = ", ".join(f"llmlab.{path.stem}" for path in MODULES if path.stem != "__init__")
    code = f"import sys, json\nimport {names}\nprint(json.dumps(sorted(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in json.loads(run.stdout)}
    assert not loaded & set(HEAVY), f"import llmlab loads {sorted(loaded & set(HEAVY))}"


def test_notebooks_side_does_not_need_the_instructors():
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert not (node.module or "").startswith("llmlab.grading"), (
                    f"{path.name} imports {node.module}"
                )
            if isinstance(node, ast.Import):
                assert not [item for item in node.names if item.name.startswith("llmlab.grading")], path.name
