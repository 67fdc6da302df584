"""Limits that the system itself keeps: a control group (cgroup v2) for each kernel, where ours may be divided.

The watcher of :mod:`llmlab.grading.preload` looks every 0.1 s and names what it has stopped; in between a submission
could take all memory. Its group has somewhat higher limits and stops that at once. Files and rules: the Linux
kernel's ``Documentation/admin-guide/cgroup-v2.rst``; who may divide a group: systemd's "Control Group APIs and
Delegation". A group that systemd has not delegated is left alone; the watcher then works by itself.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import subprocess
import time
from pathlib import Path

MOUNT = Path("/sys/fs/cgroup")
CONTROLLERS = ("memory", "pids")
MARKS = ("user.delegate", "trusted.delegate")  # systemd's extended attributes of a group that it has delegated
USER = re.compile(r"user@\d+\.service")  # the group of a user's own systemd
WAIT = 5  # seconds for systemd's answer
ROOM = 1.25  # the watcher comes first: it knows what is shared with the parent


def own() -> Path | None:
    """Return this process's group when it is ours to divide and rules memory and processes; else ``None``."""
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
        group = MOUNT / next(line[len("0::") :] for line in lines if line.startswith("0::")).lstrip("/")
        ruled = (group / "cgroup.controllers").read_text(encoding="utf-8").split()
    except (OSError, StopIteration):
        return None
    able = set(CONTROLLERS) <= set(ruled) and os.access(group, os.W_OK)
    return group if able and (_is_root(group) or _delegated(group)) else None


def _is_root(group: Path) -> bool:
    """Say whether it is the system's first group: it alone has no type, and may hold processes and be divided."""
    return not (group / "cgroup.type").exists()


def _delegated(group: Path) -> bool:
    """Say whether systemd has delegated a group: by its mark, else its manager says so.

    A user's own manager sets no mark, and systemd before version 251 one that only root can read.
    """
    if any(_mark(group, name) == b"1" for name in MARKS):
        return True
    unit = group.name.removeprefix("_")  # systemd's escape of a name that could be a file's
    program = shutil.which("systemctl")
    if program is None or not unit.endswith((".scope", ".service")):
        return False
    whose = ["--user"] if any(USER.fullmatch(one.name) for one in group.parents) else []
    ask = [program, *whose, "show", "--property=Delegate,ControlGroup", "--", unit]
    try:
        said = subprocess.run(ask, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=WAIT).stdout
    except (OSError, subprocess.TimeoutExpired):
        return False
    # The manager that answers may be another one, with a unit of the same name.
    return {"Delegate=yes", f"ControlGroup=/{group.relative_to(MOUNT)}"} <= set(said.splitlines())


def _mark(group: Path, name: str) -> bytes:
    try:
        return os.getxattr(group, name)
    except OSError:
        return b""


def divide() -> Path | None:
    """Make a group for kernels below one's own, whose processes move beside it; ``None`` where that cannot be."""
    group = own()
    if group is None:
        return None
    base = group / f"llmlab-{os.getpid()}"
    try:
        base.mkdir()
        if not _is_root(group):
            _beside(base).mkdir()
            _move(group, _beside(base))
        for place in (group, base):
            _control(place, "+")
    except OSError:
        join(base)
        return None
    return base


def join(base: Path) -> None:
    """Undo :func:`divide`."""
    for group in base.glob("kernel-*"):
        remove(group)
    _drop(base)
    if _beside(base).is_dir():
        with contextlib.suppress(OSError):
            _control(base.parent, "-")
        with contextlib.suppress(OSError):
            _move(_beside(base), base.parent)
        _drop(_beside(base))


def _beside(base: Path) -> Path:
    return base.with_name(f"{base.name}-grader")


def _control(group: Path, sign: str) -> None:
    (group / "cgroup.subtree_control").write_text(" ".join(sign + name for name in CONTROLLERS), encoding="utf-8")


def _move(one: Path, other: Path) -> None:
    for pid in (one / "cgroup.procs").read_text(encoding="utf-8").split():
        with contextlib.suppress(ProcessLookupError):
            (other / "cgroup.procs").write_text(pid, encoding="utf-8")


def put(base: Path, pid: int, memory_mb: int, processes: int) -> Path | None:
    """Put a process and its children to come in a group of their own; ``None`` when the system refuses.

    Parameters
    ----------
    base
        From :func:`divide`.
    pid
        As this process sees it.
    memory_mb, processes
        The watcher's limits; the group's are higher by :data:`ROOM`.
    """
    group = base / f"kernel-{secrets.token_hex(4)}"
    try:
        group.mkdir()
        (group / "memory.max").write_text(str(int(ROOM * memory_mb * 1e6)), encoding="utf-8")
        (group / "pids.max").write_text(str(int(ROOM * processes) + 2), encoding="utf-8")
        for name, value in (("memory.swap.max", "0"), ("memory.oom.group", "1")):  # not every system has them
            if (group / name).exists():
                (group / name).write_text(value, encoding="utf-8")
        (group / "cgroup.procs").write_text(str(pid), encoding="utf-8")
    except OSError:
        remove(group)
        return None
    return group


def ran_out(group: Path) -> bool:
    """Say whether the system has ended processes of a group because its memory was used up."""
    try:
        events = (group / "memory.events").read_text(encoding="utf-8").split()
    except OSError:
        return False
    return int(dict(zip(events[::2], events[1::2], strict=True)).get("oom_kill", 0)) > 0


def remove(group: Path) -> None:
    """End what is left in a group, and remove it."""
    with contextlib.suppress(OSError):
        (group / "cgroup.kill").write_text("1", encoding="utf-8")
    _drop(group)


def _drop(group: Path) -> None:
    """Remove a group whose processes may still be ending."""
    for _ in range(100):
        try:
            group.rmdir()
            return
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.01)
