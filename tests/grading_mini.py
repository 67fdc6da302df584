"""A small exercise in plain Python, written where a test wants it: two graded cells and a written answer."""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

RUNNING = '''\
def running(values):
    """Return the running sums of ``values``."""
    ### BEGIN SOLUTION
    total, sums = 0, []
    for value in values:
        total = total + value
        sums.append(total)
    return sums
    ### END SOLUTION'''

RUNNING_TEST = """\
assert running([1, 2]) == [1, 3], "足した結果を、順に入れたリストを返してください。"
### BEGIN HIDDEN TESTS
SECRET_INPUT = [3, -1, 40, 1741]
assert running(SECRET_INPUT) == [3, 2, 42, 1783], "途中までの和が合っていません。"
assert running([]) == [], f"空のリストには空のリストです（{running([])}）"
### END HIDDEN TESTS"""

OVERLAP = '''\
def overlap(one, other):
    """Return the size of the intersection over the size of the union; 0 when both are empty."""
    ### BEGIN SOLUTION
    one, other = set(one), set(other)
    union = one | other
    if not union:
        return 0
    return len(one & other) / len(union)
    ### END SOLUTION'''

OVERLAP_TEST = """\
assert isinstance(overlap([1, 2], [2, 3]), (int, float)), "値を返してください。"
assert overlap("ab", "ab") == 1, "同じ集合なら 1 です。"
### BEGIN HIDDEN TESTS
assert overlap("hidden", "hidebound") == 5 / 8
assert overlap([], []) == 0
### END HIDDEN TESTS"""

WHY = """\
### BEGIN SOLUTION
模範解答: 和集合で割ると、大きさに左右されません。採点基準: 和集合に触れて 1 点。
### END SOLUTION"""


def nbgrader(grade_id: str, *, grade=False, solution=False, points=None, cell_type="code") -> dict:
    """Return the metadata that nbgrader keeps in a cell."""
    found = {
        "cell_type": cell_type,
        "grade": grade,
        "grade_id": grade_id,
        "locked": grade and not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    return {"nbgrader": found | ({"points": points} if grade else {})}


def notebook(**replaced: str) -> nbformat.NotebookNode:
    """Return the exercise with its answers; keyword ``running_test="…"`` replaces a cell's source."""
    cells = {
        "running": (RUNNING, nbgrader("running", solution=True)),
        "running-test": (RUNNING_TEST, nbgrader("running-test", grade=True, points=2)),
        "overlap": (OVERLAP, nbgrader("overlap", solution=True)),
        "overlap-test": (OVERLAP_TEST, nbgrader("overlap-test", grade=True, points=3)),
    }
    body = [
        new_code_cell(replaced.get(name.replace("-", "_"), source), id=name, metadata=metadata)
        for name, (source, metadata) in cells.items()
    ]
    written = nbgrader("why", grade=True, solution=True, points=1, cell_type="markdown")
    return new_notebook(
        cells=[
            new_markdown_cell("# 演習 99 小さな演習", id="header"),
            new_code_cell("import math\n%matplotlib inline", id="start"),
            *body,
            new_markdown_cell("### なぜ和集合で割りますか", id="why-question"),
            new_markdown_cell(WHY, id="why", metadata=written),
        ],
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "llmlab": {"runtime": "cpu", "minutes": 5, "peak_memory_gb": 0.2, "version": "1"},
        },
    )


def write(root: Path, name: str = "mini", **replaced: str) -> Path:
    """Write the exercise as ``root/solutions/NAME/NAME.ipynb``; return its path."""
    path = root / "solutions" / name / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.writes(notebook(**replaced)) + "\n", encoding="utf-8")
    return path


RIGHT = {
    "running": [
        "    out = []\n    for n in range(len(values)):\n        out.append(sum(values[: n + 1]))\n    return out",
        "    from itertools import accumulate\n    return list(accumulate(values))",
        "    if not values:\n        return []\n    before = running(values[:-1])\n"
        "    return [*before, (before[-1] if before else 0) + values[-1]]",
    ],
    "overlap": [
        "    both = set(one) & set(other)\n    union = set(one) | set(other)\n"
        "    return len(both) / len(union) if union else 0",
        "    a, b = set(one), set(other)\n    both = len(a & b)\n"
        "    return both / max(1, len(a) + len(b) - both)",
        "    a, b = set(one), set(other)\n    try:\n        return len(a & b) / len(a | b)\n"
        "    except ZeroDivisionError:\n        return 0",
    ],
}
WRONG = {
    "running": {
        "running-test=0": [
            "    return [sum(values)] * len(values)",
            "    return values",
            "    total, sums = 0, []\n    for value in values:\n        sums.append(total)\n"
            "        total += value\n    return sums",
            "    total = 0\n    for value in values:\n        total += value\n    return total",
            "    return [1, 3]",
            "    while True:\n        pass",
        ]
    },
    "overlap": {
        "overlap-test=0": [
            "    return len(set(one) & set(other))",
            "    return len(set(one) & set(other)) / len(set(one) | set(other))",
            "    return len(set(one) & set(other)) / (len(one) + len(other) or 1)",
            "    return 1",
            "    return len(set(one) & set(other)) / max(1, len(set(one)))",
            "    a, b = set(one), set(other)\n    return len(a & b) / max(1, min(len(a), len(b)))",
        ]
    },
}
HEADS = {"running": "def running(values):", "overlap": "def overlap(one, other):"}


def write_zoo(root: Path, name: str = "mini", right=RIGHT, wrong=WRONG) -> Path:
    """Write the exercise's submissions below ``root``; return their folder."""
    folder = root / "tests" / "submissions" / name
    folder.mkdir(parents=True, exist_ok=True)
    for cell, answers in right.items():
        for number, body in enumerate(answers):
            text = f'# approach: 書き方 {number}\n# %% grade_id="{cell}"\n{HEADS[cell]}\n{body}\n'
            (folder / f"right_{cell}_{number}.py").write_text(text, encoding="utf-8")
    for cell, groups in wrong.items():
        for scores, answers in groups.items():
            for number, body in enumerate(answers):
                text = (
                    f"# misconception: 誤り {number}\n# scores: {scores}\n"
                    f'# %% grade_id="{cell}"\n{HEADS[cell]}\n{body}\n'
                )
                (folder / f"wrong_{cell}_{number}.py").write_text(text, encoding="utf-8")
    return folder
