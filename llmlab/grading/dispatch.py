"""Runs grading tasks: in processes of this machine, or on the workers of a dask cluster (``SCHEDULER=tcp://…``).

A task is a dict for one submission; a function grades it in a process of its own and sends back what went wrong.
Whoever started such a process may be killed at any moment: the process then ends itself and its kernels, so that
nothing of a former run writes beside the next one.
"""

from __future__ import annotations

import contextlib
import hashlib
import multiprocessing
import os
import shutil
import tempfile
import threading
import time
from collections import deque
from dataclasses import dataclass
from multiprocessing import connection, reduction
from pathlib import Path

from llmlab.errors import CourseError
from llmlab.grading import fence, gradebook

VARIABLE = "SCHEDULER"
WHOLE = 10  # a submission may take WHOLE × its limit seconds, at least LEAST
LEAST = 300
PATIENCE = 20  # seconds for the processes of a killed run to end
ANSWER = 10  # seconds for the scheduler to answer
ALONE = 6  # times ANSWER without any worker until a run ends
TRIES = 3  # for a submission whose worker of the cluster dies, for a process whose forking process does
ENDED = "採点のプロセスが途中で終わりました。"


# ---- Processes of this machine ---------------------------------------------------------------------------------


class Held:
    """A file that a run and its processes hold locked: it is free when the last of them has ended."""

    def __init__(self, handle: int):
        self.handle = handle

    def __reduce__(self):
        return _held, (reduction.DupFd(self.handle),)


def _held(duplicate) -> Held:
    return Held(duplicate.detach())


@contextlib.contextmanager
def alone(work: Path):
    """Hold a grading folder: one run at a time, and none while processes of a killed one still end.

    Raises
    ------
    CourseError
        When another run goes on.
    """
    try:
        import fcntl
    except ImportError:  # Windows has no such lock
        yield None
        return
    handle = os.open(work / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > end:
                    raise CourseError(
                        f"「{work}」では、別の採点が動いています。終わってから、もう一度実行してください。"
                    ) from error
                time.sleep(0.1)
            except OSError:  # a file system without locks
                break
        yield Held(handle)
    finally:
        os.close(handle)


def _context():
    """Return how processes start: forked from a clean one that has imported nbgrader, or anew (Windows)."""
    if "forkserver" in multiprocessing.get_all_start_methods():
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["llmlab.grading.autograde", "nbgrader.converters", "nbgrader.apps"])
        return context
    return multiprocessing.get_context("spawn")


def warm() -> None:
    """Start the clean process now, which is then ready when the first task is: it imports nbgrader for seconds."""
    if _context().get_start_method() == "forkserver" and not scheduler():
        from multiprocessing import forkserver

        forkserver.ensure_running()


def _child(function, pipe, alive, held, task: dict) -> None:
    """Run one task; end when the process that started this one does."""
    del held  # open as long as this process
    threading.Thread(target=_watch, args=(alive,), daemon=True).start()
    gradebook.take(task["database"])
    function(pipe, task)


def _watch(alive: connection.Connection) -> None:
    with contextlib.suppress(EOFError, OSError):
        alive.recv()
    _kill_children(os.getpid())
    os._exit(1)


def _kill_children(pid: int) -> None:
    import psutil

    with contextlib.suppress(psutil.NoSuchProcess):
        for child in psutil.Process(pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()


@dataclass
class _Running:
    task: dict
    process: multiprocessing.Process
    pipe: connection.Connection
    alive: connection.Connection
    deadline: float


def _start(function, task: dict, held: Held | None = None) -> _Running:
    context = _context()
    here, there = context.Pipe(duplex=False)
    watched, alive = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(function, there, watched, held, task))
    for left in reversed(range(TRIES)):
        try:
            process.start()
            break
        except (EOFError, ConnectionError) as error:  # somebody has killed the clean process: there will be a new one
            if not left:
                raise CourseError(
                    "採点のプロセスを始められませんでした。メモリの空きを確かめて、もう一度実行してください。"
                ) from error
            time.sleep(0.5)
    there.close()
    watched.close()
    return _Running(task, process, here, alive, time.monotonic() + max(LEAST, WHOLE * task["limit"]))


def _said(one: _Running) -> str | None:
    """Return what went wrong (``""``: nothing), or ``None`` while the process works."""
    if one.pipe.poll():
        try:
            return one.pipe.recv()
        except (EOFError, OSError):
            return ENDED
    return "Timeout" if time.monotonic() > one.deadline else None


def _end(one: _Running, at_once: bool = False) -> None:
    """End a process and the kernels that it has started."""
    import psutil

    one.pipe.close()
    family = []
    with contextlib.suppress(psutil.NoSuchProcess):
        family = psutil.Process(one.process.pid).children(recursive=True)
    if not at_once:
        one.process.join(2)
    for child in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
    if one.process.is_alive():
        one.process.kill()
    one.process.join()
    one.process.close()
    one.alive.close()


def run(function, tasks: list[dict], workers: int, done, held: Held | None = None) -> None:
    """Run tasks in as many processes as there are workers.

    Parameters
    ----------
    function
        Called in the process with a pipe, for what went wrong (``""``: nothing), and the task.
    tasks
        Each holds at least ``limit`` (seconds for a cell) and ``database`` (the gradebook's server, ``""``: a file).
    done
        Called with each task and what went wrong.
    held
        The lock of the run, which the processes hold too.

    Raises
    ------
    CourseError
        When no process can be started.
    """
    waiting, running = deque(tasks), []
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                running.append(_start(function, waiting.popleft(), held))
            connection.wait([one.pipe for one in running], timeout=1)
            for one in list(running):
                said = _said(one)
                if said is not None:
                    running.remove(one)
                    _end(one)
                    done(one.task, said)
    finally:
        for one in running:
            _end(one, at_once=True)


# ---- A cluster -----------------------------------------------------------------------------------------------

# In a worker of the cluster: the processes that it runs now, by run.
_here: dict[str, list[_Running]] = {}
# And the preloaded parents that it has started, by exercise: what kernels find in their environment.
_parents: dict[str, dict[str, str]] = {}
_lock = threading.Lock()
_stack = contextlib.ExitStack()


def scheduler() -> str:
    """Return the address of the cluster's scheduler, ``""`` when this machine grades alone."""
    return os.environ.get(VARIABLE, "").strip()


def pack(work: Path, steps: list[str], student: str, exercise: str) -> dict[str, bytes]:
    """Return the files of one submission's steps by their path below the grading folder."""
    found = {}
    for step in steps:
        folder = work / step / student / exercise
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                found[path.relative_to(work).as_posix()] = path.read_bytes()
    return found


def unpack(work: Path, files: dict[str, bytes], steps: list[str], student: str, exercise: str) -> None:
    """Put files where ``pack`` found them; each step's folder appears whole."""
    for step in steps:
        below = f"{step}/{student}/{exercise}/"
        own = {name.removeprefix(below): data for name, data in files.items() if name.startswith(below)}
        if not own:
            continue
        target = work / below
        part = target.parent / f".part-{exercise}"
        shutil.rmtree(part, ignore_errors=True)
        for name, data in own.items():
            path = part / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        shutil.rmtree(target, ignore_errors=True)
        part.rename(target)


def _root(task: dict) -> Path:
    """Return where the course is on the machine that asks: its own checkout unless the task names another folder."""
    from llmlab.grading.release import ROOT

    return Path(task["root"]) if task["root"] else ROOT


def look(task: dict, mark: str) -> str:
    """Say in a worker what it lacks for a run, ``""`` when nothing."""
    from llmlab.grading.release import fingerprint

    try:
        if fingerprint(task["exercise"], _root(task)) != task["solution"]:
            return "教材の版が違います"
    except (CourseError, OSError):
        return f"演習「{task['exercise']}」がありません"
    try:
        fence.demand(task["sandbox"])
    except CourseError as error:
        return str(error)
    if not task["database"]:
        path = Path(task["work"]) / ".mark"
        if not path.is_file() or path.read_text() != mark:
            return "採点のフォルダーを共有していません（共有するか、採点簿を PostgreSQL にしてください）"
        return ""
    before = gradebook._given
    gradebook.take(task["database"])
    try:
        gradebook.usable(Path(task["work"]))
    except CourseError as error:
        return str(error)
    finally:
        gradebook._given = before
    return ""


def stop(key: str) -> None:
    """End in a worker what it still runs of an earlier run that was killed."""
    with _lock:
        running = _here.pop(key, [])
    for one in running:
        _kill_children(one.process.pid)
        one.process.kill()


def _environment(task: dict, threads: int, scratch: str) -> dict[str, str]:
    """Return what kernels find in their environment on this worker; the first task of an exercise starts its parent."""
    import nbformat

    from llmlab.grading import autograde, preload
    from llmlab.grading.notebooks import released
    from llmlab.grading.release import find

    found = task["environment"] | autograde.environment(threads) | {"IPYTHONDIR": scratch}
    if not (task["fenced"] and task["autograde"]):
        return found
    exercise, root, key = task["exercise"], _root(task), f"{task['exercise']} {task['solution']} {task['sandbox']}"
    with _lock:
        if not autograde.parent_answers(_parents.get(key, {preload.VARIABLE: ""})):  # none yet, or it has died
            blank = released(nbformat.read(find(exercise, root), as_version=4))
            _parents[key] = autograde.start_parent(_stack, exercise, blank, root, task["sandbox"])
    return found | _parents[key]


def at_worker(function, task: dict, key: str) -> tuple[str, dict[str, bytes]]:
    """Run one task in a worker of the cluster; return what went wrong, and the files that came out.

    Without a shared folder the submission travels in the task and the results back; then the gradebook is a server.
    """
    import distributed

    worker = distributed.get_worker()
    # Workers are daemons of their nanny, which may have no children; ours end themselves with the worker.
    multiprocessing.current_process().daemon = False
    steps = ["autograded", "feedback"]
    with tempfile.TemporaryDirectory(prefix="llmlab-") as scratch:
        own = dict(task, root=str(_root(task)), environment=_environment(task, worker.state.nthreads, scratch))
        if task["database"]:
            own["work"] = str(Path(scratch) / "work")
            for name, data in own.pop("files").items():
                path = Path(own["work"]) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
        with _lock:
            one = _start(function, own)
            _here.setdefault(key, []).append(one)
        try:
            while (said := _said(one)) is None:
                connection.wait([one.pipe], timeout=1)
        finally:
            with _lock, contextlib.suppress(ValueError):
                _here.get(key, []).remove(one)
            _end(one)
        files = {}
        if task["database"] and not said:
            files = pack(Path(own["work"]), steps, task["student"], task["exercise"])
        return said, files


class Cluster:
    """A dask cluster that grades, for a ``with`` statement.

    Parameters
    ----------
    task
        What all tasks of the run share; see :func:`run`.

    Raises
    ------
    CourseError
        When ``distributed`` is missing, nobody answers, or a worker lacks something.
    """

    def __init__(self, address: str, task: dict):
        try:
            import distributed
        except ImportError as error:
            raise CourseError(
                "SCHEDULER を使うには distributed が要ります。"
                "`.venv/bin/python -m pip install distributed` を実行してください。"
            ) from error
        try:
            self.client = distributed.Client(address, timeout=ANSWER, set_as_default=False)
        except (OSError, ValueError) as error:
            raise CourseError(
                f"dask のスケジューラー「{address}」につながりません。動いているか、アドレスが正しいか確かめてください。"
            ) from error
        from llmlab.grading.release import ROOT, fingerprint

        # A worker on another machine has the course elsewhere.
        self.task = dict(task, root="" if Path(task["root"]) == ROOT else task["root"])
        self.key = hashlib.sha256(
            "\n".join([task["database"] or task["work"], task["exercise"]]).encode()
        ).hexdigest()
        self.task["solution"] = fingerprint(task["exercise"], Path(task["root"]))
        try:
            self._prepare()
        except BaseException:
            self.client.close()
            raise

    def _prepare(self) -> None:
        self.client.run(stop, self.key)
        mark = Path(self.task["work"]) / ".mark"
        mark.write_text(self.key + str(time.time()))
        try:
            lacks = self.client.run(look, self.task, mark.read_text())
        finally:
            mark.unlink(missing_ok=True)
        if not lacks:
            raise CourseError("dask のワーカーが一つもありません。`dask worker` を動かしてください。")
        for worker, said in lacks.items():
            if said:
                raise CourseError(f"dask のワーカー「{worker}」は採点できません。{said.rstrip('。')}。")

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_) -> None:
        with contextlib.suppress(Exception):
            self.client.run(stop, self.key)
        self.client.close()

    def run(self, function, tasks: list[dict], workers: int, done, held: Held | None = None) -> None:
        """Run tasks as :func:`run` does; the cluster's workers decide how many at once."""
        import distributed

        del workers, held
        futures = {}
        for task in tasks:
            work, student, exercise = Path(task["work"]), task["student"], task["exercise"]
            sent = dict(task, root=self.task["root"], solution=self.task["solution"])
            if task["database"]:
                step = "submitted" if task["autograde"] else "autograded"
                sent["files"] = pack(work, [step], student, exercise)
            future = self.client.submit(
                at_worker, function, sent, self.key, pure=False, retries=TRIES, key=f"{exercise}-{student}-{time.time_ns()}"
            )
            futures[future] = task
        ended, alone = threading.Event(), threading.Event()
        threading.Thread(target=self._watch, args=(list(futures), ended, alone), daemon=True).start()
        try:
            for future in distributed.as_completed(list(futures), loop=self.client.loop):
                task = futures[future]
                try:
                    said, files = future.result()
                except distributed.client.FutureCancelledError as error:
                    gone = "ワーカーが一つもなくなりました" if alone.is_set() else "スケジューラーとの接続が切れました"
                    raise CourseError(f"dask の{gone}。もう一度実行してください。続きから始まります。") from error
                except Exception as error:
                    said, files = f"{type(error).__name__}: {error}", {}
                if files:
                    unpack(Path(task["work"]), files, ["autograded", "feedback"], task["student"], task["exercise"])
                done(task, said)
        finally:
            ended.set()

    def _watch(self, futures: list, ended: threading.Event, alone: threading.Event) -> None:
        """Cancel what waits when no worker is left: dask itself would wait for one without an end."""
        empty = 0
        while empty < ALONE:
            if ended.wait(ANSWER):
                return
            with contextlib.suppress(Exception):  # without a scheduler the futures say so themselves
                empty = 0 if self.client.scheduler_info()["workers"] else empty + 1
        alone.set()
        with contextlib.suppress(Exception):
            self.client.cancel(futures)
