"""A course in miniature that obeys every rule; the tests break it in one place at a time."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from llmlab.grading import sync

LESSON = "05_mini"
COURSE = """\
[course]
title = "小さな講座"
repository = "https://github.com/example/mini"
branch = "main"
version = "0.1.0"

[[lesson]]
id = "05_mini"
runtime = "cpu"
"""
PAPERS = """\
[devlin2019]
authors = "Devlin ほか"
title = "BERT"
year = 2019
url = "https://aclanthology.org/N19-1423"

[devlin2019.values.mask_rate]
value = "15 %"
what = "隠した単語の割合"
where = "3.1 節"
"""
CLAIMS = """\
[[claim]]
id = "context"
notebook = "05_mini"
cell = "measure-context"
expected = "holds"
statement = "単語のベクトルは文脈で変わる"
"""
README = """\
| 回 | 題 | 実行環境 |
|---|---|---|
| 05_mini | 小さな回 | CPU |
"""
HEADER = """\
# 05 小さな回

<!-- badge -->

**実行環境**: CPU ・ **授業**: 20 分 ・ **全セルの実行**: 2 コアの CPU で約 10 秒、メモリ 0.5 GB\
（測定: AMD EPYC 2 コア、2026-11-24）。T4 では未測定。

## できるようになること

- 形を説明できます。
- 注意を計算できます。
- 文脈で変わることを確かめることができます。

## 前提

Python 3.11 と線形代数の初歩。"""
SUMMARY = """\
## できるようになったこと

- 形を説明できました。
- 注意を計算できました。
- 文脈で変わることを確かめることができました。

## 演習

`exercises/05_mini/05_mini.ipynb`

## 出典

- Devlin ほか（2019）"""
START = 'from llmlab import claims, figures, runtime, widgets\n\ndevice = runtime.start("cpu")'
FIGURE = """\
import matplotlib.pyplot as plt

fig, axes = plt.subplots()
axes.plot([1, 2, 3])
axes.set_title("長さ")
figures.show(fig, alt="文の長さの折れ線グラフ。右に行くほど長くなる。")"""
CLAIM = 'claims.report("context", [claims.exact("すべてで違う", True, 10)])'
QUIZ = """\
questions = [
    {"question": "問い一", "type": "multiple_choice", "answers": [
        {"answer": "はい", "correct": True, "feedback": "そのとおりです。"},
        {"answer": "いいえ", "correct": False, "feedback": "もう一度、図を見てください。"}]},
    {"question": "問い二", "type": "multiple_choice", "answers": [
        {"answer": "右", "correct": True, "feedback": "そのとおりです。"},
        {"answer": "左", "correct": False, "feedback": "逆です。"}]},
]
widgets.quiz(questions)"""
METADATA = {
    "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
    "language_info": {"name": "python"},
}


def markdown(name: str, text: str, *tags: str, **metadata) -> nbformat.NotebookNode:
    return _tagged(new_markdown_cell(text, id=name), tags, metadata)


def code(name: str, text: str, *tags: str, **metadata) -> nbformat.NotebookNode:
    return _tagged(new_code_cell(text, id=name), tags, metadata)


def _tagged(cell, tags, metadata):
    cell.metadata.update(metadata)
    if tags:
        cell.metadata["tags"] = list(tags)
    return cell


def lecture() -> nbformat.NotebookNode:
    folded = {"jp-MarkdownHeadingCollapsed": True}
    prose = "元の論文は単語の 15 % を隠しました〔引用: devlin2019〕。95 % 区間も見ます。\n\n**予想**: 何倍になるでしょうか。"
    cells = [
        markdown("header", HEADER),
        code("setup", "# colab", "setup"),
        code("start", START),
        markdown("section-shape", "## 形", "core", llmlab={"minutes": 12}),
        markdown("why-shape", prose, "core"),
        code("draw-length", FIGURE, "core"),
        markdown("section-context", "## 文脈", "core", llmlab={"minutes": 8}),
        code("measure-context", CLAIM, "core", "claim"),
        code("quiz", QUIZ, "core"),
        markdown("section-deeper", "## 発展: もっと深く", "extra", **folded),
        code("deeper", "print(1 + 1)", "extra"),
        markdown("summary", SUMMARY),
    ]
    own = {"runtime": "cpu", "minutes": 20, "peak_memory_gb": 0.5, "seconds_cpu": 10}
    return new_notebook(cells=cells, metadata={**METADATA, "llmlab": own})


def grade(name: str, **changes) -> dict:
    meta = {
        "grade_id": name,
        "schema_version": 3,
        "grade": False,
        "solution": False,
        "locked": False,
        "task": False,
    }
    return {"nbgrader": {**meta, **changes}}


def task(name: str) -> list[nbformat.NotebookNode]:
    function = name.replace("-", "_")
    answer = f"def {function}(x):\n    ### BEGIN SOLUTION\n    return x + 1\n    ### END SOLUTION"
    test = (
        f'assert {function}(1) == 2, "1 を足していません。"\n'
        "### BEGIN HIDDEN TESTS\n"
        f'from llmlab import check\n\nvalue = check.seed("{LESSON}", "1", "{name}-test")\n'
        f"assert {function}(value) == value + 1\n"
        "### END HIDDEN TESTS"
    )
    return [
        markdown(f"{name}-text", f"### 課題: {function}"),
        code(name, answer, **grade(name, solution=True, cell_type="code")),
        code(
            f"{name}-test", test, **grade(f"{name}-test", grade=True, locked=True, points=2, cell_type="code")
        ),
    ]


def exercise() -> nbformat.NotebookNode:
    header = (
        "# 演習 05 小さな回\n\n<!-- badge -->\n\n**実行環境**: CPU ・ **目安**: 30 分 ・ **配点**: 8 点\n\n"
        "提出の前に `llmlab.check_all()` を実行します。"
    )
    written = "### BEGIN SOLUTION\n二文の関係が分かるからです。\n### END SOLUTION"
    cells = [
        markdown("header", header),
        code("setup", "# colab", "setup"),
        code("start", START),
        *[cell for name in ("add-one", "one-more", "next-number") for cell in task(name)],
        markdown("why", written, **grade("why", grade=True, solution=True, points=2, cell_type="markdown")),
    ]
    own = {"runtime": "cpu", "minutes": 30, "peak_memory_gb": 0.5, "version": "1"}
    return new_notebook(cells=cells, metadata={**METADATA, "llmlab": own})


class Mini:
    """The course in a folder; ``lecture`` and ``exercise`` are changed, then written by ``write``."""

    def __init__(self, root: Path):
        self.root = root
        self.files = {"course.toml": COURSE, "papers.toml": PAPERS, "claims.toml": CLAIMS}
        self.readme = README
        self.lecture = lecture()
        self.exercise = exercise()
        self.lecture_path = root / "notebooks" / f"{LESSON}.ipynb"
        self.exercise_path = root / "solutions" / LESSON / f"{LESSON}.ipynb"
        self._write_files()
        for notebook, path in ((self.lecture, self.lecture_path), (self.exercise, self.exercise_path)):
            sync.write(notebook, path, root)

    def _write_files(self):
        (self.root / "data").mkdir(parents=True, exist_ok=True)
        for name, text in self.files.items():
            (self.root / "data" / name).write_text(text, encoding="utf-8")
        (self.root / "README.md").write_text(self.readme, encoding="utf-8")

    def write(self) -> None:
        self._write_files()
        for notebook, path in ((self.lecture, self.lecture_path), (self.exercise, self.exercise_path)):
            path.parent.mkdir(parents=True, exist_ok=True)
            # Not nbformat.write: it would refuse or repair what is broken on purpose.
            text = json.dumps(notebook, ensure_ascii=False, indent=1)
            path.write_text(text, encoding="utf-8")

    @staticmethod
    def cell(notebook, name: str) -> nbformat.NotebookNode:
        return next(cell for cell in notebook.cells if cell.get("id") == name)
