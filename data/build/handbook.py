"""Make data/rag/handbook.jsonl.gz, the English pages that lesson 02 searches: ``python data/build/handbook.py``.

The pages of data/rag/handbook_pages.toml -> sections (heading, paragraphs), one page a line. Running text
alone: no listings, captions, menus and addresses of links. Needs apt-get and dpkg-deb, as corpus.py does.
"""

import argparse
import re
import sys
import tomllib
from pathlib import Path

import lxml.html

sys.path.insert(0, str(Path(__file__).parent))
import corpus

PAGES = corpus.ROOT / "data" / "rag" / "handbook_pages.toml"
COMMITTED = corpus.ROOT / "data" / "rag" / "handbook.jsonl.gz"

# A section, or a box beside the text: both have a title of their own.
HOLDER = "div[@class='section' or @class='sidebar']"
TITLE = "./div[@class='titlepage']//*[@class='title']"


def squeeze(text: str) -> str:
    """Return one line of text. The letters stay as they are: what is cited from a page must be found in it."""
    return re.sub(r"\s+", " ", text).strip()


def read_page(html: bytes) -> list[dict]:
    """Return a page's sections, ``{"heading": str, "paragraphs": [str, …]}``; a box follows its section."""
    tree = lxml.html.document_fromstring(html, parser=lxml.html.HTMLParser(encoding="utf-8"))
    for element in tree.xpath("//div[@class='url']"):
        element.drop_tree()
    for element in tree.xpath("//sup"):
        element.text = f"^{element.text}"  # 2⁶⁴ must not become 264
    sections = []
    for holder in tree.xpath(f"//{HOLDER}"):
        title = holder.xpath(TITLE)
        heading = corpus.NUMBERED.sub("", squeeze(title[0].text_content())) if title else ""
        paragraphs = []
        for element in holder.xpath(".//div[@class='para']"):
            if element.xpath(f"ancestor::{HOLDER}[1]")[0] is not holder:
                continue
            # The term that a dd explains stands before it; a title inside a paragraph is its first words.
            term = [dt.text_content() for dt in element.xpath("parent::dd/preceding-sibling::dt[1]")]
            paragraphs.append(squeeze(": ".join([*map(squeeze, term), element.text_content()])))
        sections.append({"heading": heading, "paragraphs": [text for text in paragraphs if text]})
    return [section for section in sections if section["paragraphs"]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--accept", action="store_true", help="take a package that differs from handbook_pages.toml"
    )
    parser.add_argument(
        "--packages", type=Path, default=corpus.WORK / "packages", help="folder for the Debian package"
    )
    arguments = parser.parse_args()
    listed = tomllib.loads(PAGES.read_text(encoding="utf-8"))
    name = listed["package"]
    source = next(row for row in corpus.sources() if row["package"] == name)
    made = str(COMMITTED.relative_to(corpus.ROOT))
    root = corpus.fetch(listed, arguments.packages, arguments.accept, made, PAGES.name)
    rows = []
    for page in listed["page"]:
        file = root / listed["folder"] / page["file"]
        sections = read_page(file.read_bytes()) if file.is_file() else []
        if not sections:
            raise corpus.CorpusError(f"{name}: no text in {page['file']}. The package was rearranged.")
        rows.append({**page, "license": source["license"], "sections": sections})
    corpus.write_lines(rows, COMMITTED)
    corpus.copy_notices(source, arguments.packages, corpus.COMMITTED / "copyright")
    paragraphs = [text for row in rows for section in row["sections"] for text in section["paragraphs"]]
    print(
        f"{made}: {COMMITTED.stat().st_size:,} bytes, {len(rows)} pages, {len(paragraphs)} paragraphs, ",
        end="",
    )
    print(f"{sum(map(len, paragraphs)):,} characters")


if __name__ == "__main__":
    try:
        main()
    except corpus.CorpusError as error:
        sys.exit(str(error))
