"""Control groups: which group may be divided, what is written where, and that nothing is left.

The folders here only look like the system's. What the system does with them: ``python -m tests.uml``
and ``python -m tests.uml systemd``.
"""

import os

import pytest

from llmlab.grading import cgroup


@pytest.fixture
def mount(tmp_path, monkeypatch):
    """A tree in place of the system's, with this process's group in it."""
    line = next((line for line in open("/proc/self/cgroup") if line.startswith("0::")), None)
    if line is None:
        pytest.skip("この計算機には cgroup v2 がありません")
    group = tmp_path / line[len("0::") :].strip().lstrip("/") / ""
    monkeypatch.setattr(cgroup, "MOUNT", tmp_path)
    group.mkdir(parents=True, exist_ok=True)
    (group / "cgroup.controllers").write_text("cpu memory pids\n")
    (group / "cgroup.type").write_text("domain\n")
    (group / "cgroup.procs").write_text("11\n12\n")
    return group


@pytest.fixture
def delegated(mount):
    try:
        os.setxattr(mount, "user.delegate", b"1")
    except OSError:
        pytest.skip("このファイルシステムには拡張属性がありません")
    return mount


def test_only_a_delegated_group_with_both_controllers_is_divided(delegated):
    assert cgroup.own().samefile(delegated)
    (delegated / "cgroup.controllers").write_text("memory\n")
    assert cgroup.own() is None
    (delegated / "cgroup.controllers").unlink()  # version 1, or both at once
    assert cgroup.own() is None


def test_a_group_that_is_not_ours_is_left_alone(mount, monkeypatch):
    monkeypatch.setenv("PATH", os.devnull)  # this process's real group may be delegated
    assert cgroup.own() is None
    before = sorted(mount.iterdir())
    assert cgroup.divide() is None
    assert sorted(mount.iterdir()) == before


@pytest.mark.parametrize(
    ("path", "whose"),
    [
        ("user.slice/user-7.slice/user@7.service/app.slice/run-1.scope", "--user "),
        ("system.slice/run-1.scope", ""),
    ],
)
def test_the_manager_is_asked_where_there_is_no_mark(tmp_path, monkeypatch, path, whose):
    """What the program says is systemd's (``python -m tests.uml systemd`` asks the real one)."""
    monkeypatch.setattr(cgroup, "MOUNT", tmp_path)
    program, said = tmp_path / "bin" / "systemctl", tmp_path / "said"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nprintf %s "$*" > "{said}"\ncat "{tmp_path}/answer"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    group = tmp_path / path
    group.mkdir(parents=True)
    answers = {
        f"Delegate=yes\nControlGroup=/{path}\n": True,
        f"ControlGroup=/{path}\nDelegate=no\n": False,
        "Delegate=yes\nControlGroup=/other.slice/run-1.scope\n": False,
        "": False,
    }
    for answer, delegated in answers.items():
        (tmp_path / "answer").write_text(answer)
        assert cgroup._delegated(group) is delegated
    assert said.read_text() == f"{whose}show --property=Delegate,ControlGroup -- run-1.scope"
    said.unlink()
    assert not cgroup._delegated(group.parent / "session.slice") and not said.exists()  # nothing that it can name


def test_limits_stand_before_the_process_is_in(delegated, monkeypatch):
    base = cgroup.divide()
    assert (delegated / "cgroup.subtree_control").read_text() == "+memory +pids"
    assert (base / "cgroup.subtree_control").read_text() == "+memory +pids"
    assert (base.with_name(f"{base.name}-grader") / "cgroup.procs").read_text() == "12"  # the last that was moved
    group = cgroup.put(base, 4711, memory_mb=1000, processes=64)
    written = sorted((path.stat().st_mtime_ns, path.name) for path in group.iterdir())
    assert [name for _, name in written][-1] == "cgroup.procs"
    assert (group / "cgroup.procs").read_text() == "4711"
    assert int((group / "memory.max").read_text()) == 1_250_000_000
    assert int((group / "pids.max").read_text()) == 82


def test_what_the_system_ended_is_told(tmp_path):
    assert not cgroup.ran_out(tmp_path)
    (tmp_path / "memory.events").write_text("low 0\nhigh 0\nmax 9\noom 1\noom_kill 0\n")
    assert not cgroup.ran_out(tmp_path)
    (tmp_path / "memory.events").write_text("low 0\nhigh 0\nmax 9\noom 1\noom_kill 2\n")
    assert cgroup.ran_out(tmp_path)


def test_a_system_that_refuses_leaves_the_watcher_alone(delegated, monkeypatch):
    def refused(*_arguments):
        raise OSError(16, "Device or resource busy")

    monkeypatch.setattr(cgroup, "_control", refused)
    assert cgroup.divide() is None
    assert (delegated / "cgroup.procs").read_text() == "12"  # moved back
    base = delegated / "none"
    assert cgroup.put(base, 1, 10, 10) is None
