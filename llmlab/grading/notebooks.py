"""One notebook: read from bytes, its student version, and nbgrader's marks in it."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path

from llmlab.grading.layouts import NOTEBOOK
from llmlab.grading.refused import AGAIN, Refused


def parse(data: bytes, name: str):
    """Return a notebook (nbformat 4, without outputs) from the bytes of a file.

    Raises
    ------
    Refused
        When it is no notebook; the message says what it is instead.
    """
    import nbformat

    if not NOTEBOOK.search(name):
        raise Refused(f"ノートブック（.ipynb）ではなく「{Path(name).suffix or '拡張子なし'}」です。{AGAIN}")
    if not data.strip():
        raise Refused(f"空のファイルです。{AGAIN}")
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        # Half an emoji, which some editors write, is no character that could be saved again.
        content = json.loads(data.decode(encoding), object_hook=_whole_characters)
    except (ValueError, RecursionError) as error:
        raise Refused(
            f"ノートブックとして読めません（壊れているか、別の種類のファイルです）。{AGAIN}"
        ) from error
    if not isinstance(content, dict) or not {"nbformat", "metadata"} <= set(content):
        raise Refused(f"中身がノートブックではありません。{AGAIN}")
    try:
        _lighten(content)
        notebook = nbformat.reads(json.dumps(content), as_version=4)
        nbformat.validate(notebook, relax_add_props=True)
    except Exception as error:
        raise Refused(f"ノートブックの形が壊れています。JupyterLab で開いて保存し、{AGAIN}") from error
    if not notebook.cells:
        raise Refused(f"セルが 1 つもありません。{AGAIN}")
    return notebook


def _whole_characters(found: dict) -> dict:
    """Replace lone surrogates in what a dict of a notebook holds, strings and lists of strings."""

    def mended(value):
        if isinstance(value, str):
            return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return [mended(one) for one in value] if isinstance(value, list) else value

    return {mended(key): mended(value) for key, value in found.items()}


def _lighten(content: dict) -> None:
    """Drop outputs, which may be 100 MB, make line ends one kind, and give every cell an id of its own."""
    minor = content.get("nbformat_minor", 0) if content["nbformat"] == 4 else 0
    seen: set[str] = set()
    for cell in content.get("cells", []) if content["nbformat"] == 4 else []:
        source = cell.get("source", "")
        source = source if isinstance(source, str) else "".join(source)
        cell["source"] = source.replace("\r\n", "\n").replace("\r", "\n")
        if cell.get("cell_type") == "code":
            cell["outputs"], cell["execution_count"] = [], None
        # Colab keeps the id in the metadata and writes format 4.0.
        own = cell.get("id") if minor >= 5 else cell.get("metadata", {}).get("id", cell.get("id"))
        if not isinstance(own, str) or not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", own) or own in seen:
            own = next(f"sent-{number}" for number in range(len(seen) + 1) if f"sent-{number}" not in seen)
        seen.add(own)
        cell["id"] = own
    if content["nbformat"] == 4:
        content["nbformat_minor"] = 5


def released(notebook):
    """Return the student version of a notebook with answers, as nbgrader makes it."""
    from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions, ComputeChecksums, LockCells

    from llmlab.grading.release import config

    book, resources, settings = copy.deepcopy(notebook), {"language": "python"}, config()
    for step in (LockCells, ClearSolutions, ClearHiddenTests, ComputeChecksums):
        book, resources = step(config=settings).preprocess(book, resources)
    return book


def mark_of(cell) -> dict:
    """Return nbgrader's metadata of a solution or test cell; ``{}`` for every other cell."""
    found = cell.get("metadata", {}).get("nbgrader")
    if not isinstance(found, dict) or not isinstance(found.get("grade_id"), str):
        return {}
    return found if found.get("grade") or found.get("solution") else {}


def grade_ids(notebook) -> list[str]:
    """Return the ``grade_id`` of every solution and test cell, in order."""
    return [mark["grade_id"] for mark in map(mark_of, notebook.cells) if mark.get("grade_id")]
