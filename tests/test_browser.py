"""JupyterLab as a student sees it: it opens, a widget moves its figure, Validate says yes and no."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import TimeoutError as NotInTime
from playwright.sync_api import expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
OUT = Path(os.environ.get("LLMLAB_TEST_OUT", ROOT / ".test-output"))
# JupyterLab shows no hidden folder, so the notebooks of this test lie in build/.
ROOM = ROOT / "build" / "browser-test"
EXERCISE = "00_start"
WRONG = "wrong_token_count_special.py"
MINUTES = 60_000  # one, in milliseconds; generous, since other work may share the cores


def chromium() -> str:
    found = [shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")]
    path = next(filter(None, found), None)
    assert path, "Chromium がありません。`sudo apt-get install chromium` を実行してください。"
    return path


@pytest.fixture(scope="module")
def address():
    """Start JupyterLab with the README's command and return the address that it prints."""
    environment = {
        key: value for key, value in os.environ.items() if key not in {"DISPLAY", "WAYLAND_DISPLAY"}
    }
    command = [sys.executable, "-m", "llmlab.setup", "lab", "--port", "8931"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    printed = []
    for line in process.stdout:
        printed.append(line)
        if found := re.match(r"URL: (http\S+)", line):
            break
    else:
        pytest.fail("".join(printed))
    yield found.group(1)
    os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def browser():
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
    arguments += ["--disable-component-update", "--disable-sync", "--no-first-run"]
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium(), args=arguments)


@pytest.fixture
def page(browser, address):
    opened = browser.new_page(viewport={"width": 1280, "height": 1000}, locale="ja-JP")
    opened.set_default_timeout(MINUTES)
    yield opened
    opened.close()


@pytest.fixture(scope="module", autouse=True)
def room():
    ROOM.mkdir(parents=True, exist_ok=True)
    OUT.mkdir(parents=True, exist_ok=True)
    yield
    shutil.rmtree(ROOM, ignore_errors=True)


def go(page, address, name):
    """Open a notebook of this repository, as a click in the file browser would, and wait for its kernel."""
    base, token = address.split("/lab/tree/")[0], address.split("token=")[1]
    for attempt in range(40):  # the server prints its address before it listens
        try:
            page.goto(f"{base}/lab/tree/{name}?token={token}&reset")
            break
        except Exception:
            if attempt == 39:
                raise
            time.sleep(0.5)
    page.wait_for_selector(".jp-NotebookPanel-toolbar")
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status='idle']", state="attached")


def test_the_first_page_is_lesson_00(page, address):
    assert "/lab/tree/notebooks/00_start.ipynb?" in address
    go(page, address, "notebooks/00_start.ipynb")
    expect(page.locator(".jp-RenderedMarkdown h1").first).to_be_visible()
    page.screenshot(path=OUT / "00_start.png")


def part_of(lesson: str, last: str) -> str:
    """Write the code cells of a lesson up to the one with the id ``last`` as a notebook of their own."""
    lecture = nbformat.read(ROOT / "notebooks" / f"{lesson}.ipynb", 4)
    kept = []
    for cell in lecture.cells:
        if cell.cell_type == "code":
            kept.append(cell)
        if cell.id == last:
            break
    assert kept[-1].id == last
    nbformat.write(nbformat.v4.new_notebook(cells=kept, metadata=lecture.metadata), ROOM / "part.ipynb")
    return "build/browser-test/part.ipynb"


def run_all(page):
    """Run all cells; again when no cell has finished in a minute (a request sent while the page connects is lost)."""
    finished = page.locator(".jp-InputPrompt").filter(has_text=re.compile(r"\[\d+\]")).first
    for attempt in range(3):
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        try:
            finished.wait_for(state="attached", timeout=MINUTES)
            return
        except NotInTime:
            if attempt == 2:
                raise


def test_a_widget_moves_its_figure(page, address):
    go(page, address, part_of("05_bert_structure", "attention-widget"))
    run_all(page)
    picture = page.locator(".jp-OutputArea .widget-vbox img, .jp-OutputArea .jupyter-widgets img").first
    picture.wait_for(state="visible", timeout=6 * MINUTES)
    picture.scroll_into_view_if_needed()
    before = picture.get_attribute("src")
    page.screenshot(path=OUT / "05_widget_before.png")
    handle = page.locator(".jp-OutputArea [role=slider], .jp-OutputArea .noUi-handle").first
    handle.focus()
    at_the_end = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")
    handle.press("ArrowLeft" if at_the_end else "ArrowRight")
    expect(picture).not_to_have_attribute("src", before)
    assert picture.get_attribute("alt")
    page.screenshot(path=OUT / "05_widget_after.png")


def test_an_own_gpt_answers_a_students_question_from_its_documents(page, address):
    """Lesson 02's widget: an own question is answered with the passage that holds the answer."""
    go(page, address, part_of("02_rag_and_finetuning", "own-gpt-grounded"))
    run_all(page)
    cell = page.locator(".jp-CodeCell", has_text="widgets.own_gpt(gpt, grounded_answer)")
    said = cell.locator(".widget-html p").filter(has_text="引用:")
    expect(said).to_have_count(1, timeout=6 * MINUTES)  # the first starter, asked at once
    field = cell.locator("input[type=text]")
    field.scroll_into_view_if_needed()
    field.fill("What does a single room in Cedar House cost a month?")
    cell.get_by_role("button", name="送る").click()
    expect(said).to_have_count(2, timeout=3 * MINUTES)
    assert "28,000 yen" in said.last.inner_text() and "Dormitory rooms" in said.last.inner_text()
    expect(field).to_have_value("")
    page.screenshot(path=OUT / "02_own_gpt.png")


def exercise_notebook(name: str, right: bool) -> str:
    """Write the student's notebook with the reference's answers, one of them a wrong submission's unless right."""
    student = nbformat.read(ROOT / "exercises" / EXERCISE / f"{EXERCISE}.ipynb", 4)
    source = nbformat.read(ROOT / "solutions" / EXERCISE / f"{EXERCISE}.ipynb", 4)
    answers = {
        cell.metadata.nbgrader.grade_id: cell.source for cell in source.cells if "nbgrader" in cell.metadata
    }
    if not right:
        (text,) = [
            path.read_text("utf-8") for path in (ROOT / "tests" / "submissions" / EXERCISE).glob(WRONG)
        ]
        _, grade_id, answer = re.split(r'# %% grade_id="([^"]+)"\n', text)
        answers[grade_id] = answer
    for cell in student.cells:
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("solution"):
            cell.source = answers[marks["grade_id"]]
    nbformat.write(student, ROOM / f"{name}.ipynb")
    return f"build/browser-test/{name}.ipynb"


@pytest.mark.parametrize(("name", "right"), [("right", True), ("wrong", False)])
def test_validate_says_yes_and_no(page, address, name, right):
    go(page, address, exercise_notebook(name, right))
    page.locator(".jp-NotebookPanel-toolbar").get_by_text("Validate").click()
    dialog = page.locator(".jp-Dialog")
    dialog.wait_for(state="visible", timeout=4 * MINUTES)
    page.screenshot(path=OUT / f"validate_{name}.png")
    text = dialog.inner_text()
    assert ("Success" in text) == right, text
    if not right:
        assert "failed" in text
