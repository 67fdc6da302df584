"""Every lecture and every answer runs to its end, as declared; and each check has a notebook that fails it."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import nbformat
import pytest
import runner
from nbformat.v4 import new_code_cell, new_notebook

ONLY = os.environ.get("ONLY", "")
OUT = Path(os.environ.get("LLMLAB_TEST_OUT") or runner.ROOT / ".test-output")
PATHS = [
    path
    for path in sorted((runner.ROOT / "notebooks").glob("*.ipynb"))
    + sorted((runner.ROOT / "solutions").glob("*/*.ipynb"))
    if ONLY in path.stem.split("_")[0]
]




def longest_first(path: Path) -> float:
    """Seconds as declared, negative: where several notebooks run at a time, a long one must not come last."""
    return -nbformat.read(path, as_version=4).metadata.get("llmlab", {}).get("seconds_cpu", 0)


def label(path: Path) -> str:
    return path.relative_to(runner.ROOT).as_posix()


@pytest.mark.parametrize("path", sorted(PATHS, key=longest_first), ids=label)
def test_notebook_runs(path, record_property):
    claims = tomllib.loads((runner.ROOT / "data" / "claims.toml").read_text(encoding="utf-8"))["claim"]
    if path.is_relative_to(
        runner.ROOT / "solutions"
    ):  # an exercise has its lecture's name and makes no claims
        claims = []
    result = runner.run(path, claims, OUT / path.relative_to(runner.ROOT).parent)
    record_property("notebook", result.row())  # conftest.py prints the table
    assert not result.problems, "\n" + "\n".join(result.problems)


# ---------------------------------------------------------------- the checks themselves

CLAIMS = [
    {"id": "small", "notebook": "small", "cell": "claim", "expected": "holds", "statement": "小さな主張"},
    {"id": "told", "notebook": "small", "cell": "told", "expected": "historical", "statement": "昔の主張"},
    {"id": "other", "notebook": "another", "cell": "claim", "expected": "holds", "statement": "よその主張"},
]
CLAIM = """\
from IPython.display import display
display({"text/plain": "→", "application/vnd.llmlab.claim+json": {"id": "small", "verdict": "holds"}}, raw=True)"""
BARE_FIGURE = "import matplotlib.pyplot as plt\nplt.subplots(figsize=(1, 1))"
BARE_IMG = "from IPython.display import HTML\nHTML('<img src=\"data:,\">')"
EMPTY_ALT = 'from IPython.display import HTML\nHTML(\'<img alt="" src="data:,">\')'
WIDGET_IMG = "import ipywidgets\nipywidgets.HTML('<img src=\"data:,\">')"
GLYPH = """\
import io
import matplotlib.pyplot as plt
figure, axes = plt.subplots(figsize=(1, 1))
axes.set_title("文", fontfamily="DejaVu Sans")
figure.savefig(io.BytesIO())
plt.close(figure)"""
GOOD = """\
from llmlab import figures, widgets
import matplotlib.pyplot as plt
figures.use()

def draw(size=1):
    figure, axes = plt.subplots(figsize=(2, 2))
    axes.set_title("文の長さ")
    return figure

figures.show(draw(), alt="題だけの図")
widgets.explore(draw, alt="題だけの図", size=(1, 3))"""


def run(folder: Path, *sources: str, memory: float = 0.5) -> runner.Result:
    cells = [new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(sources)]
    metadata = {"llmlab": {"peak_memory_gb": memory, "seconds_cpu": 2}}
    path = folder / "small.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata=metadata), path)
    return runner.run(path, CLAIMS, folder / "out", timeout=30)


def test_a_good_notebook_has_no_problem(tmp_path):
    result = run(tmp_path, GOOD, CLAIM)
    assert result.problems == []
    assert result.seconds > 0.2 and 0.02 < result.peak_gb < 0.75
    executed = nbformat.read(tmp_path / "out" / "small.ipynb", as_version=4)
    assert executed.cells[0].outputs, "the executed copy holds the outputs"
    assert not nbformat.read(tmp_path / "small.ipynb", as_version=4).cells[0].outputs, "the original does not"
    assert "small.ipynb" in runner.table([result.row()])


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        (["1 / 0"], "error: "),
        (["import sys\nsys.exit('おわり')"], "error: "),
        (["import os\nos._exit(1)"], "error: "),
        ([GLYPH, CLAIM], "missing glyph"),
        ([BARE_FIGURE, CLAIM], "image without alt text"),
        ([BARE_IMG, EMPTY_ALT, CLAIM], "image without alt text"),
        ([WIDGET_IMG, CLAIM], "image without alt text"),
        (["1"], "claim small gave no verdict"),
        ([CLAIM.replace('"holds"', '"refuted"')], "came out refuted"),
        ([CLAIM, CLAIM.replace('"small"', '"unknown"')], "has no row"),
        (["open('trace.txt', 'w').close()", CLAIM], "left behind: trace.txt"),
    ],
    ids=[
        "error", "exit", "kernel dies", "glyph", "bare figure", "img", "img in a widget", "claim missing",
        "claim differs", "claim unknown", "file left",
    ],
)  # fmt: skip
def test_a_bad_notebook_fails_its_check_alone(tmp_path, sources, words):
    result = run(tmp_path, *sources)
    assert result.problems and all(words in problem for problem in result.problems), result.problems


@pytest.mark.parametrize(
    ("expected", "problems"), [([True, False], 0), ([False, True], 1), ([True, True], 1), (None, 1)]
)
def test_a_claim_that_holds_in_part_says_in_which(expected, problems):
    payload = {"id": "half", "verdict": "part", "parts": [{"holds": True}, {"holds": False}]}
    shown = nbformat.v4.new_output("display_data", {runner.CLAIM: payload})
    notebook = new_notebook(cells=[new_code_cell("", id="claim", outputs=[shown])])
    row = {"id": "half", "expected": "part"} | ({"parts": expected} if expected else {})
    assert len(list(runner.wrong_claims(notebook, [row]))) == problems


def test_too_much_memory_fails(tmp_path):
    # Held for longer than the runner's time between two samples.
    block = "import time\nblock = bytearray(400_000_000)\nblock[::4096] = b'x' * len(block[::4096])\ntime.sleep(1)"
    result = run(tmp_path, block, CLAIM, memory=0.2)
    assert result.peak_gb > 0.4
    assert len(result.problems) == 1 and "memory: " in result.problems[0]


def test_memory_of_child_processes_counts(tmp_path):
    child = "import time\\nx = b'x' * 400_000_000\\ntime.sleep(1.5)"
    block = f'import subprocess, sys\nsubprocess.run([sys.executable, "-c", "{child}"])'
    assert run(tmp_path, block, CLAIM, memory=0.2).peak_gb > 0.4


def test_a_cell_without_end_is_stopped(tmp_path):
    path = tmp_path / "small.ipynb"
    cells = [new_code_cell("while True:\n    pass", id="loop")]
    nbformat.write(new_notebook(cells=cells, metadata={"llmlab": {"peak_memory_gb": 0.5}}), path)
    result = runner.run(path, CLAIMS, timeout=2)
    assert result.seconds < 20 and "error: " in result.problems[0]
