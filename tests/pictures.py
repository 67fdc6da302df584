"""The pictures of INSTRUCTOR.md: formgrader with the rubric, feedback on a phone, the report.

``python -m tests.pictures`` makes them again in ``instructor/``: a class drawn from the zoo (``tests/class_of.py``;
no real person) is graded, headless Chromium opens the pages. ``--work FOLDER`` takes a class that is graded already.
"""

from __future__ import annotations

import argparse
import io
import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from nbgrader.api import Gradebook
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from llmlab.grading import grade, release, report
from tests import class_of
from tests.test_browser import chromium

ROOT = release.ROOT
OUT = ROOT / "instructor"
EXERCISE = "05_bert_structure"
STUDENTS = 32  # from 30 on the report shows how well a cell discriminates
MOST = 150_000  # bytes of one picture
NO_BADGE = "img[src*='colab-badge'] { display: none }"  # fetched from a network, which there is none of here
ANSWER = """\
1. 質問応答では、文 A に質問、文 B に本文を入れます。
2. 文 A と文 B のトークンが互いを見られます。その代わり、組ごとに計算し直します。"""
POINTS, COMMENT = 1.5, "2 はよく書けています。1 は、仕事をもう 1 つ挙げると満点でした。"


def save(shot: bytes, name: str, out: Path) -> None:
    """Write a screenshot with few enough colours for its size."""
    picture = Image.open(io.BytesIO(shot)).convert("RGB")
    for colours in (128, 64, 32, 16):
        data = io.BytesIO()
        few = picture.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        few.save(data, "PNG", optimize=True)
        if data.tell() <= MOST:
            break
    else:
        raise SystemExit(f"{name}: {data.tell()} bytes, over {MOST}")
    (out / name).write_bytes(data.getvalue())
    print(f"{name}: {picture.width} × {picture.height}, {data.tell()} bytes")


def graded(work: Path, students: int) -> None:
    """Grade a class into ``work``; the first student's written answer has a comment and points."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "in"
        class_of.make(EXERCISE, students, folder, written=ANSWER)
        grade.grade(EXERCISE, folder, work, limit=15, say=lambda text: print(text, file=sys.stderr))
        with Gradebook(f"sqlite:///{work / 'gradebook.db'}") as book:
            cell = written(book)
            one = book.find_grade(cell, EXERCISE, EXERCISE, "s001")
            one.manual_score, one.needs_manual_grade = POINTS, False
            book.find_comment(cell, EXERCISE, EXERCISE, "s001").manual_comment = COMMENT
            book.db.commit()
        grade.grade(EXERCISE, folder, work, limit=15)


def written(book: Gradebook) -> str:
    """Return the name of the written answer's cell."""
    cells = book.find_notebook(EXERCISE, EXERCISE).grade_cells
    return next(cell.name for cell in cells if cell.cell_type == "markdown")


@contextmanager
def formgrader(work: Path) -> Iterator[str]:
    """Run formgrader; yield the address of its server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--no-browser", "--allow-root", f"--port={port}", "--IdentityProvider.token=test"]
    command = [sys.executable, "-m", "llmlab.grading", "formgrader", "--out", work, *options]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, cwd=ROOT, **quiet)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{address}/api/status?token=test", timeout=30).close()
                break
            except urllib.error.URLError:
                time.sleep(0.5)
        yield address
    finally:
        for process in [*psutil.Process(server.pid).children(recursive=True), psutil.Process(server.pid)]:
            process.terminate()
        server.wait(30)


def picture_of_formgrader(browser: Browser, work: Path, out: Path) -> None:
    """The written answer, the rubric above it, points and comment."""
    with formgrader(work) as address:
        page = browser.new_page(viewport={"width": 1000, "height": 760}, locale="ja-JP")
        page.set_default_timeout(60_000)
        page.route(lambda url: not url.startswith(address), lambda route: route.abort())
        page.goto(f"{address}/lab?token=test", wait_until="commit")  # signs in
        listing = f"{address}/formgrader/api/submitted_notebooks/{EXERCISE}/{EXERCISE}"
        listed = json.loads(page.request.get(listing).text())
        number = next(one["id"] for one in listed if one["student"] == "s001")
        page.goto(f"{address}/formgrader/submissions/{number}/")
        page.wait_for_function("typeof formgrader == 'object' && formgrader.loaded && formgrader.grades.length")
        page.add_style_tag(content=NO_BADGE)
        page.wait_for_timeout(2000)  # formgrader goes to its own first place when all is there
        page.get_by_text("採点のために").evaluate("one => window.scrollTo(0, one.getBoundingClientRect().top + scrollY - 70)")
        page.wait_for_timeout(500)
        save(page.screenshot(), "formgrader.png", out)
        page.close()


def picture_of_feedback(browser: Browser, work: Path, out: Path) -> None:
    """The feedback of the first student on a phone: the points, then what the first failed test says."""
    page = browser.new_page(viewport={"width": 390, "height": 844}, device_scale_factor=1.5, locale="ja-JP")
    page.goto((work / "feedback" / "s001" / EXERCISE / f"{EXERCISE}.html").as_uri())
    page.add_style_tag(content=NO_BADGE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, "wider than the phone"
    top = page.screenshot()
    failed = page.get_by_text("AssertionError").first
    failed.evaluate("one => one.scrollIntoView({block: 'end'})")
    page.evaluate("window.scrollBy(0, 60)")
    page.wait_for_timeout(200)
    shots = [Image.open(io.BytesIO(shot)) for shot in (top, page.screenshot())]
    both = Image.new("RGB", (shots[0].width * 2 + 40, shots[0].height), "#888888")
    for place, shot in enumerate(shots):
        both.paste(shot, (place * (shot.width + 40), 0))
    data = io.BytesIO()
    both.save(data, "PNG")
    save(data.getvalue(), "feedback.png", out)
    page.close()


def picture_of_report(browser: Browser, work: Path, out: Path) -> None:
    """The report's distribution, its cells, and the first task's wrong answers."""
    html, _, _ = report.report(EXERCISE, work)
    page = browser.new_page(viewport={"width": 900, "height": 1350}, locale="ja-JP")
    page.goto(html.as_uri())
    page.wait_for_timeout(500)
    save(page.screenshot(), "report.png", out)
    page.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--work", type=Path, help="a graded class; one is made when not given")
    parser.add_argument("--students", type=int, default=STUDENTS)
    parser.add_argument("--out", type=Path, default=OUT)
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        work = (chosen.work or Path(scratch) / "grading").resolve()
        if not chosen.work:
            graded(work, chosen.students)
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        for picture in (picture_of_formgrader, picture_of_feedback, picture_of_report):
            picture(browser, work, chosen.out)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
