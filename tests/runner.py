"""Runs a notebook as a student would, from a fresh kernel to its end, and looks at what came out.

What fails: an error, a glyph that the font lacks, an image without alt text, more than 1.5 times the
declared memory, a claim that misses or turns out otherwise than ``data/claims.toml`` expects, a file left
behind. Seconds are reported beside the declared ones, scaled by a reference computation, and fail nothing:
machines differ. Where pytest-xdist runs several notebooks at a time, each has its share of the cores, the
reference ran under the same conditions, and the table says so; ``make test ONLY=06`` measures one alone.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from llmlab.runtime import cores

ROOT = Path(__file__).resolve().parents[1]
CLAIM = "application/vnd.llmlab.claim+json"
WIDGETS = "application/vnd.jupyter.widget-state+json"
MEMORY_FACTOR = 1.5
SAMPLE_SECONDS = 0.25
SLOW_CELL_SECONDS = 3.0
TIMEOUT = 600
# reference_seconds() on the machine that the headers name (two cores of an AMD EPYC, idle).
REFERENCE_SECONDS = 0.13


@cache
def reference_seconds() -> float:
    """Seconds of a fixed computation, half in Python, half in numpy: the best of three."""
    import numpy as np

    matrix = np.random.default_rng(0).standard_normal((1024, 1024)).astype("float32")
    best = float("inf")
    for _ in range(3):
        started = time.perf_counter()
        for _ in range(4):
            matrix @ matrix
        sum(i * i % 7 for i in range(1_500_000))
        best = min(best, time.perf_counter() - started)
    return best


@dataclass
class Result:
    """What running one notebook gave."""

    path: Path
    notebook: nbformat.NotebookNode
    seconds: float
    peak_gb: float
    problems: list[str] = field(default_factory=list)
    cpu_seconds: float = 0.0

    @property
    def declared(self) -> dict:
        return dict(self.notebook.metadata.get("llmlab", {}))

    def slow_cells(self) -> list[str]:
        """Cells that took over 3 s (scaled to the declared machine) and showed no progress bar; not the imports."""
        found = []
        for cell in self.notebook.cells:
            if cell.get("id") == "start":
                continue
            seconds = cell_seconds(cell) * REFERENCE_SECONDS / reference_seconds()
            if seconds > SLOW_CELL_SECONDS and not re.search(
                r"it/s|s/it|\d%\||Progress", json.dumps(cell.outputs)
            ):
                found.append(f"{cell.get('id')} {seconds:.0f} s")
        return found

    def row(self) -> dict:
        """The line of :func:`table`, as plain values that pytest-xdist can hand over."""
        name = self.path.relative_to(ROOT) if self.path.is_relative_to(ROOT) else self.path
        own = self.declared
        return {
            "name": name.as_posix(),
            "seconds": self.seconds,
            "cpu_seconds": self.cpu_seconds,
            "declared_seconds": own.get("seconds_cpu"),
            "scale": reference_seconds() / REFERENCE_SECONDS,
            "peak_gb": self.peak_gb,
            "declared_gb": own.get("peak_memory_gb"),
            "slow": self.slow_cells(),
        }


def cell_seconds(cell: nbformat.NotebookNode) -> float:
    """How long a cell ran, from the times that nbclient noted."""
    from dateutil.parser import isoparse

    times = cell.get("metadata", {}).get("execution", {})
    first, last = times.get("iopub.status.busy"), times.get("shell.execute_reply")
    return (isoparse(last) - isoparse(first)).total_seconds() if first and last else 0.0


class Memory(threading.Thread):
    """Watches the resident memory of a process and all below it, and the seconds of CPU that they have used."""

    def __init__(self, process_id: int):
        super().__init__(daemon=True)
        self.process = psutil.Process(process_id)
        self.peak = 0
        self.cpu_seconds = 0.0
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.is_set():
            try:
                family = [self.process, *self.process.children(recursive=True)]
            except psutil.NoSuchProcess:
                return
            total, used = 0, 0.0
            for member in family:
                try:
                    total += member.memory_info().rss
                    used += sum(member.cpu_times()[:4])  # its own and that of its ended children
                except psutil.Error:
                    continue
            self.peak = max(self.peak, total, self.high_water())
            self.cpu_seconds = max(self.cpu_seconds, used)
            self.done.wait(SAMPLE_SECONDS)

    def high_water(self) -> int:
        """The kernel's own peak, which sampling could miss (Linux)."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text()
        except OSError:
            return 0
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        return int(found[1]) * 1024 if found else 0


class Client(NotebookClient):
    """nbclient, with the kernel's memory watched."""

    memory: Memory | None = None

    async def async_start_new_kernel(self, **arguments):
        await super().async_start_new_kernel(**arguments)
        self.memory = Memory(self.km.provisioner.pid)
        self.memory.start()


def files_below(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not {"__pycache__", ".ipynb_checkpoints"} & set(path.parts)
    }


def run(path: Path, claims: list[dict], out: Path | None = None, timeout: int = TIMEOUT) -> Result:
    """Execute a notebook in its own folder; the executed copy goes to ``out``.

    Parameters
    ----------
    claims
        The rows of ``data/claims.toml``.
    timeout
        Seconds that one cell may take.
    """
    notebook = nbformat.read(path, as_version=4)
    before = files_below(path.parent)
    client = Client(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        record_timing=True,
    )
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
    # Where something else also wants the cores, torch's waiting threads otherwise take ten times as long.
    environment.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    problems = []
    reference_seconds()  # now, while other notebooks run too, if they do
    started = time.monotonic()
    try:
        client.execute(env=environment)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        problems.append(f"error: {last_lines(error)}")
    seconds, stopped = time.monotonic() - started, bool(problems)
    if client.memory:
        client.memory.done.set()
    left = sorted(files_below(path.parent) - before)
    memory = client.memory or Memory(os.getpid())
    result = Result(path, notebook, seconds, memory.peak / 1e9, problems, memory.cpu_seconds)
    if out:
        target = out / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, target)
    result.problems += missing_glyphs(notebook)
    result.problems += images_without_alt(notebook)
    result.problems += too_much_memory(result)
    result.problems += [f"left behind: {name}" for name in left]
    if not stopped:  # after an error the claims below it are missing for that reason
        result.problems += wrong_claims(notebook, [row for row in claims if row["notebook"] == path.stem])
    return result


def last_lines(error: Exception) -> str:
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).strip()
    return " | ".join(line for line in text.split("\n")[-6:] if line.strip())


def outputs(notebook: nbformat.NotebookNode) -> Iterator[tuple[str, nbformat.NotebookNode]]:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            yield cell.get("id"), output


def texts(notebook: nbformat.NotebookNode) -> Iterator[tuple[str, str]]:
    """All that the cells printed, and what Output widgets hold."""
    for name, output in outputs(notebook):
        if output.output_type == "stream":
            yield name, output.text
    for name, state in widget_states(notebook):
        for output in state.get("outputs", []):
            if output.get("output_type") == "stream":
                yield name, output["text"]


def widget_states(notebook: nbformat.NotebookNode) -> Iterator[tuple[str, dict]]:
    stored = notebook.metadata.get("widgets", {}).get(WIDGETS, {})
    for model in stored.get("state", {}).values():
        yield f"widget {model['model_name']}", model.get("state", {})


def missing_glyphs(notebook: nbformat.NotebookNode) -> Iterator[str]:
    """Boxes instead of Japanese: matplotlib warns of each glyph, or does not find the font at all."""
    for name, text in texts(notebook):
        for line in text.split("\n"):
            if re.search(r"missing from (?:current )?font|findfont: ", line):
                yield f"missing glyph in cell {name}: {line.strip()}"
                break


def images_without_alt(notebook: nbformat.NotebookNode) -> Iterator[str]:
    """An image that a screen reader cannot name: bare, or ``<img>`` without alt."""
    pages = []
    for name, output in outputs(notebook):
        data = output.get("data", {})
        if any(kind.startswith("image/") for kind in data) and "text/html" not in data:
            yield f"image without alt text in cell {name}: use figures.show"
        pages.append((name, data.get("text/html", "")))
    for name, state in widget_states(notebook):
        if name == "widget ImageModel":
            yield f"image without alt text in a {name}"
        pages.append((name, state.get("value", "")))
        for output in state.get("outputs", []):
            data = output.get("data", {})
            if any(kind.startswith("image/") for kind in data) and "text/html" not in data:
                yield f"image without alt text in a {name}"
            pages.append((name, data.get("text/html", "")))
    for name, page in pages:
        for tag in re.findall(r"<img\b[^>]*>", page if isinstance(page, str) else "", re.IGNORECASE):
            if not re.search(r"""\balt\s*=\s*("\s*[^"\s][^"]*"|'\s*[^'\s][^']*')""", tag, re.IGNORECASE):
                yield f"image without alt text in cell {name}: {tag[:60]}"


def too_much_memory(result: Result) -> Iterator[str]:
    declared = result.declared.get("peak_memory_gb")
    if declared is None:
        yield "memory: the metadata declare none"
    elif result.peak_gb > MEMORY_FACTOR * declared:
        yield f"memory: {result.peak_gb:.2f} GB at the peak, over {MEMORY_FACTOR} × the declared {declared} GB"


def wrong_claims(notebook: nbformat.NotebookNode, rows: list[dict]) -> Iterator[str]:
    """Verdicts that differ from data/claims.toml, and claims that never came out."""
    found = {}
    for name, output in outputs(notebook):
        payload = output.get("data", {}).get(CLAIM)
        if payload is None:
            continue
        found[payload["id"]] = payload
        if payload["id"] not in {row["id"] for row in rows}:
            yield f"claim {payload['id']} of cell {name} has no row in data/claims.toml"
    for row in rows:
        if row["expected"] in ("historical", "quoted"):
            continue
        if row["id"] not in found:
            yield f"claim {row['id']} gave no verdict"
            continue
        verdict = found[row["id"]]["verdict"]
        if verdict != row["expected"]:
            yield f"claim {row['id']} came out {verdict}, data/claims.toml expects {row['expected']}"
        elif verdict == "part":
            # "In part" alone would hold whichever parts do: the row says which.
            parts = [part["holds"] for part in found[row["id"]]["parts"]]
            if parts != row.get("parts"):
                yield f"claim {row['id']} has the parts {parts}, data/claims.toml expects {row.get('parts')}"


def table(rows: list[dict], at_once: int = 1) -> str:
    """One line a notebook: seconds, declared seconds scaled to this machine, memory, declared memory.

    Parameters
    ----------
    rows
        What :meth:`Result.row` gave.
    at_once
        How many notebooks ran at a time; with more than one the seconds are not those of the notebook alone.
    """
    scale = statistics.median(row["scale"] for row in rows)
    wide = max(40, *(len(row["name"]) + 2 for row in rows))
    head = f"{'notebook':<{wide}}{'s':>6}{'CPU s':>7}{'declared × ' + format(scale, '.2f'):>18}{'GB':>7}{'declared':>10}"
    lines = [head]
    if at_once > 1:
        lines.insert(
            0,
            f"{at_once} notebooks at a time on {cores()} cores, the reference beside them: "
            "s is not a notebook's time alone (`make test ONLY=06` measures that).",
        )
    for row in sorted(rows, key=lambda row: row["name"]):
        expected = f"{row['declared_seconds'] * scale:.0f}" if row["declared_seconds"] else "–"
        lines.append(
            f"{row['name']:<{wide}}{row['seconds']:>6.0f}{row['cpu_seconds']:>7.0f}{expected:>18}"
            f"{row['peak_gb']:>7.2f}{row['declared_gb'] or '–':>10}"
        )
        if row["slow"]:
            lines.append(f"    over {SLOW_CELL_SECONDS:.0f} s without a progress bar: {', '.join(row['slow'])}")
    return "\n".join(lines)
