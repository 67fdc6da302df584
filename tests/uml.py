"""Control groups for real: a Linux kernel of its own as an ordinary process (Debian's package user-mode-linux).

``python -m tests.uml`` (by hand, half a minute) boots it with this machine's files, read-only but for a scratch. Inside
is cgroup v2 alone, and a group marked as systemd marks one that it has delegated. There kernels are forked inside the
fence as ``make grade`` does it, with limits that only the system can keep: the watcher's are far higher.

``python -m tests.uml systemd`` boots Debian's systemd (package systemd) there instead, starts a user's manager and
runs the same in the scope that INSTRUCTOR.md names: ``systemd-run --user --scope -p Delegate=yes``.
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

MOUNTS = """mount -t proc proc /proc
mount -t sysfs sys /sys
mkdir -p /dev/shm
mount -t tmpfs shm /dev/shm
mount -t cgroup2 cgroup /sys/fs/cgroup
"""
GUEST = """#!/bin/sh
{mounts}mount -t tmpfs scratch /mnt
cd {root}
export TMPDIR=/mnt HOME=/mnt PATH={path} PYTHONPATH={root} PYTHONDONTWRITEBYTECODE=1
{prefix}{python} -m tests.uml {where}
{end}
"""
SCOPE = "XDG_RUNTIME_DIR=/run/user/0 systemd-run --user --scope -p Delegate=yes "
SYSTEMD = Path("/lib/systemd/systemd")
UNITS = {
    "default.target": """[Unit]
DefaultDependencies=no
Requires=grading.service
""",
    # What user@.service does, without PAM.
    "user@0.service": f"""[Unit]
DefaultDependencies=no
[Service]
Type=notify
Delegate=yes
Environment=XDG_RUNTIME_DIR=/run/user/0
ExecStartPre=/bin/mkdir -p -m 700 /run/user/0
ExecStart={SYSTEMD} --user
UnsetEnvironment=SYSTEMD_UNIT_PATH
""",
    "grading.service": """[Unit]
DefaultDependencies=no
Requires=user@0.service
After=user@0.service
SuccessAction=poweroff-force
FailureAction=poweroff-force
[Service]
Type=oneshot
TimeoutStartSec=300
ExecStart=/bin/sh -c '{start} > /dev/console 2>&1'
""",
}
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


def like_systemd() -> None:
    """Enter a group that is marked as systemd marks it."""
    group = cgroup.MOUNT / "scope"
    group.mkdir()
    (cgroup.MOUNT / "cgroup.subtree_control").write_text("+memory +pids")
    os.setxattr(group, "user.delegate", b"1")
    (group / "cgroup.procs").write_text(str(os.getpid()))


def inside() -> None:
    """Be the guest's program: grade hogs and an innocent one, and say what the system did."""
    from tests.grading_class import light

    group = cgroup.own()
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


def main(with_systemd: bool) -> int:
    """Boot the guest; return its exit code."""
    linux = shutil.which("linux.uml")
    if not linux or (with_systemd and not SYSTEMD.exists()):
        print("apt install user-mode-linux bubblewrap systemd", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(dir=Path.home()) as scratch:
        start = Path(scratch, "start")
        root = Path(__file__).resolve().parents[1]
        if with_systemd:
            own = {"mounts": "", "prefix": SCOPE, "where": "scope", "end": ""}
            init = [f"init={SYSTEMD}", f"SYSTEMD_UNIT_PATH={scratch}"]  # the kernel hands the second on
        else:
            own = {"mounts": MOUNTS, "prefix": "", "where": "inside", "end": "halt -f"}
            init = [f"init={start}"]
        text = GUEST.format(root=root, path=os.environ["PATH"], python=sys.executable, **own)
        start.write_text(text, encoding="utf-8")
        start.chmod(0o755)
        for name, unit in UNITS.items():
            Path(scratch, name).write_text(unit.format(start=start), encoding="utf-8")
        options = ["rootfstype=hostfs", "rootflags=/", "ro", "mem=1500M", *init, "con=null", "con0=fd:0,fd:1", "quiet"]
        return subprocess.run([linux, *options], stdin=subprocess.DEVNULL, env=os.environ | {"TMPDIR": scratch}).returncode


if __name__ == "__main__":
    if sys.argv[1:] == ["inside"]:
        like_systemd()
    if sys.argv[1:] in (["inside"], ["scope"]):
        sys.exit(inside())
    sys.exit(main("systemd" in sys.argv[1:]))
