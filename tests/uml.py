"""Control groups for real: a Linux kernel of its own as an ordinary process (Debian's package user-mode-linux).

``python -m tests.uml`` (by hand, half a minute) boots it with this machine's files, read-only but for a scratch. Inside
is cgroup v2 alone, and a group marked as systemd marks one that it has delegated. There kernels are forked inside the
fence as ``make grade`` does it, with limits that only the system can keep: the watcher's are far higher.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from unittest import mock

from nbformat.v4 import new_code_cell, new_notebook

from llmlab.grading import cgroup, execute, fence, preload, provisioner, verdicts

GUEST = """#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sys /sys
mkdir -p /dev/shm
mount -t tmpfs shm /dev/shm
mount -t tmpfs scratch /mnt
mount -t cgroup2 cgroup /sys/fs/cgroup
cd {root}
TMPDIR=/mnt HOME=/mnt PATH={path} PYTHONPATH={root} PYTHONDONTWRITEBYTECODE=1 {python} -m tests.uml inside
halt -f
"""
HOGS = {
    "memory": "kept = bytearray(500_000_000)\nprint(sum(kept[::4096]))",
    "processes": "import os, time\nmade = 0\ntry:\n    while made < 500:\n        if not os.fork():\n            time.sleep(30)\n        made += 1\n"
    "except OSError as error:\n    print('refused at', made, error.errno)",
}


def run(source: str) -> str:
    """Run a cell as a submission; return what it printed."""
    notebook = new_notebook(cells=[new_code_cell(source)])
    step = execute.FencedExecute(fenced=True, timeout=60, startup_timeout=120, allow_errors=True)
    notebook, _ = step.preprocess(notebook, {"metadata": {"path": tempfile.mkdtemp()}})
    return "".join(one.get("text", "") for one in notebook.cells[0].outputs).strip()


def inside() -> None:
    """Be the guest's only program: grade hogs and an innocent one, and say what the system did."""
    from tests.grading_class import light

    group = cgroup.MOUNT / "scope"
    group.mkdir()
    (cgroup.MOUNT / "cgroup.subtree_control").write_text("+memory +pids")
    os.setxattr(group, "user.delegate", b"1")
    (group / "cgroup.procs").write_text(str(os.getpid()))
    light()
    put, remove = cgroup.put, cgroup.remove
    cgroup.put = lambda base, pid, *_limits: put(base, pid, 150, 40)  # the watcher's: 3,000 MB and 400 processes
    provisioner.ForkedProvisioner.limits = preload.Limits(processes=400)
    print("fence:", fence.find().kind)
    with preload.parent() as running:
        base = preload.group_of(running.folder)
        print("group:", base.relative_to(cgroup.MOUNT))
        print("innocent:", run("print(6 * 7)"))
        for name, cell in HOGS.items():
            begin, seen = time.monotonic(), []
            with mock.patch.object(cgroup, "remove", lambda one, seen=seen: (seen.append(cgroup.ran_out(one)), remove(one))):
                try:
                    said = run(cell)
                except verdicts.Stopped as stopped:
                    said = stopped.verdict
            print(f"{name}: {said}; out of memory: {seen}; {time.monotonic() - begin:.1f} s")
        print("left:", [one.name for one in base.iterdir() if one.is_dir()])
    print("after:", sorted(one.name for one in group.iterdir() if one.is_dir()), (group / "cgroup.procs").read_text().split() != [])


def main() -> int:
    """Boot the guest; return its exit code."""
    if not (linux := shutil.which("linux.uml")):
        print("apt install user-mode-linux bubblewrap", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(dir=Path.home()) as scratch:
        start = Path(scratch, "init")
        root = Path(__file__).resolve().parents[1]
        start.write_text(GUEST.format(root=root, path=os.environ["PATH"], python=sys.executable), encoding="utf-8")
        start.chmod(0o755)
        options = ["rootfstype=hostfs", "rootflags=/", "ro", "mem=1500M", f"init={start}", "con=null", "con0=fd:0,fd:1", "quiet"]
        return subprocess.run([linux, *options], stdin=subprocess.DEVNULL, env=os.environ | {"TMPDIR": scratch}).returncode


if __name__ == "__main__":
    sys.exit(inside() if sys.argv[1:] == ["inside"] else main())
