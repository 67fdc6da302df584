"""First paint of formgrader's pages for a large class, in headless Chromium: part of ``make bench``.

Fills a gradebook of as many students (1,000) as asked on all exercises of the course, through nbgrader's tables, on
SQLite and on a Postgres server where one is installed. ``--stock`` measures nbgrader's tables first as they are, without
the indexes that :mod:`llmlab.grading.gradebook` adds (one page then takes minutes). For each page: the first contentful paint (the frame of the page, which
says Loading), the moment the table's rows stand in the document and are painted, and how long the server's answers
took. Median of some visits, the first one apart.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psutil
from playwright.sync_api import sync_playwright
from sqlalchemy import create_engine, insert, text

from llmlab.grading import gradebook, release
from tests import postgres

CELLS = [("one-test", 2), ("two-test", 3), ("three-test", 2), ("four-test", 3)]
WRITTEN = "why"
PAGES = {
    "演習の一覧 (manage_assignments)": "manage_assignments",
    "採点の一覧 (gradebook)": "gradebook",
    "1 演習の提出 (gradebook/…)": "gradebook/{exercise}/{exercise}",
    "1 演習の提出物 (manage_submissions)": "manage_submissions/{exercise}",
    "学生の一覧 (manage_students)": "manage_students",
}
NOTEBOOK = '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'


def fill(work: Path, students: int) -> None:
    """Fill the gradebook and the folders that formgrader looks at."""
    from nbgrader import api

    gradebook.create(work)
    exercises = release.names()
    names = [f"s{number:05d}" for number in range(students)]
    release.config()
    with gradebook.book(work) as book:
        for exercise in exercises:
            book.add_assignment(exercise)
            book.add_notebook(exercise, exercise)
            for cell, points in CELLS:
                book.add_grade_cell(cell, exercise, exercise, max_score=points, cell_type="code")
                book.add_solution_cell(cell.removesuffix("-test"), exercise, exercise)
            book.add_grade_cell(WRITTEN, exercise, exercise, max_score=1, cell_type="markdown")
            book.add_solution_cell(WRITTEN, exercise, exercise)
        db = book.db
        db.execute(insert(api.Student.__table__), [{"id": name} for name in names])
        for number, exercise in enumerate(exercises):
            notebook = book.find_notebook(exercise, exercise)
            rows: dict = {table: [] for table in (api.SubmittedAssignment, api.SubmittedNotebook, api.Grade, api.Comment)}
            for place, name in enumerate(names):
                outer, inner = api.new_uuid(), api.new_uuid()
                rows[api.SubmittedAssignment].append(
                    {"id": outer, "assignment_id": notebook.assignment.id, "student_id": name}
                )
                rows[api.SubmittedNotebook].append(
                    {"id": inner, "assignment_id": outer, "notebook_id": notebook.id, "flagged": False}
                )
                for cell in notebook.grade_cells:
                    waits = cell.name == WRITTEN and place % 3 == 0
                    score = None if cell.name == WRITTEN else float(cell.max_score * ((place + number) % 4 != 0))
                    rows[api.Grade].append(
                        {
                            "id": api.new_uuid(), "notebook_id": inner, "cell_id": cell.id, "auto_score": score,
                            "manual_score": None if score is not None or waits else 1.0,
                            "extra_credit": None, "needs_manual_grade": waits,
                        }
                    )  # fmt: skip
                for cell in notebook.solution_cells:
                    rows[api.Comment].append(
                        {"id": api.new_uuid(), "notebook_id": inner, "cell_id": cell.id, "auto_comment": None}
                    )
            for table, lines in rows.items():
                db.execute(insert(table.__table__), lines)
        db.commit()
    for step in ("submitted", "autograded"):
        for name in names:
            for exercise in exercises:
                folder = work / step / name / exercise
                folder.mkdir(parents=True)
                (folder / f"{exercise}.ipynb").write_text(NOTEBOOK, encoding="utf-8")


def index(work: Path, wanted: bool) -> None:
    """Drop the indexes that the course adds, or make them; tell the server's planner."""
    engine = create_engine(gradebook.address(work))
    with engine.begin() as connection:
        for table, columns in gradebook.INDEXES.items():
            for column in columns:
                connection.execute(text(f'DROP INDEX IF EXISTS "llmlab_{table}_{column}"'))
    engine.dispose()
    if wanted:
        gradebook.create(work)
    engine = create_engine(gradebook.address(work))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    engine.dispose()


@contextlib.contextmanager
def served(work: Path):
    """Run formgrader; give the address of its root."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--no-browser", "--allow-root", f"--port={port}", "--IdentityProvider.token=bench"]
    command = [sys.executable, "-m", "llmlab.grading", "formgrader", "--out", str(work), *options]
    with open(work / "formgrader.log", "w") as log:
        server = subprocess.Popen(command, cwd=release.ROOT, stdout=log, stderr=log)
    try:
        root = f"http://127.0.0.1:{port}/"
        for _ in range(240):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{root}formgrader/api/status?token=bench"):
                break
            time.sleep(0.5)
        yield root
    finally:
        family = psutil.Process(server.pid).children(recursive=True) if server.poll() is None else []
        server.kill()
        server.wait()
        for one in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()


# The moment after the frame in which the rows stand there; and how long each answer of the interface took.
MEASURE = """() => new Promise((done) => {
  const look = () => {
    const rows = document.querySelectorAll("tbody tr");
    if (rows.length && !document.querySelector("tbody").innerText.includes("Loading")) {
      requestAnimationFrame(() => setTimeout(() => {
        const paint = performance.getEntriesByName("first-contentful-paint")[0];
        const answers = performance.getEntriesByType("resource").filter((one) => one.name.includes("/api/"));
        done({
          paint: paint ? paint.startTime : NaN, rows: rows.length, ready: performance.now(),
          answers: answers.reduce((sum, one) => sum + one.responseEnd - one.requestStart, 0),
        });
      }));
    } else setTimeout(look, 5);
  };
  look();
})"""


def visit(root: str, visits: int) -> list[tuple[str, float, dict]]:
    """Open every page; return its name, seconds of the first visit until the rows stand, medians of the others."""
    executable = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    found = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.set_default_timeout(600_000)
        page.goto(f"{root}lab?token=bench", wait_until="commit")  # signs in
        for name, address in PAGES.items():
            seen = []
            for _ in range(visits + 1):
                page.goto(f"{root}formgrader/{address.format(exercise=release.names()[5])}", wait_until="commit")
                seen.append(page.evaluate(MEASURE))
            later = {key: statistics.median(one[key] for one in seen[1:]) for key in seen[0]}
            found.append((name, seen[0]["ready"] / 1000, later))
        browser.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=1000)
    parser.add_argument("--visits", type=int, default=3)
    parser.add_argument("--stock", action="store_true")
    parser.add_argument("--only", choices=["sqlite", "postgres"])
    chosen = parser.parse_args()
    kinds = [chosen.only] if chosen.only else ["sqlite", *(["postgres"] if postgres.programs() else [])]
    with contextlib.ExitStack() as stack:
        for kind in kinds:
            work = Path(tempfile.mkdtemp(prefix="llmlab-bench-"))
            stack.callback(shutil.rmtree, work, ignore_errors=True)
            os.environ.pop(gradebook.VARIABLE, None)
            if kind == "postgres":
                os.environ[gradebook.VARIABLE] = stack.enter_context(postgres.Server()).database("bench")
            start = time.monotonic()
            fill(work, chosen.students)
            print(
                f"{kind}: {chosen.students} students × {len(release.names())} exercises,"
                f" filled in {time.monotonic() - start:.0f} s, load {os.getloadavg()[0]:.1f}",
                flush=True,
            )
            for wanted in (False, True) if chosen.stock else (True,):
                index(work, wanted)
                with served(work) as root:
                    for name, first, later in visit(root, chosen.visits):
                        print(
                            f"  {'index' if wanted else 'stock':<6} first paint {later['paint'] / 1000:5.2f} s"
                            f"  rows painted {later['ready'] / 1000:6.2f} s (first visit {first:6.2f})"
                            f"  answers {later['answers'] / 1000:6.2f} s  rows {later['rows']:.0f}  {name}",
                            flush=True,
                        )


if __name__ == "__main__":
    main()
