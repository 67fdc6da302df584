"""Make data/corpus/ja/ from the Japanese manuals of Debian packages: ``python data/build/corpus.py``.

Package -> pages -> sections (heading, paragraphs) -> sentences, split page by page into train / dev / test,
without lines that repeat and without near-duplicates. What corpus.toml marks ``commit = false`` (and
all of it, for training) goes to build/corpus/, which is not committed. Needs apt-get, dpkg-deb and,
for the manual pages, mandoc (fetched the same way).
"""

import argparse
import collections
import gzip
import hashlib
import json
import random
import re
import subprocess
import sys
import tomllib
import unicodedata
import warnings
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import lxml.html
from datasketch import MinHash, MinHashLSH

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = Path(__file__).with_name("corpus.toml")
COMMITTED = ROOT / "data" / "corpus" / "ja"
WORK = ROOT / "build" / "corpus"

SPLITS = ("unseen", "test", "dev", "train")  # the order in which doubles are kept: training text gives way
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
BLOCKS = (
    *HEADINGS,
    "p",
    "li",
    "dd",
    "dt",
    "td",
    "th",
    "div",
    "section",
    "ul",
    "ol",
    "dl",
    "table",
    "blockquote",
)
# Parts of a page that are no running text: menus, code, references, what only a browser shows.
DROP = (
    "//head|//script|//style|//nav|//header|//footer|//aside|//pre|//textarea|//button|//svg|//math|//iframe",
    "//*[{}]".format(
        " or ".join(
            f"contains(concat(' ', normalize-space(@class), ' '), ' {name} ')"
            for name in (
                "navheader", "navfooter", "nav_table", "menu", "toc", "index", "footer", "footnotes", "screen",
                "programlisting", "literallayout", "synopsis", "docnav", "header", "headerlink", "sphinxsidebar",
                "related", "legalnotice", "head", "foot", "Bd", "list-of-figures", "list-of-tables", "bibliography",
            )
        )
    ),
)  # fmt: skip
KANA = re.compile(r"[ぁ-ん]")
JAPANESE = re.compile(r"[぀-ヿ一-鿿々〆ー、。]")
NUMBERED = re.compile(r"^(?:第\s*\d+\s*[章部節]|付録\s*[A-Z]|[A-Z]?\d*(?:\.\d+)+|\d+)[.:：．\s]+")
BETWEEN_JAPANESE = re.compile(r"(?<=[^\x00-\x7f]) (?=[^\x00-\x7f])")
SENTENCE_END = re.compile(r"(?<=[。！？])(?![」』）)])")
SHINGLE, NEAR, PERMUTATIONS = 5, 0.7, 64


class CorpusError(Exception):
    """A package that is gone or changed; the message names it and says what to do."""


def sources() -> list[dict]:
    """Return the rows of corpus.toml."""
    return tomllib.loads(MANIFEST.read_text(encoding="utf-8"))["source"]


def fetch(
    source: dict,
    folder: Path,
    accept: bool = False,
    made: str = "data/corpus/ja/",
    manifest: str = "corpus.toml",
) -> Path:
    """Return the folder of the unpacked package, from which ``made`` is made.

    Raises:
        CorpusError: the package is gone, or its archive is not the one that the manifest names.
    """
    name, version = source["package"], source["version"]
    out = folder / name
    keeps = f"The text in {made} still serves; nothing was changed."
    if not list(folder.glob(f"{name}_*.deb")):
        folder.mkdir(parents=True, exist_ok=True)
        for wanted in (f"{name}={version}", name):
            if not subprocess.run(
                ["apt-get", "download", "-qq", wanted], cwd=folder, capture_output=True
            ).returncode:
                break
        else:
            raise CorpusError(f"{name}: apt-get cannot bring this package (gone, or no network). {keeps}")
    archive = next(folder.glob(f"{name}_*.deb"))
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    if source.get("sha256", digest) != digest and not accept:
        raise CorpusError(
            f"{name}: {archive.name} is not the version {version} that {manifest} names (sha256 {digest}). "
            f"{keeps} To take the new text, run again with --accept and write the new version and sha256 down."
        )
    if not out.exists():
        subprocess.run(["dpkg-deb", "-x", archive, out], check=True)
    return out


def clean(text: str) -> str:
    """Return one line of text: NFKC (full-width letters become plain), no space between Japanese letters."""
    text = unicodedata.normalize("NFKC", text.replace("\u00ad", "").replace("¶", ""))
    text = re.sub(r"\s+", " ", text).strip()
    return BETWEEN_JAPANESE.sub("", text)


def is_prose(text: str) -> bool:
    """Say whether a line is Japanese running text: kana, and at least half of it Japanese letters."""
    return len(text) >= 10 and bool(KANA.search(text)) and len(JAPANESE.findall(text)) >= len(text) / 2


def sentences(paragraph: str) -> list[str]:
    """Split a paragraph behind 。！？ (not inside a closing bracket)."""
    return [part.strip() for part in SENTENCE_END.split(paragraph) if part.strip()]


def read_page(html: bytes, drop: tuple[str, ...] = ()) -> list[dict]:
    """Return a page's sections, ``{"heading": str, "paragraphs": [[sentence, …], …]}``, in order.

    A block (p, li, dd, dt, td) counts when no other block lies inside it.
    """
    if not html.strip():
        return []
    tree = lxml.html.document_fromstring(html, parser=lxml.html.HTMLParser(encoding="utf-8"))
    for path in (*DROP, *drop):
        for element in tree.xpath(path):
            if element.getparent() is not None:
                element.drop_tree()
    sections = [{"heading": "", "paragraphs": []}]
    for element in tree.iter(*BLOCKS):
        inner = next(element.iterchildren(*BLOCKS), None)
        if inner is None:
            inner = next((child for child in element.iterdescendants(*BLOCKS)), None)
        if element.tag in HEADINGS:
            heading = NUMBERED.sub("", clean(element.text_content()))
            if heading:
                sections.append({"heading": heading, "paragraphs": []})
            continue
        # A block with blocks inside still has its own first words ("<li>text <ul>…"): take those alone.
        own = element.text_content() if inner is None else (element.text or "")
        text = clean(own)
        if is_prose(text):
            sections[-1]["paragraphs"].append(sentences(text))
    return [section for section in sections if section["paragraphs"]]


def read_pages(
    package: str, root: Path, files: list[Path], drop: tuple[str, ...], mandoc: Path | None
) -> list[dict]:
    """Return the documents of some pages of a package (runs in a worker process)."""
    documents = []
    for file in files:
        if file.suffix == ".gz":
            page = subprocess.run(
                [mandoc, "-K", "utf-8", "-T", "html", "-O", "fragment"],
                input=gzip.decompress(file.read_bytes()), capture_output=True,
            ).stdout  # fmt: skip
        else:
            page = file.read_bytes()
        sections = read_page(page, drop)
        if sections:
            name = str(file.relative_to(root)).removesuffix(".gz").removesuffix(".html").removesuffix(".ja")
            documents.append({"id": f"{package}/{name}", "manual": package, "sections": sections})
    return documents


def read_source(source: dict, root: Path, mandoc: Path | None, pool: ProcessPoolExecutor) -> list[dict]:
    """Return every document of a package, its origin and licence with it."""
    files = sorted(file for file in root.glob(source["pages"]) if file.is_file() and not file.is_symlink())
    if not files:
        raise CorpusError(
            f"{source['package']}: no page matches {source['pages']}. The package was rearranged."
        )
    parts = [files[start : start + 50] for start in range(0, len(files), 50)]
    jobs = [
        pool.submit(read_pages, source["package"], root, part, tuple(source.get("drop", ())), mandoc)
        for part in parts
    ]
    documents = [document for job in jobs for document in job.result()]
    for document in documents:
        document["license"] = source["license"]
        if source["split"] == "documents":
            draw = int(hashlib.sha256(document["id"].encode()).hexdigest(), 16) % 100
            document["split"] = "test" if draw < 6 else "dev" if draw < 11 else "train"
        else:
            document["split"] = source["split"]
        document["commit"] = source.get("commit", True)
    return documents


def normal(text: str) -> str:
    """Return what decides whether two lines are the same: letters alone, every number alike."""
    return re.sub(r"\W+", "", re.sub(r"\d+", "0", text))


def drop_repeated(documents: list[dict], limit: int = 3) -> int:
    """Take out, in place, every sentence that stands in ``limit`` documents or more. Return how many."""
    pages = collections.defaultdict(set)
    for document in documents:
        for section in document["sections"]:
            for paragraph in section["paragraphs"]:
                for sentence in paragraph:
                    pages[normal(sentence)].add(document["id"])
    gone = 0
    for document in documents:
        for section in document["sections"]:
            kept = []
            for paragraph in section["paragraphs"]:
                left = [sentence for sentence in paragraph if len(pages[normal(sentence)]) < limit]
                gone += len(paragraph) - len(left)
                if left:
                    kept.append(left)
            section["paragraphs"] = kept
    return gone


def shingles(text: str) -> set[str]:
    """Return the character 5-grams of a normalised text."""
    text = normal(text)
    return {text[start : start + SHINGLE] for start in range(max(1, len(text) - SHINGLE + 1))}


def sign(text: str) -> tuple[str, set[str], "MinHash"]:
    """Return a paragraph with its 5-grams and their MinHash (runs in a worker process)."""
    grams = shingles(text)
    digest = MinHash(num_perm=PERMUTATIONS, seed=1)
    digest.update_batch([gram.encode() for gram in grams])
    return text, grams, digest


def drop_doubles(documents: list[dict], pool: ProcessPoolExecutor) -> int:
    """Take out, in place, paragraphs like one that was kept before (Jaccard of 5-grams >= 0.7). Return how many.

    MinHash proposes (Broder 1997), the exact Jaccard decides. The order of SPLITS makes the training text give way.
    """
    order = sorted(documents, key=lambda document: (SPLITS.index(document["split"]), not document["commit"]))
    texts = [
        "".join(p) for document in order for section in document["sections"] for p in section["paragraphs"]
    ]
    signed = iter(pool.map(sign, texts, chunksize=500))
    index = MinHashLSH(threshold=NEAR - 0.1, num_perm=PERMUTATIONS)
    seen: dict[int, set[str]] = {}
    gone = 0
    for document in order:
        for section in document["sections"]:
            kept = []
            for paragraph in section["paragraphs"]:
                _, grams, digest = next(signed)
                if any(
                    len(grams & seen[key]) >= NEAR * len(grams | seen[key]) for key in index.query(digest)
                ):
                    gone += 1
                    continue
                index.insert(len(seen), digest)
                seen[len(seen)] = grams
                kept.append(paragraph)
            section["paragraphs"] = kept
    return gone


def characters(document: dict) -> int:
    """Return the number of characters of a document's paragraphs."""
    return sum(
        len(sentence) for s in document["sections"] for paragraph in s["paragraphs"] for sentence in paragraph
    )


def write_lines(rows: list[dict], file: Path) -> None:
    """Write rows as gzipped JSON lines; the same rows give the same bytes."""
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)
    file.write_bytes(gzip.compress(lines.encode(), 9, mtime=0))


def write(documents: list[dict], file: Path) -> None:
    """Write documents in the order of their ids."""
    keys = ("id", "manual", "license", "sections")
    ordered = sorted(documents, key=lambda document: document["id"])
    write_lines([{key: document[key] for key in keys} for document in ordered], file)


def copy_notices(source: dict, packages: Path, folder: Path) -> None:
    """Copy the package's copyright notice: every licence here asks that it stays with the text."""
    name = source.get("copyright", source["package"])
    root = (
        fetch({"package": name, "version": source["version"]}, packages)
        if "copyright" in source
        else packages / name
    )
    notice = next((root / "usr" / "share" / "doc").glob("*/copyright"), None)
    if notice is None:
        raise CorpusError(
            f"{name}: the package holds no copyright notice; its text must not be committed without."
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{source['package']}.txt").write_bytes(notice.read_bytes())


def statistics(documents: list[dict], steps: dict) -> str:
    """Return the page of statistics, with ten paragraphs drawn at random (Markdown)."""
    count = collections.defaultdict(collections.Counter)
    for document in documents:
        row = count[document["manual"]]
        row["pages"] += 1
        row["paragraphs"] += sum(len(section["paragraphs"]) for section in document["sections"])
        row["sentences"] += sum(len(p) for section in document["sections"] for p in section["paragraphs"])
        row[document["split"]] += characters(document)
    lines = [
        "# 日本語コーパスの統計",
        "",
        "`python data/build/corpus.py` が書いたページです。手では直しません。",
        "",
        "| パッケージ | 版 | ライセンス | ページ | 段落 | 文 | train | dev | test | unseen | 収録 |",
        "|---|---|---|--:|--:|--:|--:|--:|--:|--:|---|",
    ]
    total = collections.Counter()
    for source in sources():
        row = count[source["package"]]
        total.update(row)
        cells = [row[key] for key in ("pages", "paragraphs", "sentences", "train", "dev", "test", "unseen")]
        lines.append(
            f"| {source['package']} | {source['version']} | {source['license']} | "
            + " | ".join(f"{cell:,}" for cell in cells)
            + f" | {'はい' if source.get('commit', True) else '学習だけ'} |"
        )
    cells = [total[key] for key in ("pages", "paragraphs", "sentences", "train", "dev", "test", "unseen")]
    lines.append("| 計 | | | " + " | ".join(f"{cell:,}" for cell in cells) + " | |")
    committed = sum(characters(document) for document in documents if document["commit"])
    lines += ["", f"train から unseen までの列は文字数です。収録した文字数は {committed:,} です。", ""]
    lines += [f"- {text}: {number:,}" for text, number in steps.items()]
    lines += ["", "## 無作為に選んだ 10 段落", ""]
    pairs = [
        (document["id"], "".join(paragraph))
        for document in documents
        if document["commit"]
        for section in document["sections"]
        for paragraph in section["paragraphs"]
    ]
    for name, text in random.Random(0).sample(sorted(pairs), 10):
        lines.append(f"1. {text} （`{name}`）")
    return "\n".join([*lines, ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accept", action="store_true", help="take packages that differ from corpus.toml")
    parser.add_argument(
        "--packages", type=Path, default=WORK / "packages", help="folder for the Debian packages"
    )
    arguments = parser.parse_args()
    rows = sources()
    roots = {row["package"]: fetch(row, arguments.packages, arguments.accept) for row in rows}
    mandoc = (
        fetch({"package": "mandoc", "version": "1.14.6-1+b1"}, arguments.packages) / "usr" / "bin" / "mandoc"
    )
    documents, steps = [], {}
    with ProcessPoolExecutor() as pool:
        for row in rows:
            documents += read_source(row, roots[row["package"]], mandoc, pool)
            print(row["package"], len(documents), flush=True)
        steps["3 ページ以上にある文（除いた数）"] = drop_repeated(documents)
        steps["よく似た段落（除いた数）"] = drop_doubles(documents, pool)
    for document in documents:
        document["sections"] = [section for section in document["sections"] if section["paragraphs"]]
    documents = [document for document in documents if characters(document) >= 100]
    for split in SPLITS:
        chosen = [document for document in documents if document["split"] == split]
        write([document for document in chosen if document["commit"]], COMMITTED / f"{split}.jsonl.gz")
        write(chosen, WORK / f"{split}.jsonl.gz")
    for row in rows:
        if row.get("commit", True):
            copy_notices(row, arguments.packages, COMMITTED / "copyright")
    for name in ("GPL-2", "GPL-3", "GFDL-1.2", "GFDL-1.3", "MPL-2.0"):
        (COMMITTED / "copyright" / name).write_bytes(Path("/usr/share/common-licenses", name).read_bytes())
    (COMMITTED / "STATISTICS.md").write_text(statistics(documents, steps), encoding="utf-8")
    for file in sorted(COMMITTED.iterdir()):
        print(file.name, file.stat().st_size)


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    try:
        main()
    except CorpusError as error:
        sys.exit(str(error))
