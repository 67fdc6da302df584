"""One process with torch, transformers and what an exercise imports in memory; every kernel is forked from it.

:func:`parent` starts it, inside bubblewrap where there is one. It listens on a socket in a private folder; one
connection is one kernel (:mod:`llmlab.grading.provisioner` makes it). For each it forks a *keeper*, which enters
namespaces of its own (:mod:`llmlab.grading.fence`), watches memory and processes, and holds the connection: when that
ends, because the grader was killed say, the kernel ends too. The keeper's child is the first process of the
namespace, and that one's child the kernel (:mod:`llmlab.grading.kernel`).

Safe to fork: the parent runs one thread, as in :mod:`llmlab.grading.forks`. What starts threads when it is imported
(TensorFlow, JAX) is not imported before: such a kernel imports it itself, cold.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import gc
import importlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from llmlab import data
from llmlab.errors import CourseError
from llmlab.grading import cgroup, fence, verdicts
from llmlab.grading.forks import COLD, ENVIRONMENT, _die_with_parent, _learn, _threads
from llmlab.grading.kernel import INLINE

ROOT = Path(__file__).resolve().parent.parent.parent
VARIABLE = "LLMLAB_PRELOAD"  # names the parent's folder, for the provisioner
EACH = "each"  # instead of a folder: every kernel starts a parent of its own
SEED = "LLMLAB_SEED"  # Python's, numpy's and torch's seed in a kernel
SOCKET = "parent"
GROUP = "group"  # a file beside the socket: where the kernels' control groups are made
# What every exercise needs, and what a kernel consists of.
MODULES = (
    "IPython.core.completer",
    "ipykernel.debugger",
    "ipykernel.inprocess",
    "ipykernel.kernelapp",
    "ipywidgets",
    "llmlab",
    "llmlab.check",
    "llmlab.grading.kernel",
    "llmlab.models",
    "matplotlib.pyplot",
    "numpy",
    "numpy.testing",
    "torch",
    "tqdm.auto",
    "transformers",
)
LEARN = 120.0  # seconds for the run that shows what an exercise imports
READY = 300.0  # seconds until the parent must be ready
BEAT = 0.1  # seconds between two looks at a kernel
ENTRIES = 20_000  # files and folders beside a kernel's sockets: as many as its folder may hold


@dataclass(frozen=True)
class Limits:
    """What one kernel may use.

    Attributes
    ----------
    memory_mb
        Beyond what it shares with the parent, all its processes together.
    processes
        At the same time.
    disk_mb
        In its folder and that for temporary files together, and again in ``/dev/shm``; both lie in memory. Also beside
        its sockets, on the disk, as far as it can write there.
    seconds
        From start to end.
    """

    memory_mb: int = 3000
    processes: int = 64
    disk_mb: int = 512
    seconds: float = 900.0


@dataclass
class Parent:
    """A running parent: ``folder`` holds its socket; ``cold`` are modules that each kernel imports itself."""

    folder: Path
    process: subprocess.Popen
    fence: fence.Fence
    threads: int
    seconds: float
    cold: list[str] = field(default_factory=list)

    def close(self) -> None:
        """End it and every kernel, and remove its folder."""
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        fence.end(self.process)
        self.process.stdout.close()
        if (group := group_of(self.folder)) is not None:
            cgroup.join(group)
        remove(self.folder)


# ---- The grader's side ----------------------------------------------------------------------------------------


def group_of(folder: Path) -> Path | None:
    """Return the control group below which a parent's kernels have theirs; ``None`` where there is none."""
    try:
        return Path((folder / GROUP).read_text(encoding="utf-8"))
    except OSError:
        return None


def remove(folder: Path) -> None:
    """Remove a folder, also where a submission has made directories without rights, or thousands one in another."""
    try:
        shutil.rmtree(folder)
    except (OSError, RecursionError):
        for command in (["chmod", "-R", "u+rwX"], ["rm", "-rf"]):  # neither follows links
            with contextlib.suppress(OSError):
                subprocess.run([*command, "--", str(folder)], capture_output=True)


def imported(notebook) -> list[str]:
    """Return the modules that a notebook's cells import, as far as they are written at the start of a statement."""
    found = set()
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        try:
            tree = ast.parse(cell.source)
        except SyntaxError:  # a magic
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module)
    return sorted(found)


def start(
    modules: Sequence[str] = (),
    cells: Sequence[str] = (),
    *,
    root: Path | None = None,
    sandbox: bool = True,
    cold: bool = False,
    disk_mb: int = Limits.disk_mb,
) -> Parent:
    """Start a parent.

    Parameters
    ----------
    modules
        Imported beside :data:`MODULES`.
    cells
        Sources that are run once in a child, to learn what else they import: the exercise as students get it.
    root
        The checkout whose ``data`` is seen.
    sandbox
        Whether it must run inside a fence.
    cold
        Import nothing: for a machine where each kernel needs a fence, and so a parent, of its own.
    disk_mb
        The limit of the fence itself, where kernels have none of their own.

    Raises
    ------
    CourseError
        Where there is no fence and ``sandbox`` is true; when the parent does not start.
    """
    begin = time.monotonic()
    found = fence.demand(sandbox)
    folder = Path(
        tempfile.mkdtemp(prefix="llmlab-")
    )  # mode 700; short, since a socket's path may have 107 bytes
    # Without MPLBACKEND: a kernel chooses the one that shows figures in the notebook.
    variables = {name: value for name, value in ENVIRONMENT.items() if name != "MPLBACKEND"}
    command = [sys.executable, "-m", "llmlab.grading.preload"]
    if found.kind == "none":
        variables = os.environ | variables | {"PYTHONPATH": str(ROOT)}
    else:
        variables |= {"MPLCONFIGDIR": f"{fence.TEMP}/matplotlib"}
        variables["LLMLAB_CACHE"] = str(data.cache_dir())
        for name in ("LLMLAB_DATA", "LLMLAB_FORKS_DEBUG"):
            if name in os.environ:
                variables[name] = os.environ[name]
        nested = found.kind == "forked"
        seen = (folder, (root or ROOT, ROOT), data.roots(), variables)
        try:
            command = [*fence.bubblewrap(*seen, nested=nested, disk_mb=disk_mb), *command]
        except CourseError:
            folder.rmdir()
            raise
        variables = {}  # also bubblewrap's own: its first process can be read from inside
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if os.environ.get("LLMLAB_FORKS_DEBUG") is None else None,
        env=variables,
        start_new_session=True,
    )
    made = Parent(folder, process, found, 0, 0.0)
    if not cold and (group := cgroup.divide()) is not None:
        (folder / GROUP).write_text(str(group), encoding="utf-8")
    order = {
        "folder": str(folder) if found.kind == "none" else fence.RUN,
        "modules": [] if cold else [*MODULES, *modules],
        "cells": [] if cold else list(cells),
        "nested": found.kind == "forked",
        "freeze": not cold,
    }
    try:
        with contextlib.suppress(BrokenPipeError):  # it has ended: it says no line either
            process.stdin.write(json.dumps(order).encode() + b"\n")
            process.stdin.flush()
        line = _first_line(process)
        if not line:
            fence.end(process)
            said = process.stderr.read().decode(errors="replace")[-2000:] if process.stderr else ""
            raise CourseError(f"採点用のプロセスを始められませんでした。\n{said}".rstrip())
        answer = json.loads(line)
    except BaseException:
        made.close()
        raise
    finally:
        if process.stderr:
            process.stderr.close()
    made.threads, made.cold = answer["threads"], answer["cold"]
    made.seconds = time.monotonic() - begin
    return made


def _first_line(process: subprocess.Popen) -> bytes:
    """Return a process's first line; nothing when it has ended, whoever holds its output, or has waited too long."""
    limit = time.monotonic() + READY
    while time.monotonic() < limit:
        gone = process.poll() is not None
        if select.select([process.stdout], [], [], 0 if gone else 0.2)[0]:
            return process.stdout.readline()
        if gone:
            break
    return b""


@contextlib.contextmanager
def parent(*arguments, **options) -> Iterator[Parent]:
    """Start a parent (see :func:`start`), name it to the provisioner by :data:`VARIABLE`, and end it afterwards."""
    made = start(*arguments, **options)
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = str(made.folder)
    try:
        yield made
    finally:
        os.environ.pop(VARIABLE)
        if before is not None:
            os.environ[VARIABLE] = before
        made.close()


# ---- The parent's side ----------------------------------------------------------------------------------------


def _import(names: Sequence[str]) -> list[str]:
    """Import modules; return those that are left to the kernels."""
    left = []
    for name in names:
        if name.partition(".")[0] in COLD:
            left.append(name)
            continue
        with contextlib.suppress(BaseException):  # a kernel will say it where the student can see it
            importlib.import_module(name)
    return left


def _run_cells(cells: Sequence[str]) -> None:
    """Run an exercise's cells as IPython does, to learn what they import."""
    signal.alarm(int(LEARN))
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    for source in cells:
        with contextlib.suppress(BaseException):
            shell.run_cell(source, silent=True)


def _main() -> None:
    outbox = os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 1)
    order = json.loads(sys.stdin.buffer.readline())
    if not os.environ.get("LLMLAB_FORKS_DEBUG"):
        os.dup2(nothing, 2)
    left = _import(order["modules"])
    if order["cells"]:
        new = _learn(functools.partial(_run_cells, order["cells"]))
        if not any(name.partition(".")[0] in COLD for name in new):
            left += _import(new)
        else:
            # Some module of the course imports TensorFlow: only what it does not need is safe to import here.
            left += sorted({name.partition(".")[0] for name in new} & set(COLD))
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    if "matplotlib" in sys.modules:  # imported before the kernel's variable is set
        sys.modules["matplotlib"].rcParams["backend"] = INLINE
    with contextlib.suppress(ImportError):
        import tqdm

        tqdm.tqdm.monitor_interval = 0  # a bar's monitor is a thread
    if order["modules"]:
        from llmlab.grading import tamper

        tamper.prepare()  # once for all kernels
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    path = os.path.join(order["folder"], SOCKET)
    listener.bind(path)
    listener.listen(64)
    if order["freeze"]:
        gc.collect()
        gc.freeze()  # the collector of a child does not write to shared pages
    answer = {"threads": _threads(), "cold": sorted(set(left))}
    os.write(outbox, json.dumps(answer).encode() + b"\n")
    os.close(outbox)
    _serve(listener, order)


def _serve(listener: socket.socket, order: dict) -> None:
    """Fork a keeper for each connection until standard input ends: the grader is gone."""
    while True:
        ready, _, _ = select.select([listener, 0], [], [], 1)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if 0 in ready and not os.read(0, 1 << 12):
            os.killpg(0, signal.SIGKILL)
        if listener in ready:
            connection, _ = listener.accept()
            if not os.fork():
                try:
                    listener.close()
                    _Keeper(connection, order).keep()
                except BaseException as error:
                    with contextlib.suppress(OSError):
                        _send(connection, {"failed": f"{type(error).__name__}: {error}"})
                finally:
                    os._exit(0)
            connection.close()


def _send(connection: socket.socket, message: dict) -> None:
    connection.sendall(json.dumps(message).encode() + b"\n")


class _Keeper:
    """Starts one kernel, watches it, and says how it ended."""

    def __init__(self, connection: socket.socket, order: dict):
        self.connection, self.nested = connection, order["nested"]
        self.folder = order["folder"]
        self.verdict = ""

    def keep(self) -> None:
        os.setpgid(0, 0)
        _die_with_parent()
        buffer = b""
        while b"\n" not in buffer:
            part = self.connection.recv(1 << 16)
            if not part:
                return
            buffer += part
        line, _, self.buffer = buffer.partition(b"\n")
        request = json.loads(line)
        self.limits = Limits(**request["limits"])
        self.own = os.path.join(self.folder, request["own"])
        if request["waits"]:  # for the grader to put this process in a control group
            self.connection.sendall(b"\n")
            if not self.connection.recv(1):
                return
        if self.nested:
            fence.separate()
        else:
            _subreaper()
        orders, self.orders = os.pipe()
        first = os.fork()
        if not first:
            code = 1
            try:
                os.close(self.orders)
                _die_with_parent()
                self.connection.close()
                code = _first(request, orders, self.nested, self.folder)
            except BaseException:
                if os.environ.get("LLMLAB_FORKS_DEBUG"):
                    import traceback

                    traceback.print_exc()
            finally:
                os._exit(code)
        os.close(orders)
        self.first = first
        self.base = _resident(os.getpid())
        _send(self.connection, {"started": first})
        code = self._watch()
        with contextlib.suppress(OSError):
            _send(self.connection, {"ended": code, "verdict": self.verdict})

    def _watch(self) -> int:
        """Return the kernel's exit code; negative for a signal."""
        begin = time.monotonic()
        while True:
            ended, status = os.waitpid(self.first, os.WNOHANG)
            if ended:
                self._clear()
                return os.waitstatus_to_exitcode(status)
            ready, _, _ = select.select([self.connection], [], [], BEAT)
            if ready:
                part = self.connection.recv(1 << 12)
                self.buffer += part
                if not part:  # the grader has let go, or is gone
                    self._kill()
                    continue
                while b"\n" in self.buffer:
                    line, _, self.buffer = self.buffer.partition(b"\n")
                    with contextlib.suppress(OSError):  # its first process has been ended and is not gone yet
                        os.write(self.orders, bytes([json.loads(line)["signal"]]))
            family = self._family()
            used = sum(max(0, _resident(pid) - self.base) for pid in family)
            if used > self.limits.memory_mb:
                self._stop(verdicts.MEMORY)
            elif len(family) > self.limits.processes:
                self._stop(verdicts.PROCESSES)
            elif self.folder == fence.RUN and self._is_heavy():
                self._stop(verdicts.OUTPUT)
            elif time.monotonic() - begin > self.limits.seconds:
                self._stop(verdicts.TIME)

    def _stop(self, verdict: str) -> None:
        self.verdict = self.verdict or verdict
        self._kill()

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.first, signal.SIGKILL)  # with it, everything in its PID namespace
        self._clear()

    def _clear(self) -> None:
        """Without a PID namespace, end what the kernel has left."""
        if not self.nested:
            for pid in self._family():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def _family(self) -> list[int]:
        """Return the processes of the kernel, as this process numbers them."""
        if not self.nested:
            import psutil

            return [child.pid for child in psutil.Process().children(recursive=True)]
        # By their parents, which everybody may read, also of a process that has forbidden to be looked into
        # (PR_SET_DUMPABLE). A process whose parent is gone has the namespace's first one instead.
        children: dict[int, list[int]] = {}
        for name in os.listdir("/proc"):
            if name.isdigit():
                with contextlib.suppress(OSError):
                    with open(f"/proc/{name}/stat", "rb") as file:
                        # The name, in brackets, may hold anything.
                        _, parent = file.read().rpartition(b")")[2].split()[:2]
                    children.setdefault(int(parent), []).append(int(name))
        found = [self.first]
        for pid in found:
            found += children.get(pid, [])
        return found

    def _is_heavy(self) -> bool:
        """Say whether more lies beside the kernel's sockets, on the grader's disk, than it may write."""
        left, entries, places = self.limits.disk_mb * 1e6, 0, [self.own]
        while places:
            try:
                with os.scandir(places.pop()) as found:
                    for one in found:
                        entries += 1
                        left -= one.stat(follow_symlinks=False).st_blocks * 512
                        if left < 0 or entries > ENTRIES:
                            return True
                        if one.is_dir(follow_symlinks=False):
                            places.append(one.path)
            except FileNotFoundError:  # gone in the meantime
                continue
            except OSError:  # no submission's folder comes without rights
                return True
        return False


def _resident(pid: int) -> float:
    """Return a process's memory in megabytes; 0 when it is gone."""
    try:
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except (OSError, IndexError):
        return 0.0


def _subreaper() -> None:
    """Adopt what a kernel's children leave behind, so that it can be found and ended."""
    if sys.platform == "linux":
        fence.prctl(36, 1)  # PR_SET_CHILD_SUBREAPER


def _first(request: dict, orders: int, nested: bool, run: str) -> int:
    """Be the first process of the namespace: fence off, fork the kernel, pass signals on; return its exit code."""
    own = os.path.join(run, request["own"])
    folder = request["folder"]
    sockets: list[str] = []
    if nested:
        fence.enter(own, folder, request["limits"]["disk_mb"])
        own = fence.OWN
        connection = request["connection"]
        sockets = [f"{own}/s-{port}" for name, port in connection.items() if name.endswith("_port")]
    else:
        files = os.path.join(own, "files")
        os.makedirs(files, exist_ok=True)
        if run == fence.RUN:  # not on the grader's disk
            shutil.copytree(files, folder, dirs_exist_ok=True, symlinks=True)
            shutil.rmtree(files)
        else:
            folder = files
    child = os.fork()
    if not child:
        try:
            if nested:
                fence.drop()
            if run == fence.RUN:
                with contextlib.suppress(OSError):  # a system that was built without it
                    fence.refuse_hidden_memory()
            os.setsid()
            _die_with_parent()
            keep = {0, 1, 2}
            for name in (
                os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else map(str, range(3, 256))
            ):
                if int(name) not in keep:
                    with contextlib.suppress(OSError):
                        os.close(int(name))
            nothing = os.open(os.devnull, os.O_RDWR)
            os.dup2(nothing, 0)
            os.chdir(folder)
            from llmlab.grading import kernel

            kernel.run(request, own)
        finally:
            os._exit(0)
    while True:
        ready, _, _ = select.select([orders], [], [], 0.005 if sockets else 0.05)
        for number in os.read(orders, 64) if ready else b"":
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child, number)
        if sockets and all(map(os.path.exists, sockets)):  # the kernel waits for this
            fence.seal()
            fence.drop()
            sockets = []
        with contextlib.suppress(ChildProcessError):
            while True:
                ended, status = os.waitpid(-1, os.WNOHANG)
                if ended == child:
                    code = os.waitstatus_to_exitcode(status)
                    return code if code >= 0 else 128 - code
                if not ended:
                    break


if __name__ == "__main__":
    _main()
