"""The rules that every notebook obeys: each a function from a notebook to clear sentences.

``violations(book)`` applies those that concern its kind, a lecture or an exercise (with its answer).
``test_notebook_rules.py`` holds the notebooks to them and shows, for each rule, a notebook that breaks it.
"""

from __future__ import annotations

import ast
import copy
import json
import re
import tomllib
import unicodedata
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat

from llmlab.grading import sync

ROOT = Path(__file__).resolve().parents[1]
LECTURE, EXERCISE = "lecture", "exercise"
FRAME = ("header", "setup", "start", "summary")

# Limits of DESIGN: a class, a run on two cores, one idea in a cell.
MAX_MINUTES, MAX_SECONDS, MAX_MEMORY_GB = 40, 120, 4.0
MAX_CODE_LINES, MAX_SETUP_LINES = 15, 10

DECLARED = re.compile(
    r"^\*\*実行環境\*\*: (?P<runtime>CPU|GPU \(T4\)) ・ \*\*授業\*\*: (?P<minutes>\d+) 分 ・ "
    r"\*\*全セルの実行\*\*: 2 コアの CPU で約 (?P<seconds>\d+) 秒、メモリ (?P<memory>\d+(?:\.\d+)?) GB"
    r"（測定: [^）]*\d{4}-\d{2}-\d{2}）。T4 では(?:未測定|約 \d+ 秒[^。]*)。$",
    re.MULTILINE,
)
DECLARED_EXERCISE = re.compile(
    r"^\*\*実行環境\*\*: (?P<runtime>CPU|GPU \(T4\)) ・ \*\*目安\*\*: (?P<minutes>\d+) 分 ・ "
    r"\*\*配点\*\*: (?P<points>\d+) 点",
    re.MULTILINE,
)
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")

# What ipywidgets 7.7 (Colab) and 8 both have; 8 alone has TagsInput, TimePicker, Stack and others.
WIDGETS = set(
    """Accordion AppLayout Audio BoundedFloatText BoundedIntText Box Button ButtonStyle Checkbox ColorPicker
    Combobox Controller DOMWidget DatePicker Dropdown FloatLogSlider FloatProgress FloatRangeSlider
    FloatSlider FloatText GridBox GridspecLayout HBox HTML HTMLMath IntProgress IntRangeSlider IntSlider
    IntText Label Layout Output Password Play RadioButtons Select SelectMultiple SelectionRangeSlider
    SelectionSlider SliderStyle Tab Text Textarea ToggleButton ToggleButtons ToggleButtonsStyle TwoByTwoLayout
    VBox Valid ValueWidget Video Widget jsdlink jslink link dlink""".split()
)


@dataclass
class Book:
    """A notebook with what it is held to: the course's tables around it."""

    path: Path
    root: Path = ROOT

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def raw(self) -> dict:
        raw = json.loads(self.text)
        for cell in raw["cells"]:
            cell["source"] = source(cell)
        return raw

    @cached_property
    def notebook(self) -> nbformat.NotebookNode:
        return nbformat.from_dict(self.raw)

    @property
    def cells(self) -> list[nbformat.NotebookNode]:
        return self.notebook.cells

    @property
    def kind(self) -> str:
        return (
            LECTURE if self.path.resolve().is_relative_to((self.root / "notebooks").resolve()) else EXERCISE
        )

    @property
    def lesson(self) -> str:
        return self.path.stem

    @property
    def label(self) -> str:
        return self.path.resolve().relative_to(self.root.resolve()).as_posix()

    def toml(self, name: str) -> dict:
        return tomllib.loads((self.root / "data" / name).read_text(encoding="utf-8"))

    @property
    def own(self) -> dict:
        """The metadata under ``llmlab``: runtime, minutes, …"""
        return dict(self.notebook.metadata.get("llmlab", {}))

    @property
    def header(self) -> str:
        return source(self.cells[0]) if self.cells else ""

    def cell(self, cell_id: str) -> nbformat.NotebookNode | None:
        return next((cell for cell in self.cells if cell.get("id") == cell_id), None)

    @property
    def body(self) -> list[nbformat.NotebookNode]:
        """The cells between start and summary."""
        return [cell for cell in self.cells if cell.get("id") not in FRAME]

    @property
    def code(self) -> list[nbformat.NotebookNode]:
        return [cell for cell in self.cells if cell.cell_type == "code"]


def source(cell: dict) -> str:
    text = cell.get("source", "")
    return text if isinstance(text, str) else "".join(text)


def tags(cell: dict) -> list[str]:
    return list(cell.get("metadata", {}).get("tags", []))


def number(value: str) -> float | int:
    return float(value) if "." in value else int(value)


def tree(cell: dict) -> ast.AST:
    """The cell's syntax tree; lines that begin with ``%`` or ``!`` are IPython's and are left out."""
    lines = ["pass" if re.match(r"\s*[%!]", line) else line for line in source(cell).split("\n")]
    try:
        return ast.parse("\n".join(lines))
    except SyntaxError:
        return ast.parse("")


def dotted(node: ast.AST) -> str:
    """``figures.show`` of the node that calls or names it; an unknown owner gives ``?.name``."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return "?"


def calls(cell: dict) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree(cell)):
        if isinstance(node, ast.Call):
            yield dotted(node.func), node


def section_lines(text: str, heading: str) -> list[str] | None:
    """The bullets (``- …``) below a heading, up to the next heading; None without the heading."""
    lines = text.split("\n")
    if heading not in lines:
        return None
    found = []
    for line in lines[lines.index(heading) + 1 :]:
        if line.startswith("#"):
            break
        if line.startswith("- "):
            found.append(line[2:].strip())
    return found


RULES: dict[str, tuple[tuple[str, ...], Callable[[Book], Iterable[str]]]] = {}


def rule(*kinds: str):
    def register(function: Callable[[Book], Iterable[str]]):
        RULES[function.__name__] = (kinds or (LECTURE, EXERCISE), function)
        return function

    return register


@dataclass(frozen=True)
class Violation:
    rule: str
    sentence: str


def violations(book: Book, only: Iterable[str] | None = None) -> list[Violation]:
    """What a notebook violates, rule by rule."""
    found = []
    for name, (kinds, function) in RULES.items():
        if book.kind in kinds and (only is None or name in only):
            found += [Violation(name, f"{book.label}: {sentence}") for sentence in function(book)]
    return found


# ---------------------------------------------------------------- how it is stored


@rule()
def stored_without_results(book: Book):
    """No outputs, no execution_count, no widget state: the book shows the outputs."""
    if "widgets" in book.raw.get("metadata", {}):
        yield "the metadata hold stored widget state; `make sync` takes it out"
    for cell in book.raw["cells"]:
        if cell["cell_type"] == "code":
            if cell.get("outputs"):
                yield f"cell {cell.get('id')} has stored outputs; `make sync` clears them"
            if cell.get("execution_count") is not None:
                yield f"cell {cell.get('id')} has an execution_count; `make sync` clears it"


@rule()
def cell_ids(book: Book):
    """Ids are there, once each, in readable words: links and reviews name cells by them."""
    seen = set()
    for position, cell in enumerate(book.raw["cells"]):
        name = cell.get("id")
        if not name:
            yield f"cell {position} has no id"
            continue
        if name in seen:
            yield f"the id {name} occurs twice"
        seen.add(name)
        if re.fullmatch(r"[0-9a-f]{6,}(-[0-9a-f]{4,})*", name) and re.search(r"\d", name):
            yield f"the id {name} was drawn by a machine; give it words"
        elif not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) or not re.search(r"[a-z]{2}", name):
            yield f"the id {name} is not lowercase words with dashes"
        elif re.fullmatch(r"(cell|untitled|code|markdown)-?\d*", name):
            yield f"the id {name} says nothing about the cell"


@rule()
def format_of_file(book: Book):
    """nbformat 4.5, the kernel python3, nothing about the machine that saved it."""
    raw = book.raw
    if (raw.get("nbformat"), raw.get("nbformat_minor")) != (4, 5):
        yield f"nbformat is {raw.get('nbformat')}.{raw.get('nbformat_minor')}, not 4.5"
        return
    metadata = raw["metadata"]
    if metadata.get("kernelspec") != sync.KERNEL:
        yield f"metadata.kernelspec is {metadata.get('kernelspec')}, not python3 / Python 3 / python"
    if metadata.get("language_info") != {"name": "python"}:
        yield "metadata.language_info holds more than the name python; a saved kernel version goes stale"
    if extra := set(metadata) - {*sync.NOTEBOOK_KEYS, "widgets"}:
        yield f"metadata has keys of an editor: {', '.join(sorted(extra))}; `make sync` takes them out"
    for cell in raw["cells"]:
        if extra := set(cell["metadata"]) - set(sync.CELL_KEYS):
            yield f"cell {cell.get('id')} has keys of an editor: {', '.join(sorted(extra))}; `make sync`"
    try:
        with warnings.catch_warnings():  # ids that occur twice are cell_ids' affair
            warnings.simplefilter("ignore")
            nbformat.validate(copy.deepcopy(raw))
    except nbformat.ValidationError as error:
        yield f"not a valid notebook: {str(error).splitlines()[0]}"


@rule()
def frame(book: Book):
    """The first cells are header, setup, start; a lecture's last is summary; the title begins with its number."""
    expected = [("header", "markdown"), ("setup", "code"), ("start", "code")]
    found = [(cell.get("id"), cell.cell_type) for cell in book.cells[:3]]
    if found != expected:
        yield f"the first cells are {found}, not {expected}"
    if book.cell("setup") is not None and "setup" not in tags(book.cell("setup")):
        yield "the cell setup lacks the tag setup"
    if book.cell("start") is not None and "runtime.start(" not in source(book.cell("start")):
        yield "the cell start does not call runtime.start(…)"
    title = book.header.split("\n")[0]
    word = "# " if book.kind == LECTURE else "# 演習 "
    if not title.startswith(f"{word}{book.lesson[:2]} "):
        yield f"the title is {title!r}; it begins with {word}{book.lesson[:2]}"
    if book.kind == LECTURE:
        last = book.cells[-1] if book.cells else {}
        if last.get("id") != "summary":
            yield "the last cell is not summary"
        for heading in ("## できるようになったこと", "## 演習", "## 出典"):
            if heading not in source(last).split("\n"):
                yield f"the last cell lacks the heading {heading}"
        if "## 前提" not in book.header.split("\n"):
            yield "the header lacks the heading ## 前提"


# ---------------------------------------------------------------- what it declares


@rule(LECTURE)
def objectives(book: Book):
    """3–5 lines …できます。 at the start come back as …できました。 at the end."""
    first = section_lines(book.header, "## できるようになること")
    last = section_lines(source(book.cells[-1]), "## できるようになったこと")
    if first is None or last is None:
        yield "できるようになること (header) or できるようになったこと (summary) is missing"
        return
    if not 3 <= len(first) <= 5:
        yield f"{len(first)} objectives; 3 to 5 can be remembered"
    for line in first:
        if not line.endswith("できます。"):
            yield f"the objective 「{line}」 does not end with できます。"
    mirrored = [re.sub(r"できます。$", "できました。", line) for line in first]
    if mirrored != last:
        wrong = [line for line in last if line not in mirrored] or last
        yield f"the last cell does not mirror the objectives: 「{'」「'.join(wrong)}」"


@rule()
def declared(book: Book):
    """Minutes, seconds and memory stand in the header, and equal the metadata."""
    pattern = DECLARED if book.kind == LECTURE else DECLARED_EXERCISE
    match = pattern.search(book.header)
    if not match:
        yield "the header has no line **実行環境**: … in the agreed form (time, memory, machine, date, T4)"
        return
    if book.own.get("minutes") != int(match["minutes"]):
        yield f"the header says {match['minutes']} 分, the metadata {book.own.get('minutes')}"
    memory = book.own.get("peak_memory_gb")
    if not isinstance(memory, int | float) or not 0 < memory <= MAX_MEMORY_GB:
        yield f"metadata.llmlab.peak_memory_gb is {memory}; a number up to {MAX_MEMORY_GB:g}"
    if book.kind == LECTURE:
        if memory != number(match["memory"]):
            yield f"the header says {match['memory']} GB, the metadata {memory}"
        seconds = book.own.get("seconds_cpu")
        if seconds != int(match["seconds"]):
            yield f"the header says {match['seconds']} 秒, the metadata {seconds}"
        elif seconds > MAX_SECONDS:
            yield f"declares {seconds} s; at most {MAX_SECONDS}"
    else:
        if not isinstance(book.own.get("version"), str) or not book.own["version"]:
            yield "metadata.llmlab.version is missing; the hidden tests' seeds come from it"
        if int(match["minutes"]) > MAX_MINUTES:
            yield f"the exercise takes {match['minutes']} minutes; at most {MAX_MINUTES}"
        points = sum(cell.metadata.get("nbgrader", {}).get("points", 0) for cell in book.cells)
        if points != int(match["points"]):
            yield f"the header says {match['points']} 点, the cells sum to {points:g}"


@rule()
def pins(book: Book):
    """The runtime is the same in metadata, header, data/course.toml and README's table."""
    runtime = book.own.get("runtime")
    if runtime not in ("cpu", "gpu"):
        yield f"metadata.llmlab.runtime is {runtime}, not cpu or gpu"
        return
    gpu = (book.raw["metadata"].get("accelerator"), book.raw["metadata"].get("colab"))
    expected = ("GPU", {"gpuType": "T4", "provenance": []}) if runtime == "gpu" else (None, None)
    if gpu != expected:
        yield f"the metadata accelerator and colab are {gpu}; for {runtime} they are {expected}"
    match = (DECLARED if book.kind == LECTURE else DECLARED_EXERCISE).search(book.header)
    if match and match["runtime"] != ("GPU (T4)" if runtime == "gpu" else "CPU"):
        yield f"the header says {match['runtime']}, the metadata {runtime}"
    start = book.cell("start")
    if start is not None and f'runtime.start("{runtime}"' not in source(start):
        yield f'the cell start does not call runtime.start("{runtime}")'
    table = {row["id"]: row["runtime"] for row in book.toml("course.toml")["lesson"]}
    if table.get(book.lesson) != runtime:
        yield f"data/course.toml says {table.get(book.lesson)} for {book.lesson}, the metadata {runtime}"
    readme = readme_runtimes(book.root)
    if readme is None:
        yield "README.md has no table with a column 実行環境"
    elif readme.get(book.lesson) != runtime:
        yield f"README.md's table says {readme.get(book.lesson)} for {book.lesson}, the metadata {runtime}"


def readme_runtimes(root: Path) -> dict[str, str] | None:
    """The column 実行環境 of README's table, by lesson id (found in any cell of the row)."""
    file = root / "README.md"
    if not file.is_file():
        return None
    column, found = None, None
    for line in file.read_text(encoding="utf-8").split("\n"):
        if not line.lstrip().startswith("|"):
            column = None
            continue
        row = [part.strip() for part in line.strip().strip("|").split("|")]
        if "実行環境" in row:
            column, found = row.index("実行環境"), found or {}
        elif column is not None and len(row) > column:
            for name in re.findall(r"\d\d_[a-z0-9_]+", line):
                found[name] = "gpu" if "GPU" in row[column].upper() else "cpu"
    return found


# ---------------------------------------------------------------- sections and minutes


def heading(cell: dict) -> tuple[int, str] | None:
    if cell.get("cell_type") != "markdown":
        return None
    match = re.match(r"(#+)\s+(.*)", source(cell))
    return (len(match[1]), match[2]) if match else None


@rule(LECTURE)
def core_and_extra(book: Book):
    """Each body cell is core or extra; what is extra stands folded below a heading marked 発展."""
    folded = 0  # the level of the folded heading that we are below, 0 outside
    for position, cell in enumerate(book.body):
        kind = [tag for tag in tags(cell) if tag in ("core", "extra")]
        if len(kind) != 1:
            yield f"cell {cell.get('id')} has the tags {tags(cell)}; exactly one of core and extra"
            continue
        title = heading(cell)
        if position == 0 and (title is None or title[0] != 2):
            yield f"the body begins with cell {cell.get('id')}, not with a section ## …"
        collapsed = cell.metadata.get("jp-MarkdownHeadingCollapsed") is True
        if title:
            if folded and title[0] <= folded:
                folded = 0
            if kind == ["extra"] and not folded:
                folded = title[0]
                if "発展" not in title[1]:
                    yield f"the extra heading of cell {cell.get('id')} does not say 発展"
                if not collapsed:
                    yield f"the extra heading {cell.get('id')} is not folded (jp-MarkdownHeadingCollapsed)"
            elif kind == ["core"] and collapsed:
                yield f"the core heading {cell.get('id')} is folded"
        if kind == ["core"] and folded:
            yield f"the core cell {cell.get('id')} lies folded below an extra heading"
        if kind == ["extra"] and not folded:
            yield f"the extra cell {cell.get('id')} does not lie below a heading marked 発展"


@rule(LECTURE)
def core_minutes(book: Book):
    """The core sections say their minutes; their sum is the class's, at most 40."""
    total = 0
    for cell in book.body:
        title = heading(cell)
        if title and title[0] == 2 and "core" in tags(cell):
            minutes = cell.metadata.get("llmlab", {}).get("minutes")
            if not isinstance(minutes, int | float) or minutes <= 0:
                yield f"the core section {cell.get('id')} does not say its minutes (metadata.llmlab.minutes)"
            else:
                total += minutes
    if total != book.own.get("minutes"):
        yield f"the core sections sum to {total} minutes, the metadata say {book.own.get('minutes')}"
    if total > MAX_MINUTES:
        yield f"the core takes {total} minutes; at most {MAX_MINUTES}"


# ---------------------------------------------------------------- prose


KANJI_DIGITS = "〇零一二三四五六七八九"
KANJI = f"[{KANJI_DIGITS}十百千万]+"
COUNT = rf"(?:\d+(?:,\d{{3}})*(?:\.\d+)?|{KANJI}|数)"
SOFTWARE = (
    r"(?:[A-Za-z][A-Za-z0-9_+.]*[-‐]?|(?:Python|PyTorch|torch|transformers|TensorFlow|Keras|JAX|numpy|NumPy|CUDA|Colab"
    r"|ipywidgets|JupyterLab|nbgrader|matplotlib|Apache|License|CC|BY|SA|MIT|MPL|GPL|arXiv|arxiv|Ubuntu|Windows"
    r"|macOS|GPT|Llama|Qwen|Gemini|Claude|DALL·E|version|Version|バージョン|版|v)[\s:]*)"
)
NAMED_BEFORE = re.compile(SOFTWARE + r"(?:\d+(?:\.\d+)*\s*(?:[〜~–\-、,・/]|から|と|または|or)\s*)*$")
PLACE_BEFORE = re.compile(r"(?:図|表|式|節|章|第|付録|§|Section|Figure|Table|Sec\.|Fig\.|Eq\.)\s*$")
PLACE_AFTER = re.compile(r"\s*(?:節|章|項|版|系|以降)")
INTERVAL_AFTER = re.compile(r"\s*(?:の)?(?:信頼|確信|予測)?区間")
DATE = re.compile(r"\d{4}\s*[/.\-]\s*\d{1,2}(?:\s*[/.\-]\s*\d{1,2})?")
KINDS = [
    ("percent", re.compile(rf"{COUNT}\s*(?:%|パーセント|ポイント)")),
    ("share", re.compile(rf"{COUNT}\s*割(?![りるっれろ合])(?:{KANJI}|\d+)?分?")),
    ("multiple", re.compile(rf"{COUNT}\s*倍")),
    ("fraction", re.compile(rf"(?:\d+|{KANJI})\s*分の\s*(?:\d+|{KANJI})")),
    ("fraction", re.compile(r"(?<![\w/.])\d+\s*[/⁄]\s*\d+(?![\w/])")),
    ("ratio", re.compile(r"(?<![\d:])(?:\d+:\d+|\d+ : \d+)(?![\d:])")),
    ("ratio", re.compile(rf"(?:\d+|{KANJI})\s*対\s*(?:\d+|{KANJI})")),
    ("out of", re.compile(r"\d+\s*(?:問|個|件|文|回|人|語|本|題|層|つ)?\s*(?:中|のうち)、?の?\s*\d+")),
    ("decimal", re.compile(rf"[{KANJI_DIGITS}]+(?:・|点|コンマ)[{KANJI_DIGITS}]+")),
    ("decimal", re.compile(r"\d+(?:,\d{3})*(?:\.\d+)+(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+")),
    ("decimal", re.compile(r"(?<![\w.])\.\d+")),
]
CITED = re.compile(r"〔引用:\s*([^〕]+)〕")


def plain(text: str) -> str:
    """Prose without code, addresses, comments and tags, in half-width digits."""
    text = re.sub(r"```.*?```|~~~.*?~~~", " ", text, flags=re.DOTALL)
    text = re.sub(r"(`+).+?\1", " ", text, flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->|</?[a-zA-Z][^>\n]*>", " ", text, flags=re.DOTALL)
    text = re.sub(r"\]\([^)]*\)", "]", text)
    text = re.sub(r"https?://\S+|(?:arXiv:|doi:)\s*[\w./-]+", " ", text, flags=re.IGNORECASE)
    return unicodedata.normalize("NFKC", text)


def measured_numbers(text: str) -> list[str]:
    """The decimals, percentages, shares, multiples, fractions and ratios of a text, as they stand there.

    Not: versions (Python 3.11, GPT-3.5), places (3.1 節, 図 2.1), headings' own numbers, dates, 95 % 区間, 何倍, 一対一.
    """
    text = plain(text)
    text = re.sub(r"^(#+\s*(?:第\s*)?)\d+(?:\.\d+)+", r"\1", text, flags=re.MULTILINE)
    text = DATE.sub(lambda match: " " * len(match[0]), text)
    found: list[tuple[int, int, str]] = []
    for kind, pattern in KINDS:
        for match in pattern.finditer(text):
            before, after = text[max(0, match.start() - 40) : match.start()], text[match.end() :]
            if any(start < match.end() and match.start() < end for start, end, _ in found):
                continue
            if kind == "percent" and INTERVAL_AFTER.match(after):
                continue
            if kind == "ratio" and re.fullmatch(r"(?:1|一)\s*対\s*(?:1|一)", match[0]):
                continue
            if kind == "decimal" and (
                match[0].count(".") > 1
                or NAMED_BEFORE.search(before)
                or PLACE_BEFORE.search(before)
                or PLACE_AFTER.match(after)
            ):
                continue
            found.append((match.start(), match.end(), match[0].strip()))
    return [text for _, _, text in sorted(found)]


def kanji_value(text: str) -> float:
    """三十五 → 35, 〇・三 → 0.3, 百 → 100."""
    if re.search("[・点コ]", text):
        whole, rest = re.split("・|点|コンマ", text)
        digits = "".join(str(max(KANJI_DIGITS.index(c) - 1, 0)) for c in rest)
        return kanji_value(whole) + float(f"0.{digits}")
    total = current = 0
    for character in text:
        if character in KANJI_DIGITS:
            current = current * 10 + max(KANJI_DIGITS.index(character) - 1, 0)
        elif character == "万":
            total, current = (total + current or 1) * 10_000, 0
        else:
            total += (current or 1) * {"十": 10, "百": 100, "千": 1000}[character]
            current = 0
    return total + current


def values(text: str) -> list[float]:
    """The numbers inside a text, kanji ones too."""
    pattern = rf"[{KANJI_DIGITS}]+(?:・|点|コンマ)[{KANJI_DIGITS}]+|{KANJI}|\d+(?:,\d{{3}})*(?:\.\d+)?(?:[eE][-+]?\d+)?|\.\d+"
    found = []
    for token in re.findall(pattern, unicodedata.normalize("NFKC", text)):
        found.append(float(token.replace(",", "")) if token[0] in "0123456789." else kanji_value(token))
    return found


def quotable(paper: dict) -> Iterator[str]:
    """The quoted figures of a paper in data/papers.toml, as text."""
    for row in paper.get("values", {}).values():
        yield str(row["value"])


def uncited(text: str, papers: dict) -> Iterator[str]:
    """Sentences about the measured numbers of a text that no 〔引用: key〕 in it covers."""
    keys = [key.strip() for group in CITED.findall(text) for key in re.split("[,、;]", group)]
    for key in keys:
        if key not in papers:
            yield f"〔引用: {key}〕 is not in data/papers.toml"
    quoted = [leaf for key in keys for leaf in quotable(papers.get(key, {}))]
    known = {value for leaf in quoted for value in values(leaf)}
    for found in measured_numbers(CITED.sub(" ", text)):
        wanted = values(found)
        if "割" in found and wanted and not any(found in leaf for leaf in quoted):  # 三割 is 30 %
            wanted[0] *= 10
        if not keys:
            yield f"the number 「{found}」 stands in prose: print it from a cell, or cite it 〔引用: key〕"
        elif not wanted or not all(value in known for value in wanted):
            yield f"the number 「{found}」 is not in data/papers.toml under {', '.join(keys)}"


@rule()
def numbers_in_prose(book: Book):
    """A measured number in prose is quoted with its source; ours are printed by cells."""
    papers = book.toml("papers.toml")
    for cell in book.cells:
        if cell.cell_type == "markdown":
            text = source(cell)
            if cell.get("id") == "header":
                text = re.sub(r"^\*\*実行環境\*\*:.*$", "", text, flags=re.MULTILINE)
            if book.kind == EXERCISE:  # 0.5 点 is what an answer earns
                text = re.sub(r"[\d.]+\s*点(?![上下差])", "", unicodedata.normalize("NFKC", text))
            for sentence in uncited(text, papers):
                yield f"cell {cell.get('id')}: {sentence}"
            continue
        for name, call in calls(cell):
            texts: list[ast.AST] = [keyword.value for keyword in call.keywords if keyword.arg == "alt"]
            if name.endswith("widgets.quiz"):
                texts.append(tree(cell))
            for node in (node for text in texts for node in ast.walk(text)):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    if JAPANESE.search(node.value):
                        for sentence in uncited(node.value, papers):
                            yield f"cell {cell.get('id')}: {sentence}"


# ---------------------------------------------------------------- code, figures, widgets


def code_lines(text: str) -> int:
    return sum(bool(line.strip()) and not line.strip().startswith("#") for line in text.split("\n"))


@rule(LECTURE)
def short_cells(book: Book):
    """A code cell holds one idea: at most 15 lines without blank ones and comments."""
    for cell in book.code:
        lines = code_lines(source(cell))
        limit = MAX_SETUP_LINES if cell.get("id") == "setup" else MAX_CODE_LINES
        if lines > limit:
            yield f"cell {cell.get('id')} has {lines} lines of code; at most {limit}"


@rule()
def figures_with_alt(book: Book):
    """Figures come through figures.show and widgets.explore alone, with an alt text in Japanese."""
    for cell in book.cells:
        if cell.cell_type == "markdown":
            text = re.sub(r"```.*?```|`[^`\n]*`", "", source(cell), flags=re.DOTALL)
            if re.search(r"!\[\s*\]\(", text):
                yield f"cell {cell.get('id')} has an image ![]() without alt text"
            for tag in re.findall(r"<img\b[^>]*>", text):
                if not re.search(r"\balt=[\"'][^\"']", tag):
                    yield f"cell {cell.get('id')} has an <img> without alt text"
    for cell in book.code:
        shown = makes = False
        returned = {
            id(inner)
            for node in ast.walk(tree(cell))
            if isinstance(node, ast.FunctionDef | ast.Lambda)
            for inner in ast.walk(node)
        }
        for name, call in calls(cell):
            if name.endswith((".show", ".draw")) and name.split(".")[0] in ("plt", "pyplot", "fig", "figure"):
                yield f"cell {cell.get('id')} calls {name}; use figures.show(fig, alt=…)"
            if name == "display" and call.args and re.match(r"(fig|figure|plt)\b", dotted(call.args[0])):
                yield f"cell {cell.get('id')} displays a figure bare; use figures.show(fig, alt=…)"
            if name.endswith(
                ("plt.subplots", "plt.figure", "plt.subplot_mosaic", "pyplot.subplots", "pyplot.figure")
            ):
                makes = makes or id(call) not in returned
            if name.endswith(("figures.show", "widgets.explore")):
                shown = True
                position = 1
                alt = next((k.value for k in call.keywords if k.arg == "alt"), None)
                if alt is None and len(call.args) > position:
                    alt = call.args[position]
                if alt is None:
                    yield f"cell {cell.get('id')}: {name} has no alt="
                elif isinstance(alt, ast.Constant) and (
                    not isinstance(alt.value, str) or len(alt.value) < 10 or not JAPANESE.search(alt.value)
                ):
                    yield f"cell {cell.get('id')}: the alt text {alt.value!r} says nothing in Japanese"
        if makes and not shown:
            yield f"cell {cell.get('id')} makes a figure and does not pass it to figures.show"
        statements = tree(cell).body
        last = statements[-1] if statements else None
        if isinstance(last, ast.Expr) and re.match(r"(fig\w*|figure|plt\.gcf)$", dotted(last.value)):
            yield f"cell {cell.get('id')} ends with a bare figure; use figures.show(fig, alt=…)"
        if re.search(r"^\s*%matplotlib", source(cell), re.MULTILINE):
            yield f"cell {cell.get('id')} has %matplotlib; figures.use() sets what is needed"


@rule(LECTURE)
def paper_figures_labelled(book: Book):
    """A figure drawn from a paper's numbers says 再現, 縮小 or 引用."""
    for cell in book.code:
        text = source(cell)
        if "figures.show" in text and re.search(r"papers\.value\(", text):
            if not re.search("再現|縮小|引用", text):
                yield f"cell {cell.get('id')} draws a paper's figure without the label 再現, 縮小 or 引用"


def unknown_widgets(code: ast.AST) -> Iterator[str]:
    """The names of ipywidgets that a piece of code uses and that 7.7 and 8 do not both have."""
    aliases = set()
    for node in ast.walk(code):
        if isinstance(node, ast.Import):
            aliases |= {item.asname or item.name for item in node.names if item.name == "ipywidgets"}
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ipywidgets"):
            yield from (item.name for item in node.names if item.name not in WIDGETS)
    for node in ast.walk(code):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id in aliases and node.attr not in WIDGETS:
                yield node.attr


@rule()
def widget_classes(book: Book):
    """Only widgets that ipywidgets 7.7 (Colab) and 8 both have; figures move through widgets.explore."""
    whole = ast.Module([statement for cell in book.code for statement in tree(cell).body], [])
    for name in unknown_widgets(whole):
        if name.startswith("interact"):
            yield f"{name} shows a figure without alt text; use widgets.explore"
        else:
            yield f"the widget {name} is not in both ipywidgets 7.7 and 8"


@rule(LECTURE)
def quiz(book: Book):
    """Two or three quiz questions, each choice explained."""
    questions = 0
    for cell in book.code:
        for name, call in calls(cell):
            if not name.endswith("widgets.quiz"):
                continue
            for node in ast.walk(call):
                if isinstance(node, ast.Dict):
                    keys = {key.value for key in node.keys if isinstance(key, ast.Constant)}
                    questions += "question" in keys
                    if "answer" in keys and "feedback" not in keys:
                        yield f"cell {cell.get('id')}: a choice without feedback"
            if call.args and isinstance(call.args[0], ast.Name):  # the list stands above the call
                questions += len(re.findall(r"[\"']question[\"']\s*:", source(cell)))
    if not 2 <= questions <= 3:
        yield f"{questions} quiz questions (widgets.quiz); 2 or 3"


# ---------------------------------------------------------------- claims


@rule(LECTURE)
def claims(book: Book):
    """Each claim cell has its row in data/claims.toml and each row its cell."""
    rows = {row["id"]: row for row in book.toml("claims.toml").get("claim", [])}
    named: dict[str, str] = {}
    for cell in book.code:
        ids = [
            call.args[0].value
            for name, call in calls(cell)
            if name.endswith("claims.report") and call.args and isinstance(call.args[0], ast.Constant)
        ]
        if ids and "claim" not in tags(cell):
            yield f"cell {cell.get('id')} reports a claim and lacks the tag claim"
        if "claim" in tags(cell) and not ids:
            ids = [
                i
                for i, row in rows.items()
                if (row["notebook"], row["cell"]) == (book.lesson, cell.get("id"))
            ]
            if not any(rows[i]["expected"] in ("historical", "quoted") for i in ids):
                yield f'cell {cell.get("id")} is tagged claim and calls no claims.report("…", …)'
        for claim in ids:
            named[claim] = cell.get("id")
            row = rows.get(claim)
            if row is None:
                yield f"cell {cell.get('id')}: the claim {claim} has no row in data/claims.toml"
            elif (row["notebook"], row["cell"]) != (book.lesson, cell.get("id")):
                yield (
                    f"the claim {claim} stands in cell {cell.get('id')}; "
                    f"data/claims.toml says {row['notebook']}, {row['cell']}"
                )
    for claim, row in rows.items():
        if row["notebook"] == book.lesson and claim not in named:
            yield f"data/claims.toml has the claim {claim}, which no claim cell reports"
        if row["expected"] not in ("holds", "part", "refuted", "historical", "quoted"):
            yield f"data/claims.toml: the claim {claim} expects {row['expected']!r}"
        if not JAPANESE.search(row.get("statement", "")):
            yield f"data/claims.toml: the claim {claim} has no statement in Japanese"


# ---------------------------------------------------------------- Colab and paths


@rule()
def colab_cells(book: Book):
    """Badge and set-up cell are what llmlab.grading sync writes."""
    setup = book.cell("setup")
    if setup is not None and source(setup) != sync.setup_source(book.notebook, book.root):
        yield "the cell setup differs from what `python -m llmlab.grading sync` writes"
    if sync.badge(book.path, book.root) not in book.header.split("\n"):
        yield "the header's Colab badge differs from what `python -m llmlab.grading sync` writes"


# Put together from parts, so that this file itself obeys the rule.
MACHINE_PATHS = re.compile(
    r"(?<![\w.\-/$}])/(?:"
    + "|".join(("wor" + "k", "roo" + "t", "hom" + r"e/\w+", "User" + r"s/\w+", "mn" + "t", "tm" + "p"))
    + r")/"
    r"|[A-Za-z]:\\\\?Users\\",
)
REGISTRIES = re.compile(
    "|".join(
        (
            r"pypi\.or" + "g/simple",
            r"files\.pythonhoste" + r"d\.org",
            r"registry\.npmj" + r"s\.org",
            r"artifactor" + "y",
            r"nexu" + r"s\.\w+\.\w+",
            r"devp" + r"i\.\w+",
            "/op" + "t/(?:pypi|wheels)",
        )
    )
)


def machine_traces(text: str) -> Iterator[str]:
    """Paths of one machine and hosts of package registries in a text."""
    for pattern, what in ((MACHINE_PATHS, "a path of one machine"), (REGISTRIES, "a registry's address")):
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            yield f"line {line} holds {what}: {match[0]}"


@rule()
def paths(book: Book):
    """No path of one machine, no registry's host; Colab's folder is named in the set-up cell alone."""
    for cell in book.cells:
        for sentence in machine_traces(source(cell)):
            yield f"cell {cell.get('id')}: {sentence}"
        if cell.get("id") != "setup" and re.search(r"(?<![\w.])/content\b", source(cell)):
            yield f"cell {cell.get('id')} names Colab's /content; ask llmlab.data or llmlab.models for the path"
        if re.search(r"(?:open|Path|read_\w+|load_\w+)\(\s*f?[\"'](?:\.\.?/|data/)", source(cell)):
            yield f"cell {cell.get('id')} has a path relative to the notebook; use llmlab.data.find"


# ---------------------------------------------------------------- exercises


def grading(cell: dict) -> dict:
    return cell.get("metadata", {}).get("nbgrader", {})


HIDDEN = re.compile(
    r"^[ \t]*### BEGIN HIDDEN TESTS$(.*?)^[ \t]*### END HIDDEN TESTS$", re.MULTILINE | re.DOTALL
)
SOLUTION = re.compile(r"^[ \t]*### BEGIN SOLUTION$(.*?)^[ \t]*### END SOLUTION$", re.MULTILINE | re.DOTALL)


@rule(EXERCISE)
def graded_cells(book: Book):
    """3–5 graded code cells and a written answer; nbgrader's metadata are whole; ids are grade_ids."""
    marked = [cell for cell in book.cells if grading(cell)]
    code = [c for c in marked if c.cell_type == "code" and grading(c).get("grade")]
    written = [c for c in marked if c.cell_type == "markdown" and grading(c).get("grade")]
    if not 3 <= len(code) <= 5:
        yield f"{len(code)} graded code cells; 3 to 5"
    if not written:
        yield "no written answer that is graded by hand"
    for cell in marked:
        meta, name = grading(cell), cell.get("id")
        if meta.get("schema_version") != 3:
            yield f"cell {name}: nbgrader's schema_version is {meta.get('schema_version')}, not 3"
        if meta.get("grade_id") != name:
            yield f"cell {name}: the grade_id is {meta.get('grade_id')}; the id must be the same"
        if not {"grade", "solution", "locked", "task"} <= set(meta) or meta.get("task"):
            yield f"cell {name}: grade, solution, locked and task (false) must all be there"
        if meta.get("cell_type", cell.cell_type) != cell.cell_type:
            yield f"cell {name}: nbgrader's cell_type is {meta.get('cell_type')}"
        if meta.get("grade") and not meta.get("points", 0) > 0:
            yield f"cell {name} is graded and gives no points"
        if cell in code and (meta.get("solution") or not meta.get("locked")):
            yield f"cell {name} is a test: solution false, locked true"
        if cell in written and (not meta.get("solution") or meta.get("locked")):
            yield f"cell {name} is a written answer: solution true, locked false"
    for cell in book.cells:
        text, meta, name = source(cell), grading(cell), cell.get("id")
        begins = len(re.findall(r"### BEGIN SOLUTION", text))
        if meta.get("solution"):
            if not begins or begins != len(SOLUTION.findall(text)):
                yield f"cell {name}: ### BEGIN SOLUTION and ### END SOLUTION stand in pairs on lines of their own"
        elif begins:
            yield f"cell {name} has a solution and is no solution cell: nbgrader leaves it in the student version"
        if "BEGIN HIDDEN TESTS" in text and cell not in code:
            yield f"cell {name} has hidden tests and is no graded cell"
    order = [c.get("id") for c in marked]
    for cell in code:
        partner = cell.get("id").removesuffix("-test")
        if not cell.get("id").endswith("-test") or order.index(cell.get("id")) == 0:
            yield f"the test cell {cell.get('id')} is not called like its solution cell with -test"
        elif order[order.index(cell.get("id")) - 1] != partner:
            yield f"the test cell {cell.get('id')} does not follow the solution cell {partner}"


@rule(EXERCISE)
def tests_in_cells(book: Book):
    """Visible asserts explain themselves in Japanese; hidden tests use fresh, fixed inputs."""
    for cell in book.cells:
        if cell.cell_type != "code" or not grading(cell).get("grade"):
            continue
        name, text = cell.get("id"), source(cell)
        hidden = HIDDEN.findall(text)
        if len(hidden) != 1 or not hidden[0].strip():
            yield f"the test cell {name} has no hidden tests (between ### BEGIN and ### END HIDDEN TESTS)"
        elif "seed(" not in hidden[0]:
            yield f"the hidden tests of {name} do not take their inputs from check.seed(…)"
        visible = HIDDEN.sub("", text)
        try:
            parsed = ast.parse(visible)
        except SyntaxError as error:
            yield f"the visible tests of {name} are not Python: {error.msg}"
            continue
        asserts = [node for node in ast.walk(parsed) if isinstance(node, ast.Assert)]
        if not asserts:
            yield f"the test cell {name} has no visible assert"
        for node in asserts:
            words = ast.unparse(node.msg) if node.msg else ""
            if node.msg is None or (
                isinstance(node.msg, ast.Constant | ast.JoinedStr) and not JAPANESE.search(words)
            ):
                yield f"cell {name}, line {node.lineno}: the assert has no message in Japanese"
