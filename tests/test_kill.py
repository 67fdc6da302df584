"""``kill -9`` at a random moment of grading a class of six: the next run goes on; all is as in an undisturbed run.

Three times in ``make test``; ``KILLS=50 python -m pytest tests/test_kill.py`` for fifty, ``KILLS_SEED`` for others.
"""

import contextlib
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from llmlab.errors import CourseError
from llmlab.grading import grade, gradebook
from tests import grading_class

pytestmark = pytest.mark.usefixtures("light")
# What is killed: the grader while SQLite writes; one of its processes, a worker or a kernel; the Postgres server,
# which comes back a second later; the grader; all of its processes at once; what serves one Postgres connection.
KINDS = ["write", "worker", "server", "grader", "everything", "connection"]
KILLS = int(os.environ.get("KILLS", "3"))
SEED = int(os.environ.get("KILLS_SEED", "11"))
GRADE = """
import sys
from pathlib import Path
from llmlab.errors import CourseError
from llmlab.grading import grade
from tests import grading_class
grading_class.light()
folder, work, root = map(Path, sys.argv[1:])
try:
    grade.grade("mini", folder, work, limit=20, root=root, say=lambda text: print(text, flush=True))
except CourseError as error:
    sys.exit(str(error))
"""


def family(pid: int) -> list[psutil.Process]:
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).children(recursive=True)
    return []


def stop(processes) -> None:
    for one in processes:
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
            one.send_signal(signal.SIGKILL)


def seen(look, run: subprocess.Popen) -> list:
    """Look until something is there, or the run is over."""
    while not (found := look()) and run.poll() is None:
        pass
    return found


def kill(kind: str, draw: random.Random, run: subprocess.Popen, work: Path, seconds: float, server) -> str:
    """Kill something at a random moment of a run; return what, "" when the run was over before."""
    end = time.monotonic() + draw.uniform(0.3, 0.8 * seconds)
    while time.monotonic() < end and run.poll() is None:
        time.sleep(0.01)
    journal = work / f"{gradebook.FILE}-journal"
    if kind == "write":  # SQLite's journal stands for a millisecond or two, a connection not much longer
        seen(journal.exists, run)
    if run.poll() is not None:
        return ""
    if kind in ("write", "grader"):
        run.kill()
    elif kind == "everything":
        stop([psutil.Process(run.pid), *family(run.pid)])
    elif kind == "worker":
        if not (found := seen(lambda: family(run.pid), run)):
            return ""
        one = draw.choice(found)
        stop([one])
        return f"{kind} {one.pid}"
    elif kind == "server":
        server.kill()
        time.sleep(1)
        server.start()
    else:
        if not (found := seen(server.backends, run)):
            return ""
        os.kill(draw.choice(found), signal.SIGKILL)
    return kind


def remains(work: Path) -> list[str]:
    """Return the processes that know of a grading folder."""
    found = []
    for one in psutil.process_iter(["pid", "cmdline", "cwd"]):
        said = " ".join([*(one.info["cmdline"] or []), one.info["cwd"] or ""])
        if str(work) in said and one.info["pid"] != os.getpid():
            found.append(said)
    return found


@pytest.mark.parametrize("number", range(KILLS))
def test_killed_run_goes_on_and_ends_as_if_undisturbed(six, postgres, tmp_path, monkeypatch, number):
    kind, draw = KINDS[number % len(KINDS)], random.Random(1000 * SEED + number)
    work = tmp_path / "work"
    if kind in ("server", "connection"):
        monkeypatch.setenv(gradebook.VARIABLE, postgres.database(f"kill{SEED}_{number}"))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", GRADE, six.folder, work, six.root]
    with open(tmp_path / "log", "wb") as log:
        run = subprocess.Popen([*map(str, command)], env=environment, stdout=log, stderr=log)
        try:
            killed = kill(kind, draw, run, work, six.seconds, postgres)
            if kind in ("write", "grader", "everything"):
                run.wait(30)
            else:
                run.wait(300)  # goes on, or says what happened
        finally:
            run.kill()
    said = (tmp_path / "log").read_text(encoding="utf-8")
    assert "Traceback" not in said, said
    print(f"{number}: {killed or f'{kind}: too late'}; ended {run.returncode}; {len(said.splitlines())} lines")
    report = grade.grade("mini", six.folder, work, limit=20, root=six.root)
    assert [row.student for row in report.refused] == ["dies"]
    assert grading_class.book_of(work) == six.book
    assert grading_class.feedback_of(work) == six.feedback
    assert (work / "state.json").read_bytes() == (six.work / "state.json").read_bytes()
    assert (work / "mini.csv").read_bytes() == (six.work / "mini.csv").read_bytes()
    assert not [path.name for path in work.rglob("*") if ".part-" in path.name or path.name.endswith(".before")]
    for _ in range(50):
        if not (left := remains(work)):
            break
        time.sleep(0.1)
    assert not left


def test_forking_process_that_is_killed_as_it_starts_is_started_again():
    from multiprocessing import forkserver

    from llmlab.grading import dispatch

    dispatch.warm()
    server = forkserver._forkserver
    pids = [server._forkserver_pid]
    stop([psutil.Process(pids[0])])

    def kill() -> None:  # the next one, too: it still imports while the first task waits for it
        while server._forkserver_pid in (None, pids[0]):
            time.sleep(0.01)
        time.sleep(0.3)
        pids.append(server._forkserver_pid)
        os.kill(pids[1], signal.SIGKILL)

    thread, said = threading.Thread(target=kill, daemon=True), []
    thread.start()
    dispatch.run(grading_class.do_nothing, [{"limit": 1, "database": ""}] * 2, 2, lambda task, what: said.append(what))
    thread.join(30)
    assert said == ["", ""]
    assert len(pids) == 2 and server._forkserver_pid not in pids


def test_processes_that_never_start_are_one_sentence(monkeypatch):
    from llmlab.grading import dispatch

    def start(process):
        raise EOFError

    monkeypatch.setattr(multiprocessing.process.BaseProcess, "start", start)
    monkeypatch.setattr(dispatch.time, "sleep", lambda seconds: None)
    with pytest.raises(CourseError, match="メモリの空き"):
        dispatch.run(grading_class.do_nothing, [{"limit": 1, "database": ""}], 1, lambda task, what: None)


def test_two_runs_at_once_are_refused(six, tmp_path, monkeypatch):
    from llmlab.grading import dispatch

    monkeypatch.setattr(dispatch, "PATIENCE", 0.2)
    with dispatch.alone(tmp_path), pytest.raises(CourseError, match="別の採点が動いています"):
        grade.grade("mini", six.folder, tmp_path, root=six.root)
    assert not (tmp_path / gradebook.FILE).exists()
