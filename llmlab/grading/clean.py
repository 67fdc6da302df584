"""What a submission shows in feedback and in formgrader: text, tables and pictures, but nothing that runs.

Whatever a student's cell writes or displays is shown to whoever grades, in a browser that is signed in to the gradebook.
So HTML passes bleach's list of allowed elements (the package that nbconvert itself uses), the source of anything else
is shown instead of being obeyed, and outputs of other kinds (JavaScript, widgets, PDF) are left out.
"""

from __future__ import annotations

import re
from html import escape, unescape
from urllib.parse import unquote

import bleach
from jinja2 import pass_context
from nbconvert.exporters.html import HTMLExporter
from nbconvert.filters.markdown_mistune import InvalidNotebook, IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import Preprocessor

from llmlab.grading.rubric import NO_MATHJAX

TAGS = frozenset(bleach.ALLOWED_TAGS) | frozenset(
    """br caption col colgroup dd del details div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr img kbd mark p pre rp rt
    ruby s samp small span sub summary sup table tbody td tfoot th thead tr u var""".split()
)
HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
ATTRIBUTES = frozenset("align alt class colspan dir height lang rowspan scope start title width".split())
# An SVG in <img> runs nothing; a picture from elsewhere would tell its server who reads, and when.
PICTURE = re.compile(r"data:image/(?:gif|jpeg|png|svg\+xml|webp);|(?![a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
SPACE = re.compile(r"[\s\x00-\x20]")
STYLE = re.compile(r"<style\b.*?</style\s*>", re.DOTALL | re.IGNORECASE)
# MathJax makes a link of the first, whatever its protocol, and lets the others set a style, which may fetch a picture.
LINK = re.compile(r"\\(?:href(?!\s*\{\s*https?:)|style|mmlToken|bbox)(?![a-z])", re.IGNORECASE)
ENTITY = re.compile(r"&(?:#x0*[0-9a-f]{1,6}|#0*[0-9]{1,7}|bsol);", re.IGNORECASE)
PLAIN = frozenset(["application/json", "image/jpeg", "image/png", "image/svg+xml", "text/latex", "text/markdown", "text/plain"])
# A picture that was pasted into the cell, in HTML; Markdown's own the renderer finds.
PASTED = re.compile(r"""(src\s*=\s*["']?)(attachment:[^\s>"']*)""", re.IGNORECASE)
MISSING = "missing-picture"
# What a parser raises at a character whose number is too long for Python, or at elements too deep in each other: an
# answer that stops the page could not be graded.
UNREADABLE = (ValueError, RecursionError)
LEFT_OUT = "（この形式の出力は、安全のため表示しません: {kinds}）"


def _allowed(tag: str, name: str, value: str) -> bool:
    if (tag, name) in (("a", "href"), ("img", "src")):
        # As a browser reads it: bleach hands an attribute over as it is written.
        value = SPACE.sub("", unescape(value)).replace("\\", "/")
        # The protocols of a link are bleach's to look at, but for the one that pictures need.
        return bool(PICTURE.match(value)) if tag == "img" else not value.lower().startswith("data:")
    return name in ATTRIBUTES or (name == "id" and tag in HEADINGS)


def _letter(found: re.Match) -> str:
    char = unescape(found[0])
    return char if char == "\\" or (char.isascii() and char.isalpha()) else found[0]


def clean(html: str) -> str:
    """Return HTML in which nothing runs: other elements than text, tables and pictures are shown as their source."""
    html = STYLE.sub("", html)
    try:
        shown = bleach.clean(html, tags=TAGS, attributes=_allowed, protocols={"data", "http", "https", "mailto"})
    except UNREADABLE:
        return f"<pre>{escape(html)}</pre>"
    # Only now: a comment that bleach drops, or a letter written as its number, could make the name of a command.
    return LINK.sub(r"\\mathrm", ENTITY.sub(_letter, shown))


def _plain(name: str) -> str:
    """Return a picture's name without the quoting of addresses: a link has it or not, as mistune and JupyterLab like."""
    return unquote(unescape(name))


class _Pictures(IPythonRenderer):
    """Finds pasted pictures whatever their names, and stops at none that is missing or empty."""

    def __init__(self, attachments, **settings):
        there = {_plain(name): own for name, own in attachments.items() if own}
        super().__init__(attachments=there, **settings)

    def _embed_image_or_attachment(self, src: str) -> str:
        kind, _, name = src.partition(":")
        try:
            return super()._embed_image_or_attachment(f"{kind}:{_plain(name)}" if kind == "attachment" else src)
        except InvalidNotebook:  # pasted into another notebook
            return MISSING

    def _pasted(self, html: str) -> str:
        return PASTED.sub(lambda found: found[1] + self._embed_image_or_attachment(found[2]), html)

    def block_html(self, html: str) -> str:
        return super().block_html(self._pasted(html))

    def inline_html(self, html: str) -> str:
        return super().inline_html(self._pasted(html))


@pass_context
def markdown(context, source: str) -> str:
    """Jinja's filter in place of nbconvert's ``markdown2html``: the same, cleaned."""
    if source == NO_MATHJAX:  # our own
        return source
    try:
        renderer = _Pictures(
            context.get("cell", {}).get("attachments", {}),
            escape=False,
            anchor_link_text=HTMLExporter.anchor_link_text.default_value,
        )
        return clean(MarkdownWithMath(renderer=renderer).render(source))
    except UNREADABLE:
        return f"<pre>{escape(source)}</pre>"


class CleanOutputs(Preprocessor):
    """Cleans what cells display, and forgets what their metadata would do in a page."""

    def preprocess(self, nb, resources):
        """Return the notebook with outputs that run nothing."""
        nb.metadata.pop("widgets", None)
        return super().preprocess(nb, resources)

    def preprocess_cell(self, cell, resources, index):
        """Clean one cell."""
        if cell.cell_type == "raw":
            cell.source = clean(cell.source)
        for output in cell.get("outputs", []):
            if "data" not in output:
                continue
            data = {kind: value for kind, value in output.data.items() if kind in PLAIN}
            if isinstance(html := output.data.get("text/html"), str):
                data["text/html"] = clean(html)
            if isinstance(latex := data.get("text/latex"), str):
                data["text/latex"] = LINK.sub(r"\\mathrm", latex)
            if not data:
                data["text/plain"] = LEFT_OUT.format(kinds="、".join(sorted(output.data)))
            output.data = type(output.data)(data)
            # nbconvert writes width and height into the page without quotes.
            sizes = {kind: _sizes(own) for kind, own in output.get("metadata", {}).items() if kind in PLAIN}
            output.metadata = type(output.data)({kind: own for kind, own in sizes.items() if own})
            output.pop("svg_filename", None)
        return cell, resources


def _sizes(metadata) -> dict:
    if not isinstance(metadata, dict):
        return {}
    return {
        name: value
        for name, value in metadata.items()
        if name in ("width", "height") and isinstance(value, int | float) and not isinstance(value, bool)
    }
