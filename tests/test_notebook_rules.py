"""Every notebook obeys the rules; and every rule has notebooks that break it, and it alone."""

from __future__ import annotations

import ast
import os
import subprocess
from pathlib import Path

import pytest
import rules
from mini import Mini

ONLY = os.environ.get("ONLY", "")
BOOKS = [
    path
    for path in sorted((rules.ROOT / "notebooks").glob("*.ipynb"))
    + sorted((rules.ROOT / "solutions").glob("*/*.ipynb"))
    if ONLY in path.stem.split("_")[0]
]


def label(path: Path) -> str:
    return path.relative_to(rules.ROOT).as_posix()


@pytest.mark.parametrize("path", BOOKS, ids=label)
def test_notebook_obeys_the_rules(path):
    found = rules.violations(rules.Book(path))
    assert not found, "\n" + "\n".join(f"[{item.rule}] {item.sentence}" for item in found)


def test_every_lesson_that_is_built_has_its_notebook_and_exercise():
    for row in rules.Book(Path()).toml("course.toml")["lesson"]:
        places = (f"notebooks/{row['id']}.ipynb", f"solutions/{row['id']}/{row['id']}.ipynb")
        for place in places:
            assert (rules.ROOT / place).is_file() == row["built"], (
                f"{place}: course.toml says built = {row['built']}"
            )


def test_every_claim_belongs_to_a_notebook():
    rows = rules.Book(Path()).toml("claims.toml").get("claim", [])
    names = [row["id"] for row in rows]
    assert len(names) == len(set(names)), "an id occurs twice in data/claims.toml"
    lost = [row["id"] for row in rows if not (rules.ROOT / f"notebooks/{row['notebook']}.ipynb").is_file()]
    assert not lost, f"claims of notebooks that do not exist: {lost}"


def tracked() -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=rules.ROOT, capture_output=True, text=True, check=True
    )
    return [rules.ROOT / name for name in listing.stdout.split("\0") if name]


def test_no_tracked_file_names_a_machine_or_a_registry():
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue
        found += [f"{label(path)}: {sentence}" for sentence in rules.machine_traces(text)]
    assert not found, "\n".join(found)


def test_llmlab_uses_widgets_of_both_versions():
    for path in sorted((rules.ROOT / "llmlab").glob("*.py")):
        unknown = list(rules.unknown_widgets(ast.parse(path.read_text(encoding="utf-8"))))
        assert not unknown, f"{label(path)}: {unknown} are not in both ipywidgets 7.7 and 8"


# ---------------------------------------------------------------- the rules themselves


@pytest.fixture
def mini(tmp_path):
    return Mini(tmp_path)


def judged(mini: Mini) -> list[rules.Violation]:
    mini.write()
    paths = (mini.lecture_path, mini.exercise_path)
    return [item for path in paths for item in rules.violations(rules.Book(path, mini.root))]


def test_a_good_course_violates_nothing(mini):
    assert judged(mini) == []


def edit(book: str, cell: str, old: str, new: str):
    """Replace a piece of a cell's source, which must be there."""

    def change(mini: Mini):
        target = mini.cell(getattr(mini, book), cell)
        assert old in target.source
        target.source = target.source.replace(old, new, 1)

    return change


def add(book: str, cell: str, text: str):
    def change(mini: Mini):
        mini.cell(getattr(mini, book), cell).source += "\n" + text

    return change


def meta(book: str, cell: str | None, *keys: str, value=None):
    """Set (or, with value None, remove) a metadata entry of a cell or of the notebook."""

    def change(mini: Mini):
        place = mini.cell(getattr(mini, book), cell) if cell else getattr(mini, book)
        inner = place.metadata
        for key in keys[:-1]:
            inner = inner[key]
        if value is None:
            del inner[keys[-1]]
        else:
            inner[keys[-1]] = value

    return change


def file(name: str, old: str, new: str):
    def change(mini: Mini):
        assert old in mini.files[name]
        mini.files[name] = mini.files[name].replace(old, new)

    return change


def readme(text: str):
    def change(mini: Mini):
        mini.readme = text

    return change


def field(book: str, cell: str, name: str, value):
    def change(mini: Mini):
        mini.cell(getattr(mini, book), cell)[name] = value

    return change


def drop(book: str, *cells: str):
    def change(mini: Mini):
        notebook = getattr(mini, book)
        notebook.cells = [cell for cell in notebook.cells if cell.id not in cells]

    return change


def both(*changes):
    def change(mini: Mini):
        for one in changes:
            one(mini)

    return change


def minor_4(mini: Mini):
    mini.lecture.nbformat_minor = 4


OUTPUT = [{"output_type": "stream", "name": "stdout", "text": "2\n"}]
L, X = "lecture", "exercise"
PROSE = "why-shape"
# Each: the rule that must fire, alone; a piece of its sentence; the change.
BAD = [
    ("stored_without_results", "stored outputs", field(L, "deeper", "outputs", OUTPUT)),
    ("stored_without_results", "execution_count", field(X, "add-one", "execution_count", 3)),
    ("stored_without_results", "widget state", meta(L, None, "widgets", value={"state": {}})),
    ("cell_ids", "occurs twice", field(L, "why-shape", "id", "section-shape")),
    ("cell_ids", "lowercase words", field(L, "deeper", "id", "Deeper_cell")),
    ("cell_ids", "drawn by a machine", field(L, "deeper", "id", "3f2a9c1b")),
    ("cell_ids", "says nothing", field(L, "deeper", "id", "cell-12")),
    ("format_of_file", "not 4.5", minor_4),
    ("format_of_file", "kernelspec", meta(L, None, "kernelspec", "display_name", value="my env")),
    ("format_of_file", "goes stale", meta(L, None, "language_info", "version", value="3.11.4")),
    ("format_of_file", "keys of an editor", meta(X, None, "vscode", value={"interpreter": 1})),
    ("format_of_file", "cell deeper has keys of an editor", meta(L, "deeper", "scrolled", value=True)),
    ("frame", "lacks the tag setup", meta(L, "setup", "tags")),
    ("frame", "the title is", edit(L, "header", "# 05", "# 06")),
    ("frame", "## 出典", edit(L, "summary", "## 出典", "## おわり")),
    ("frame", "## 前提", edit(L, "header", "## 前提", "## 準備")),
    ("frame", "the first cells are", drop(X, "start")),
    ("objectives", "does not mirror", edit(L, "summary", "注意を計算", "注意を説明")),
    ("objectives", "does not end", both(
        edit(L, "header", "計算できます", "計算します"), edit(L, "summary", "計算できました", "計算します"))),
    ("objectives", "3 to 5", both(
        edit(L, "header", "- 形を説明できます。\n", ""), edit(L, "summary", "- 形を説明できました。\n", ""))),
    ("declared", "no line", edit(L, "header", "2 コアの CPU で", "")),
    ("declared", "the header says 21 分", edit(L, "header", "20 分", "21 分")),
    ("declared", "the header says 0.6 GB", edit(L, "header", "0.5 GB", "0.6 GB")),
    ("declared", "the header says 12 秒", edit(L, "header", "10 秒", "12 秒")),
    ("declared", "at most 120", both(
        edit(L, "header", "10 秒", "130 秒"), meta(L, None, "llmlab", "seconds_cpu", value=130))),
    ("declared", "peak_memory_gb is 6", both(
        edit(L, "header", "0.5 GB", "6 GB"), meta(L, None, "llmlab", "peak_memory_gb", value=6))),
    ("declared", "version is missing", meta(X, None, "llmlab", "version")),
    ("declared", "the cells sum to 8", edit(X, "header", "8 点", "9 点")),
    ("pins", "not cpu or gpu", meta(L, None, "llmlab", "runtime", value="tpu")),
    ("pins", "accelerator", meta(L, None, "accelerator", value="GPU")),
    ("pins", "the header says GPU", edit(L, "header", "CPU ・", "GPU (T4) ・")),
    ("pins", "does not call runtime.start", edit(L, "start", '"cpu"', '"gpu"')),
    ("pins", "data/course.toml says gpu", file("course.toml", '"cpu"', '"gpu"')),
    ("pins", "README.md's table says gpu", readme("| 回 | 実行環境 |\n|---|---|\n| 05_mini | GPU |\n")),
    ("pins", "README.md's table says None", readme("| 回 | 実行環境 |\n|---|---|\n| 06_other | CPU |\n")),
    ("pins", "has no table", readme("# 小さな講座\n")),
    ("core_and_extra", "exactly one", meta(L, "draw-length", "tags", value=["core", "extra"])),
    ("core_and_extra", "exactly one", meta(L, "draw-length", "tags")),
    ("core_and_extra", "not folded", meta(L, "section-deeper", "jp-MarkdownHeadingCollapsed")),
    ("core_and_extra", "does not say 発展", edit(L, "section-deeper", "発展: ", "")),
    ("core_and_extra", "lies folded", meta(L, "deeper", "tags", value=["core"])),
    ("core_and_extra", "does not lie below", meta(L, "draw-length", "tags", value=["extra"])),
    ("core_and_extra", "not with a section", both(
        drop(L, "section-shape"), meta(L, "section-context", "llmlab", "minutes", value=20))),
    ("core_minutes", "does not say its minutes", meta(L, "section-shape", "llmlab")),
    ("core_minutes", "sum to 23", meta(L, "section-context", "llmlab", "minutes", value=11)),
    ("core_minutes", "at most 40", both(
        edit(L, "header", "20 分", "45 分"), meta(L, None, "llmlab", "minutes", value=45),
        meta(L, "section-shape", "llmlab", "minutes", value=37))),
    ("numbers_in_prose", "0.83", add(L, PROSE, "正解率は 0.83 でした。")),
    ("numbers_in_prose", "三割", add(L, PROSE, "三割が違いました。")),
    ("numbers_in_prose", "not in data/papers.toml", edit(L, PROSE, "15 %", "16 %")),
    ("numbers_in_prose", "〔引用: nobody〕", edit(L, PROSE, "devlin2019", "nobody")),
    ("numbers_in_prose", "40 %", edit(L, "draw-length", "右に行くほど", "右は 40 % ")),
    ("numbers_in_prose", "2 倍", edit(L, "quiz", "逆です。", "右は左の 2 倍です。")),
    ("numbers_in_prose", "0.83", add(X, "add-one-text", "正解率は 0.83 でした（0.5 点）。")),
    ("short_cells", "16 lines", edit(L, "deeper", "print(1 + 1)", "print(1)\n" * 16)),
    ("figures_with_alt", "plt.show", edit(
        L, "draw-length", 'figures.show(fig, alt="文の長さの折れ線グラフ。右に行くほど長くなる。")', "plt.show()")),
    ("figures_with_alt", "image ![]()", add(L, PROSE, "![](figure.png)")),
    ("figures_with_alt", "an <img> without", add(L, PROSE, '<img src="figure.png">')),
    ("figures_with_alt", "no alt", edit(L, "draw-length", ', alt="文の長さの折れ線グラフ。右に行くほど長くなる。"', "")),
    ("figures_with_alt", "says nothing", edit(
        L, "draw-length", '"文の長さの折れ線グラフ。右に行くほど長くなる。"', '"figure"')),
    ("figures_with_alt", "bare figure", add(L, "draw-length", "fig")),
    ("figures_with_alt", "displays a figure bare", add(L, "draw-length", "display(fig)")),
    ("figures_with_alt", "does not pass it", edit(L, "deeper", "print(1 + 1)", "fig = plt.figure()")),
    ("figures_with_alt", "%matplotlib", edit(L, "deeper", "print(1 + 1)", "%matplotlib inline")),
    ("paper_figures_labelled", "再現", edit(L, "draw-length", "[1, 2, 3]", '[papers.value("devlin2019", "mask_rate")]')),
    ("widget_classes", "TagsInput", edit(
        L, "deeper", "print(1 + 1)", "import ipywidgets\n\nbox = ipywidgets.TagsInput()")),
    ("widget_classes", "use widgets.explore", edit(L, "deeper", "print(1 + 1)", "from ipywidgets import interact")),
    ("quiz", "1 quiz questions", edit(L, "quiz", '{"question": "問い二", "type"', '{"asked": "問い二", "type"')),
    ("quiz", "without feedback", edit(
        L, "quiz", "widgets.quiz(questions)", 'widgets.quiz([{"answer": "上", "correct": False}])\nwidgets.quiz(questions)')),
    ("claims", "no row", edit(L, "measure-context", "context", "contexts")),
    ("claims", "no claim cell reports", file(
        "claims.toml", "[[claim]]",
        '[[claim]]\nid = "lost"\nnotebook = "05_mini"\ncell = "x"\nexpected = "part"\nstatement = "主張"\n[[claim]]')),
    ("claims", "data/claims.toml says", file("claims.toml", "measure-context", "draw-length")),
    ("claims", "lacks the tag claim", meta(L, "measure-context", "tags", value=["core"])),
    ("claims", "calls no claims.report", meta(L, "deeper", "tags", value=["extra", "claim"])),
    ("claims", "expects 'yes'", file("claims.toml", '"holds"', '"yes"')),
    ("colab_cells", "the cell setup differs", add(L, "setup", "print(1)")),
    ("colab_cells", "badge differs", edit(X, "header", "/blob/main/", "/blob/old/")),
    ("colab_cells", "the cell setup differs", edit(L, "deeper", "print(1 + 1)", 'models.path("chat")')),
    ("paths", "a path of one machine", edit(L, "deeper", "1 + 1", '"/ro' + 'ot/data.csv"')),
    ("paths", "a registry's address", edit(L, "deeper", "1 + 1", '"https://files.pythonhoste' + 'd.org/x"')),
    ("paths", "/content", edit(L, "deeper", "1 + 1", '"/content/data.csv"')),
    ("paths", "relative to the notebook", edit(L, "deeper", "print(1 + 1)", 'text = open("../data/x.txt").read()')),
    ("graded_cells", "2 graded code cells", both(
        drop(X, "add-one", "add-one-test"), edit(X, "header", "8 点", "6 点"))),
    ("graded_cells", "no written answer", both(drop(X, "why"), edit(X, "header", "8 点", "6 点"))),
    ("graded_cells", "schema_version is 1", meta(X, "add-one", "nbgrader", "schema_version", value=1)),
    ("graded_cells", "the id must be the same", meta(X, "add-one", "nbgrader", "grade_id", value="add-1")),
    ("graded_cells", "must all be there", meta(X, "add-one", "nbgrader", "task")),
    ("graded_cells", "gives no points", both(
        meta(X, "why", "nbgrader", "points", value=0), edit(X, "header", "8 点", "6 点"))),
    ("graded_cells", "locked true", meta(X, "add-one-test", "nbgrader", "locked", value=False)),
    ("graded_cells", "in pairs", edit(X, "add-one", "### END SOLUTION", "")),
    ("graded_cells", "leaves it in the student version", add(X, "add-one-text", "### BEGIN SOLUTION")),
    ("graded_cells", "does not follow", drop(X, "one-more")),
    ("tests_in_cells", "no hidden tests", edit(X, "add-one-test", "### BEGIN HIDDEN TESTS", "")),
    ("tests_in_cells", "check.seed", edit(X, "add-one-test", "check.seed(", "check.later(")),
    ("tests_in_cells", "no message", edit(X, "add-one-test", ', "1 を足していません。"', "")),
    ("tests_in_cells", "no message", edit(X, "add-one-test", "1 を足していません。", "wrong")),
    ("tests_in_cells", "no visible assert", edit(
        X, "add-one-test", 'assert add_one(1) == 2, "1 を足していません。"', "print(add_one(1))")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "words", "change"), BAD, ids=[f"{name}-{i}" for i, (name, _, _) in enumerate(BAD)]
)
def test_a_bad_notebook_breaks_its_rule_alone(mini, name, words, change):
    change(mini)
    found = judged(mini)
    assert {item.rule for item in found} == {name}, found
    assert any(words in item.sentence for item in found), found


def test_every_rule_has_its_bad_notebook():
    assert set(rules.RULES) == {name for name, _, _ in BAD}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("正解率は 0.83 でした。", ["0.83"]),
        ("正解率は ０．８３ でした。", ["0.83"]),
        ("83 % と 83%と８３％", ["83 %", "83%", "83%"]),
        ("八十三パーセント", ["八十三パーセント"]),
        ("7 ポイント上がる", ["7 ポイント"]),
        ("三割、7割、一割五分", ["三割", "7割", "一割五分"]),
        ("2 倍、三倍、数倍", ["2 倍", "三倍", "数倍"]),
        ("3 分の 1、三分の一", ["3 分の 1", "三分の一"]),
        ("全体の 1/3", ["1/3"]),
        ("比は 3:1、3 対 1、三対一", ["3:1", "3 対 1", "三対一"]),
        ("10 問中 7 問", ["10 問中 7"]),
        ("誤差は 1e-5 以下", ["1e-5"]),
        ("〇・三、零点五", ["〇・三", "零点五"]),
        ("BERTの精度は0.83、F1 は 88.5", ["0.83", "88.5"]),
        ("72.6 ± 1.5 % で一致", ["72.6", "1.5 %"]),
        ("学習率 .001 を使う", [".001"]),
        ("値は a < 0.5 かつ b > 0.7", ["0.5", "0.7"]),
        # what is no measured number
        ("`0.83` と `a[0:5]`、```\nx = 0.5\n```", []),
        ("Python 3.11〜3.13、transformers 5.15、GPT-3.5、v1.2、torch 2.11 または 2.13", []),
        ("3.1 節、第 3.1 節、図 2.1、表 4.2、5.15 系", []),
        ("## 2.1 見出し", []),
        ("Apache-2.0、CC BY 4.0、CC-BY-4.0、MPL-2.0", []),
        ("[論文](https://arxiv.org/abs/1810.04805) arXiv:1810.04805", []),
        ("2026/11/24 と 2026-11-24", []),
        ("95 % 区間、95 % 信頼区間", []),
        ("何倍になるでしょうか。何割でしょうか。", []),
        ("一対一に対応する。8 で割る。割合。10 個に割り当てる。", []),
        ("層は 12、次元は 384、トークンは 1,024 個、二つの文、十分に長い", []),
        ("<!-- 0.83 --> 要点（ポイント）", []),
    ],
)
def test_which_numbers_count_as_measured(text, found):
    assert rules.measured_numbers(text) == found


@pytest.mark.parametrize(
    ("text", "value"), [("三十五", 35), ("百", 100), ("〇・三", 0.3), ("一万二千", 12_000), ("二〇", 20)]
)
def test_kanji_numbers(text, value):
    assert rules.kanji_value(text) == value


def test_a_share_may_be_quoted_in_its_own_words():
    papers = {"a": {"values": {"x": {"value": "30 %"}}}}
    assert not list(rules.uncited("三割です〔引用: a〕。", papers))
    assert list(rules.uncited("四割です〔引用: a〕。", papers))
