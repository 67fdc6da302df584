"""A fork server: import torch, transformers and the models once, then run many notebooks from that state.

One fresh interpreter (``python -m llmlab.grading.forks``) preloads. For each request it forks a *trunk*,
which runs the cells of the reference notebook one after another. Wherever a job's cells leave the trunk,
the trunk forks a child, which goes on alone from there with a limit of its own. So a cell that all jobs
share runs once, and a child starts within milliseconds with its models in memory.

Safe to fork: the interpreter runs one thread (``OMP_NUM_THREADS=1``, ``TOKENIZERS_PARALLELISM=false``), so
no pool of threads exists before a fork. Reproducible: ``PYTHONHASHSEED=0`` and a fixed seed in each child.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import importlib
import json
import linecache
import os
import random
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import types
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from llmlab.errors import CourseError
from llmlab.runtime import cores

LIMIT = 10.0  # seconds of CPU for one child
CELL_LIMIT = 5.0  # seconds of CPU for one cell: an endless loop ends here and the next cell runs
PATIENCE = 3.0  # a child that sleeps ends after LIMIT × PATIENCE seconds on the clock
TRUNK_LIMIT = 300.0  # seconds without any answer (imports and models included) until the client gives up
ERROR_CHARACTERS = 4000
COLD = ("flax", "jax", "jaxlib", "keras", "keras_hub", "ml_dtypes", "tensorflow")  # they start threads

ENVIRONMENT = {
    "CUDA_VISIBLE_DEVICES": "",
    "HF_HUB_OFFLINE": "1",
    # pyarrow, which pandas imports and transformers' Trainer through datasets: its allocator starts a thread.
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "Agg",
    "OBJC_DISABLE_INITIALIZE_FORK_SAFETY": "YES",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "TOKENIZERS_PARALLELISM": "false",
    "VECLIB_MAXIMUM_THREADS": "1",
}


@dataclass(frozen=True)
class Outcome:
    """How one cell ended.

    Attributes
    ----------
    status
        ``ok``; ``error`` (it raised); ``timeout``; ``died`` (the process ended inside it);
        ``skipped`` (the process had ended, or was not wanted any more).
    error
        ``"AssertionError: …"``, or the signal that ended the process; ``""`` for ``ok``.
    seconds
        On the clock.
    detail
        The traceback, shortened.
    shows
        The cell ends in an expression whose value a notebook would show.
    """

    name: str
    status: str
    error: str = ""
    seconds: float = 0.0
    detail: str = ""
    shows: bool = False


@dataclass(frozen=True)
class Job:
    """Cells to run in one process of their own: ``(name, source)`` each, in a fresh namespace.

    ``stop_on`` names cells after whose failure the rest need not run; ``cell_limit`` stands for the run's.
    """

    name: str
    cells: Sequence[tuple[str, str]]
    stop_on: frozenset[str] = field(default_factory=frozenset)
    cell_limit: float | None = None


class ForkServer:
    """A client of one fork server; a context manager.

    Parameters
    ----------
    modules
        Imported before the first fork.
    preload
        ``"package.module:function"``, called without arguments after the imports.
    workers
        Children at the same time; one per core when not given.

    Raises
    ------
    CourseError
        On Windows, which cannot fork; when the preloading fails.
    """

    def __init__(self, modules: Iterable[str] = (), preload: str = "", workers: int | None = None):
        if not hasattr(os, "fork"):
            raise CourseError(
                "この確認は Linux か macOS で動きます。Windows では WSL の中で実行してください。"
            )
        self.workers = workers or cores()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "llmlab.grading.forks"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | ENVIRONMENT,
            start_new_session=True,
        )
        self._buffer = b""
        try:
            self._send({"modules": list(modules), "preload": preload})
            # The most threads that a process had when it forked children; 1 is safe.
            self.threads: int = self._receive()["threads"]
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> ForkServer:
        return self

    def __exit__(self, *_exception) -> None:
        self.close()

    def close(self) -> None:
        """End the server and whatever it still runs."""
        with contextlib.suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()

    def run(
        self,
        jobs: Sequence[Job],
        trunk: Sequence[tuple[str, str]] = (),
        *,
        limit: float = LIMIT,
        cell_limit: float = CELL_LIMIT,
        seed: int = 0,
    ) -> list[list[Outcome]]:
        """Run every job and return its outcomes, cell by cell, in the order of ``jobs``.

        Parameters
        ----------
        jobs
            A job whose first cells equal those of ``trunk`` starts after them.
        trunk
            The reference's cells: run once, in order, outside the limits.
        limit, cell_limit
            Seconds of CPU for one child, for one cell. What uses no CPU ends after ``PATIENCE`` times
            ``limit``.
        seed
            For Python, numpy and torch, set anew in each child.

        Raises
        ------
        CourseError
            When the trunk ends or hangs.
        """
        request = {
            "trunk": [list(cell) for cell in trunk],
            "jobs": [
                {
                    "cells": [list(cell) for cell in job.cells],
                    "shared": _shared(trunk, job.cells),
                    "stop_on": sorted(job.stop_on),
                    "cell_limit": cell_limit if job.cell_limit is None else job.cell_limit,
                }
                for job in jobs
            ],
            "limit": limit,
            "seed": seed,
            "workers": self.workers,
        }
        self._send(request)
        results: dict[int, list[Outcome]] = {}
        lost = ""
        while "done" not in (answer := self._receive()):
            if "lost" in answer:
                lost = answer["lost"]
            elif "threads" in answer:
                self.threads = max(self.threads, answer["threads"])
            else:
                results[answer["job"]] = [Outcome(*values) for values in answer["outcomes"]]
        if lost:
            raise CourseError(f"模範解答のノートブックの実行が途中で止まりました（{lost}）。")
        return [results[number] for number in range(len(jobs))]

    def _send(self, message: dict) -> None:
        self._process.stdin.write(json.dumps(message).encode() + b"\n")
        self._process.stdin.flush()

    def _receive(self) -> dict:
        """Return the next answer: one line of JSON."""
        deadline = time.monotonic() + TRUNK_LIMIT
        while b"\n" not in self._buffer:
            ready, _, _ = select.select([self._process.stdout], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                self.close()
                raise CourseError(f"模範解答のノートブックが {TRUNK_LIMIT:.0f} 秒たっても終わりません。")
            data = os.read(self._process.stdout.fileno(), 1 << 16)
            if not data:
                raise CourseError("採点用のプロセスが終わってしまいました。メモリの空きを確かめてください。")
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        answer = json.loads(line)
        if "failed" in answer:
            raise CourseError(f"準備（読み込み）に失敗しました:\n{answer['failed']}")
        return answer


def _shared(trunk: Sequence, cells: Sequence) -> int:
    """Return how many cells two notebooks have in common from the start."""
    count = 0
    for one, other in zip(trunk, cells, strict=False):
        if tuple(one) != tuple(other):
            break
        count += 1
    return count


# ---- The server's side -------------------------------------------------------------------------------


class _CellTimeout(BaseException):
    """Raised inside a cell that has used up its seconds."""


class _Runner:
    """Runs cells in the namespace of a module ``__main__``, as a kernel does."""

    def __init__(self):
        self.module = types.ModuleType("__main__")
        shell = _Shell(self.module.__dict__)
        self.module.__dict__.update(display=lambda *_a, **_k: None, get_ipython=lambda: shell)
        sys.modules["__main__"] = self.module
        self.armed = False
        signal.signal(signal.SIGPROF, self._alarm)

    def _alarm(self, *_):
        if self.armed:
            raise _CellTimeout

    def run(self, name: str, source: str, limit: float) -> tuple:
        """Run one cell; return the values of an :class:`Outcome`."""
        start = time.monotonic()
        status, error, detail, shows = "ok", "", "", False
        try:
            try:
                filename = f"<{name}>"
                body, last, text = _compile(source, filename)
                linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
                self.armed = True
                signal.setitimer(signal.ITIMER_PROF, limit, 0.2 if limit else 0)
                exec(body, self.module.__dict__)
                shows = last is not None and eval(last, self.module.__dict__) is not None
            finally:
                self.armed = False
                signal.setitimer(signal.ITIMER_PROF, 0)
        except _CellTimeout:
            status, error = "timeout", f"{limit:g} 秒の上限を超えました"
        except BaseException as raised:
            status = "error"
            error = f"{type(raised).__name__}: {_text(raised)}"[:ERROR_CHARACTERS]
            with contextlib.suppress(Exception):
                detail = "".join(traceback.format_exception(raised))[-ERROR_CHARACTERS:]
        return name, status, error, time.monotonic() - start, detail, shows


def _text(raised: BaseException) -> str:
    try:
        return str(raised)
    except Exception:
        return "?"


class _Shell:
    """Stands for IPython's shell: magics and shell commands do nothing, ``%%time`` and the like run the cell."""

    def __init__(self, namespace: dict):
        self.user_ns = namespace

    def run_line_magic(self, *_): ...

    def system(self, *_): ...

    def getoutput(self, *_) -> list:
        return []

    def run_cell_magic(self, name: str, _line: str, body: str) -> None:
        if name in ("time", "timeit", "capture"):
            exec(body, self.user_ns)


def _compile(source: str, filename: str):
    """Compile a cell as IPython does.

    Returns the code of its statements, that of a last expression or ``None``, and the text that was
    compiled (``%`` and ``!`` translated).
    """
    try:
        tree = ast.parse(source, filename)
    except SyntaxError:
        from IPython.core.inputtransformer2 import TransformerManager

        source = TransformerManager().transform_cell(source)
        tree = ast.parse(source, filename)
    last = None
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        last = compile(ast.Expression(tree.body.pop().value), filename, "eval")
    return compile(tree, filename, "exec"), last, source


def _seed(seed: int) -> None:
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)


def _threads() -> int:
    """Return how many threads this process has (Linux; else 1 is assumed)."""
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return 1


def _die_with_parent() -> None:
    """Ask Linux to end this process when its parent ends."""
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _serve(inbox, outbox: int) -> None:
    """Preload, then answer requests until the client is gone."""
    first = json.loads(inbox.readline())
    try:
        for name in first["modules"]:
            importlib.import_module(name)
        if first["preload"]:
            module, _, function = first["preload"].partition(":")
            getattr(importlib.import_module(module), function)()
        if "torch" in sys.modules:
            sys.modules["torch"].set_num_threads(1)
        with contextlib.suppress(ImportError):
            import tqdm

            # A bar's monitor is a thread, and a process with threads must not fork.
            tqdm.tqdm.monitor_interval = 0
    except BaseException:
        _write(outbox, {"failed": traceback.format_exc()[-ERROR_CHARACTERS:]})
        return
    _write(outbox, {"threads": _threads()})
    while line := inbox.readline():
        request = json.loads(line)
        learned = _learn(functools.partial(_run_reference, request)) if len(request["jobs"]) > 1 else []
        if not any(name.partition(".")[0] in COLD for name in learned):
            _import(learned)  # here, where the next notebook finds them, too; no threads for it
        trunk = os.fork()
        if not trunk:
            try:
                _die_with_parent()
                _trunk(request, learned, outbox)
            except BaseException:
                _write(outbox, {"lost": traceback.format_exc()[-ERROR_CHARACTERS:]})
            finally:
                os._exit(0)
        _, status = os.waitpid(trunk, 0)
        code = os.waitstatus_to_exitcode(status)
        if code:
            _write(outbox, {"lost": _ending(code)})
        _write(outbox, {"done": True})


def _write(outbox: int, message: dict) -> None:
    data = json.dumps(message).encode() + b"\n"
    while data:
        data = data[os.write(outbox, data) :]


def _ending(code: int) -> str:
    return f"{signal.Signals(-code).name} で終了" if code < 0 else f"終了コード {code}"


def _learn(work: Callable[[], None]) -> list[str]:
    """Return the modules that ``work`` imports, also late and inside functions.

    A child does it and says which; so whoever forks later finds them imported, and nothing else of it is left.
    """
    before = set(sys.modules)
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            os.close(reading)
            work()
            new = [name for name in list(sys.modules) if name not in before]
            _write(writing, {"modules": new})
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    os.waitpid(pid, 0)
    return json.loads(said)["modules"] if said else []


def _run_reference(request: dict) -> None:
    _seed(request["seed"])
    runner = _Runner()
    for name, source in request["trunk"]:
        runner.run(name, source, limit=0)


def _import(names: Iterable[str]) -> None:
    for name in names:
        with contextlib.suppress(BaseException):
            importlib.import_module(name)


def _trunk(request: dict, learned: list[str], outbox: int) -> None:
    """Run the reference's cells; fork each job where it leaves them."""
    _import(learned)
    _seed(request["seed"])
    runner = _Runner()
    outcomes: list[tuple] = []
    cells, last = request["trunk"], max((job["shared"] for job in request["jobs"]), default=0)
    for position in range(last + 1):
        waiting = deque(
            (number, job) for number, job in enumerate(request["jobs"]) if job["shared"] == position
        )
        if waiting:
            _write(outbox, {"threads": _threads()})
        _children(waiting, runner, outcomes, request, outbox)
        if position < last:  # nobody asks for the cells behind
            outcomes.append(runner.run(*cells[position], limit=0))


@dataclass
class _Child:
    number: int
    job: dict
    pid: int
    pipe: int
    folder: str
    started: float
    data: bytes = b""
    late: bool = False


def _children(waiting: deque, runner: _Runner, before: list, request: dict, outbox: int) -> None:
    """Run jobs in forked children, as many at a time as there are workers; send each one's outcomes."""
    running: dict[int, _Child] = {}
    wall = request["limit"] * PATIENCE
    while waiting or running:
        while waiting and len(running) < request["workers"]:
            child = _fork(*waiting.popleft(), runner, before, request)
            running[child.pipe] = child
        select.select(list(running), [], [], 0.05)
        for child in list(running.values()):
            ended, status = os.waitpid(child.pid, os.WNOHANG)
            while select.select([child.pipe], [], [], 0)[0]:
                data = os.read(child.pipe, 1 << 16)
                child.data += data
                if not data:
                    break
            if ended:
                del running[child.pipe]
                _finish(child, status, before, outbox)
            elif time.monotonic() - child.started > wall:
                child.late = True
                _kill(child.pid)


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _fork(number: int, job: dict, runner: _Runner, before: list, request: dict) -> _Child:
    reading, writing = os.pipe()
    folder = tempfile.mkdtemp(prefix="llmlab-")
    pid = os.fork()
    if pid:
        os.close(writing)
        return _Child(number, job, pid, reading, folder, time.monotonic())
    try:
        os.setsid()
        _die_with_parent()
        _limit(request["limit"])
        os.chdir(folder)
        _seed(request["seed"])
        stop = any(outcome[1] != "ok" and outcome[0] in job["stop_on"] for outcome in before)
        for name, source in [] if stop else job["cells"][job["shared"] :]:
            outcome = runner.run(name, source, job["cell_limit"])
            _write(writing, {"outcome": outcome})
            if outcome[1] != "ok" and name in job["stop_on"]:
                break
        _write(writing, {"end": True})
    finally:
        os._exit(0)


def _limit(seconds: float) -> None:
    import resource

    whole = int(seconds + 0.999)
    resource.setrlimit(resource.RLIMIT_CPU, (whole, whole + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _finish(child: _Child, status: int, before: list, outbox: int) -> None:
    """Collect what a child has said, say how the rest ended, and clean up behind it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)  # what the job itself has started
    os.close(child.pipe)
    shutil.rmtree(child.folder, ignore_errors=True)
    lines = [json.loads(line) for line in child.data.split(b"\n") if line.endswith(b"}")]
    outcomes = [*before[: child.job["shared"]], *(line["outcome"] for line in lines if "outcome" in line)]
    missing = [name for name, _ in child.job["cells"][len(outcomes) :]]
    if missing and not any("end" in line for line in lines):
        code = os.waitstatus_to_exitcode(status)
        if child.late or code == -signal.SIGXCPU:
            last = (missing[0], "timeout", "時間の上限で止めました", time.monotonic() - child.started, "")
        else:
            last = (missing[0], "died", _ending(code), time.monotonic() - child.started, "")
        outcomes.append(last)
        del missing[0]
    outcomes += [(name, "skipped", "", 0.0, "") for name in missing]
    _write(outbox, {"job": child.number, "outcomes": outcomes})


def _main() -> None:
    inbox = os.fdopen(os.dup(0), "rb")
    outbox = os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(nothing, descriptor)
    if not os.environ.get("LLMLAB_FORKS_DEBUG"):
        os.dup2(nothing, 2)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", errors="replace", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="replace", closefd=False)
    _serve(inbox, outbox)


if __name__ == "__main__":
    _main()
