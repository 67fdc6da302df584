"""Make data/corpus/enja/, short English segments with their Japanese translations: ``python data/build/segments.py``.

Pages of the same name in two languages -> their elements, paired by id or by order -> sentence pairs where both
sides have as many sentences -> segments of at most 40 words. The pages are split as in data/corpus/ja/: a page in
test there is in test here. What does not align is left out and said. The English pages and Jane Austen's novels
(running text for pre-training) go to build/corpus/, which is not committed.
"""

import argparse
import collections
import gzip
import hashlib
import json
import random
import re
import sys
import tomllib
import unicodedata
import zlib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import lxml.html

sys.path.insert(0, str(Path(__file__).parent))
import corpus

MANIFEST = Path(__file__).with_name("segments.toml")
COMMITTED = corpus.ROOT / "data" / "corpus" / "enja"
RUNNING = corpus.WORK / "en"  # {train,dev}.jsonl.gz: English running text

SPLITS = ("test", "dev", "train")  # the order in which doubles are kept: training text gives way
WORDS, CHARACTERS = 40, 120  # the longest segment, English and Japanese
STRAIGHT = str.maketrans("“”‘’‐–—", "\"\"''---")
ENGLISH_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'(])")
WORD = re.compile(r"[A-Za-z]{2,}")
LETTER = re.compile(r"[ぁ-んァ-ヶ一-鿿]")  # of Japanese: punctuation alone is no translation
# In an R data file a string is: the flags of a character string, its length (4 bytes), its bytes.
R_STRING = re.compile(rb"\x00[\x00-\xff]\x00\x09(\x00\x00[\x00-\xff]{2})")


class SegmentError(Exception):
    """A page and its translation do not have the same elements; the message says which page and how many."""


def sources() -> list[dict]:
    """Return the rows of segments.toml."""
    return tomllib.loads(MANIFEST.read_text(encoding="utf-8"))["source"]


def split_of(document: str) -> str:
    """Return the split of a Japanese page: what corpus.py draws from the same id."""
    draw = int(hashlib.sha256(document.encode()).hexdigest(), 16) % 100
    return "test" if draw < 6 else "dev" if draw < 11 else "train"


def plain(text: str) -> str:
    """Return one line of English: NFKC, straight quotation marks and hyphens."""
    text = unicodedata.normalize("NFKC", text.replace("\u00ad", "").replace("¶", "")).translate(STRAIGHT)
    return re.sub(r"\s+", " ", text).strip()


def elements(html: bytes, drop: tuple[str, ...] = (), japanese: bool = False) -> list[dict]:
    """Return a page's elements in order, ``{"tag", "id", "text"}``: headings, and blocks without blocks inside."""
    if not html.strip():
        return []
    tree = lxml.html.document_fromstring(html, parser=lxml.html.HTMLParser(encoding="utf-8"))
    for path in (*corpus.DROP, *drop):
        for element in tree.xpath(path):
            if element.getparent() is not None:
                element.drop_tree()
    found = []
    for element in tree.iter(*corpus.BLOCKS):
        heading = element.tag in corpus.HEADINGS
        inner = next((child for child in element.iterdescendants(*corpus.BLOCKS)), None)
        # A block with blocks inside still has its own first words ("<li>text <ul>…").
        text = element.text_content() if heading or inner is None else (element.text or "")
        text = corpus.clean(text) if japanese else plain(text)
        if heading:
            text = corpus.NUMBERED.sub("", text)
        found.append({"tag": element.tag, "id": element.get("id") or "", "text": text})
    return found


def by_id(english: list[dict], japanese: list[dict]) -> Iterator[tuple[str, str, str]]:
    """Yield ``(key, English, Japanese)`` of the elements whose id stands once on each side."""
    sides = []
    for side in (english, japanese):
        counts = collections.Counter(element["id"] for element in side)
        sides.append({e["id"]: e for e in side if e["id"] and counts[e["id"]] == 1})
    for key, element in sides[0].items():
        other = sides[1].get(key)
        if other is not None and other["tag"] == element["tag"]:
            yield key, element["text"], other["text"]


def by_structure(
    page: str, english: list[dict], japanese: list[dict], report: list[str]
) -> Iterator[tuple[str, str, str]]:
    """Yield ``(key, English, Japanese)`` of two pages with the same elements in the same order.

    Where the whole pages differ, each part between two headings is compared for itself.

    Raises:
        SegmentError: the pages have not even the same headings.
    """
    parts = [cut(english), cut(japanese)]
    shape = [[part[0]["tag"] for part in side] for side in parts]
    if shape[0] != shape[1]:
        raise SegmentError(
            f"{page}: {len(shape[0])} headings in English, {len(shape[1])} in Japanese; the page is not used."
        )
    place = 0
    for first, second in zip(*parts, strict=True):
        if [e["tag"] for e in first] == [e["tag"] for e in second]:
            for number, (one, other) in enumerate(zip(first, second, strict=True), place):
                yield str(number), one["text"], other["text"]
        else:
            report.append(
                f"{page}: below '{first[0]['text'][:40]}' {len(first)} elements in English, {len(second)} in "
                "Japanese; this part is not used."
            )
        place += len(first)


def cut(side: list[dict]) -> list[list[dict]]:
    """Return a page's elements in parts, each of which begins with a heading (the first one need not)."""
    parts = [[{"tag": "", "id": "", "text": ""}]]
    for element in side:
        if element["tag"] in corpus.HEADINGS:
            parts.append([])
        parts[-1].append(element)
    return parts


def segments(key: str, english: str, japanese: str) -> Iterator[tuple[str, str, str]]:
    """Yield an element sentence by sentence where both sides have as many, else whole."""
    ours, theirs = ENGLISH_END.split(english), corpus.sentences(japanese)
    if 1 < len(ours) == len(theirs) and all(alike(*pair) for pair in zip(ours, theirs, strict=True)):
        for number, pair in enumerate(zip(ours, theirs, strict=True), 1):
            yield f"{key}.{number}", *pair
    else:
        yield key, english, japanese


def alike(english: str, japanese: str) -> bool:
    """Say whether the lengths of two sides can be those of a translation."""
    return 0.15 < len(japanese) / max(1, len(english)) < 1.5 or max(len(english), len(japanese)) < 20


def usable(english: str, japanese: str) -> bool:
    """Say whether a pair is a translation of ordinary length: Japanese in Japanese, English in English."""
    letters = sum(letter.isascii() for letter in english)
    return (
        bool(WORD.search(english))
        and len(english.split()) <= WORDS
        and letters >= 0.9 * len(english)
        and len(corpus.JAPANESE.findall(english)) == 0
        and 2 <= len(japanese) <= CHARACTERS
        and bool(LETTER.search(japanese))
        and len(corpus.JAPANESE.findall(japanese)) >= 0.4 * len(japanese)
        and alike(english, japanese)
    )


def normal(text: str) -> str:
    """Return what decides whether two segments are the same: letters alone, every number alike, no capitals."""
    return corpus.normal(text).casefold()


def read_page(row: dict, english: Path, japanese: Path | None, name: str) -> dict:
    """Return one page: its split, English paragraphs, segment pairs and what did not align (in a worker)."""
    document = f"{row['japanese']}/{row['japanese_folder']}/{name}"
    drop = tuple(row.get("drop", ()))
    ours = elements(english.read_bytes(), drop)
    page = {"id": document, "split": split_of(document), "license": row["license"], "report": [], "pairs": []}
    page["text"] = [e["text"] for e in ours if len(WORD.findall(e["text"])) >= 4]
    if japanese is None:
        return page
    theirs = elements(japanese.read_bytes(), drop, japanese=True)
    try:
        found = list(
            by_id(ours, theirs)
            if row["align"] == "id"
            else by_structure(document, ours, theirs, page["report"])
        )
    except SegmentError as error:
        page["report"].append(str(error))
        return page
    for element in found:
        page["pairs"] += [
            {"id": f"{document}#{key}", "en": en, "ja": ja}
            for key, en, ja in segments(*element)
            if usable(en, ja)
        ]
    return page


def read_source(row: dict, root: Path, japanese_root: Path, pool: ProcessPoolExecutor) -> list[dict]:
    """Return every page of a package."""
    folder, other = root / row["folder"], japanese_root / row["japanese_folder"]
    files = sorted(file for file in folder.rglob("*.html") if not file.is_symlink())
    if not files:
        raise corpus.CorpusError(f"{row['package']}: no page in {row['folder']}. The package was rearranged.")
    jobs = []
    for file in files:
        name = str(file.relative_to(folder)).removesuffix(".html")
        translated = other / f"{name}.html"
        there = translated.is_file() and not translated.is_symlink()
        jobs.append(pool.submit(read_page, row, file, translated if there else None, name))
    return [job.result() for job in jobs]


def novels(file: Path) -> list[dict]:
    """Return the novels in R's data file as pages of paragraphs: their lines, joined up to an empty one."""
    data, place, books = file.read_bytes(), 0, []
    while place < len(data):
        reader = zlib.decompressobj()
        raw = reader.decompress(data[place + 4 :])  # before each object stands its length, 4 bytes
        place = len(data) - len(reader.unused_data)
        lines, at = [], 0
        while found := R_STRING.search(raw, at):
            at = found.end() + int.from_bytes(found.group(1))
            lines.append(raw[found.end() : at].decode())
        paragraphs = "\n".join(lines).split("\n\n")
        if len(lines) > 1000:
            text = [plain(paragraph.replace("_", "")) for paragraph in paragraphs]
            books.append({"id": f"janeaustenr/{plain(lines[0]).casefold()}", "text": [t for t in text if t]})
    return books


def drop_doubles(pages: list[dict]) -> tuple[dict[str, list[dict]], collections.Counter]:
    """Return the segments of each split without doubles, and how many went.

    Training segments whose English or Japanese stands in dev or test go, and dev's that stand in test. Of segments
    with the same English, the commonest translation stays.
    """
    kept, gone = {split: [] for split in SPLITS}, collections.Counter()
    held: set[str] = set()
    for split in SPLITS:
        rows = [
            {**pair, "license": page["license"]}
            for page in pages
            if page["split"] == split
            for pair in page["pairs"]
        ]
        commonest = collections.defaultdict(collections.Counter)
        for row in rows:
            commonest[normal(row["en"])][row["ja"]] += 1
        seen: set[str] = set()
        for row in sorted(rows, key=lambda row: row["id"]):
            english, japanese = normal(row["en"]), normal(row["ja"])
            if english in held or japanese in held:
                gone["held out"] += 1
            elif english in seen or row["ja"] != commonest[english].most_common(1)[0][0]:
                gone["double"] += 1
            else:
                seen.add(english)
                kept[split].append(row)
        held |= {normal(row[side]) for row in kept[split] for side in ("en", "ja")}
    return kept, gone


def statistics(kept: dict[str, list[dict]], gone: collections.Counter, pages: list[dict]) -> str:
    """Return the page of statistics, with ten segments drawn at random (Markdown)."""
    lines = [
        "# 英日対訳の統計",
        "",
        "`python data/build/segments.py` が書いたページです。手では直しません。",
        "",
        "| パッケージ | ライセンス | ページ | train | dev | test |",
        "|---|---|--:|--:|--:|--:|",
    ]
    for row in sources():
        if "japanese" not in row:
            continue
        start = f"{row['japanese']}/"
        count = {split: [r for r in rows if r["id"].startswith(start)] for split, rows in kept.items()}
        documents = len({r["id"].split("#")[0] for rows in count.values() for r in rows})
        cells = [documents, *(len(count[split]) for split in reversed(SPLITS))]
        lines.append(
            f"| {row['package']} / {row['japanese']} {row['version']} | {row['license']} | "
            + " | ".join(f"{cell:,}" for cell in cells)
            + " |"
        )
    reports = [text for page in pages for text in page["report"]]
    words = [len(row["en"].split()) for rows in kept.values() for row in rows]
    characters = [len(row["ja"]) for rows in kept.values() for row in rows]
    lines += [
        "",
        "train、dev、test の列は対訳の数です。分け方はページ単位で、`corpus/ja/` と同じです。",
        "",
        f"- 英語の語数の平均: {sum(words) / len(words):.1f}（最大 {max(words)}）",
        f"- 日本語の文字数の平均: {sum(characters) / len(characters):.1f}（最大 {max(characters)}）",
        f"- test か dev と同じ英語または日本語を持つので除いた数: {gone['held out']:,}",
        f"- 同じ英語が二度目なので除いた数: {gone['double']:,}",
        f"- 要素の数が合わず、使わなかったページ: {sum('headings' in text for text in reports):,}",
        f"- 要素の数が合わず、使わなかった節: {sum('below' in text for text in reports):,}",
        "",
        "## 無作為に選んだ 10 組",
        "",
    ]
    rows = sorted((row for rows in kept.values() for row in rows), key=lambda row: row["id"])
    for row in random.Random(0).sample(rows, 10):
        lines.append(f"1. {row['en']} ／ {row['ja']} （`{row['id']}`）")
    return "\n".join([*lines, ""])


def disagreements(pages: list[dict], folder: Path) -> list[str]:
    """Return the pages whose split differs from the Japanese corpus: there must be none."""
    ours = {page["id"]: page["split"] for page in pages}
    wrong = []
    for split in SPLITS:
        with gzip.open(folder / f"{split}.jsonl.gz", "rt", encoding="utf-8") as lines:
            wrong += [
                document
                for document in (json.loads(line)["id"] for line in lines)
                if ours.get(document, split) != split
            ]
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accept", action="store_true", help="take packages that differ from segments.toml")
    parser.add_argument(
        "--packages", type=Path, default=corpus.WORK / "packages", help="folder for the Debian packages"
    )
    arguments = parser.parse_args()
    made = f"{COMMITTED.relative_to(corpus.ROOT)}/"
    rows, listed = sources(), {row["package"]: row for row in corpus.sources()}
    pages, books = [], []
    with ProcessPoolExecutor() as pool:
        for row in rows:
            root = corpus.fetch(row, arguments.packages, arguments.accept, made, MANIFEST.name)
            if "japanese" not in row:
                books = novels(root / row["folder"])
                continue
            other = corpus.fetch(listed[row["japanese"]], arguments.packages, arguments.accept, made)
            pages += read_source(row, root, other, pool)
            print(row["package"], len(pages), flush=True)
    if wrong := disagreements(pages, corpus.COMMITTED):
        raise corpus.CorpusError(f"{wrong[0]}: another split than in data/corpus/ja/. Nothing was written.")
    for page in pages:
        for text in page["report"]:
            print(text)
    kept, gone = drop_doubles(pages)
    for split, found in kept.items():
        corpus.write_lines(found, COMMITTED / f"{split}.jsonl.gz")
    (COMMITTED / "STATISTICS.md").write_text(statistics(kept, gone, pages), encoding="utf-8")
    seen: set[str] = set()
    for split in SPLITS:
        running = []
        for page in [p for p in pages if p["split"] == split] + (books if split == "train" else []):
            text = [line for line in page["text"] if normal(line) not in seen]
            seen |= {normal(line) for line in text}
            running.append({"id": page["id"], "text": text})
        corpus.write_lines([page for page in running if page["text"]], RUNNING / f"{split}.jsonl.gz")
        characters = sum(len(line) for page in running for line in page["text"])
        print(f"English running text, {split}: {len(running):,} pages, {characters:,} characters")
    for file in sorted(COMMITTED.iterdir()):
        print(file.name, file.stat().st_size)


if __name__ == "__main__":
    try:
        main()
    except corpus.CorpusError as error:
        sys.exit(str(error))
