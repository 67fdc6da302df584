"""Kernels that are forked from the preloaded parent: usable by nbclient, fenced off, safe after the fork, watched."""

import collections
import contextlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook

from llmlab.errors import CourseError
from llmlab.grading import autograde, execute, fence, order, preload, provisioner, release
from llmlab.grading.reach import names_of
from tests import grading_mini as mini

# Opened and closed again at once: nothing is written.
OPENED = """import os
for path in ('/proc/sys/kernel/core_pattern', '/proc/sys/kernel/modprobe', '/proc/sysrq-trigger', '/fence/proc/sys/kernel/core_pattern'):
    try:
        print(os.access(path, os.W_OK), os.close(os.open(path, os.O_WRONLY)))
    except OSError as error:
        print(error.errno in (1, 2, 13, 30))
"""


@pytest.fixture(scope="module")
def parent():
    with preload.parent(["pandas"]) as running:  # its pyarrow would start a thread
        yield running


@pytest.fixture
def forked(parent, monkeypatch):
    """Let whatever starts kernels through jupyter_client fork them, as its user would: by the environment."""
    from jupyter_client.provisioning.factory import KernelProvisionerFactory

    monkeypatch.setenv("JUPYTER_DEFAULT_PROVISIONER_NAME", "llmlab-forked")
    KernelProvisionerFactory.clear_instance()
    yield
    KernelProvisionerFactory.clear_instance()


def run(*sources: str, cwd: Path | None = None, **options) -> list[str]:
    """Run cells in one kernel; return what each printed, or its error."""
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    options = {"allow_errors": True, "shutdown_kernel": "immediate", "timeout": 60} | options
    client = NotebookClient(notebook, **options)
    client.execute(**({"cwd": str(cwd)} if cwd else {}))
    said = []
    for cell in notebook.cells:
        parts = [one.get("text") or one.get("evalue") or str(one.get("data", "")) for one in cell.outputs]
        said.append("".join(parts).strip())
    return said


def test_a_fork_has_everything_imported_and_a_parent_of_one_thread(parent, forked):
    assert parent.threads == 1
    assert run(
        "import sys\nprint({'torch', 'transformers', 'matplotlib'} <= set(sys.modules), 'tensorflow' in sys.modules)"
    ) == ["True False"]


def test_every_kernel_starts_afresh(forked):
    first = run(
        "import builtins, os, torch\nbuiltins.left = 1\ntorch.left = 1\nopen(os.environ['TMPDIR'] + '/left', 'w').write('x')"
    )
    assert first == ["1"] or "1" in first[0]
    assert run(
        "import builtins, os, torch\nprint(hasattr(builtins, 'left'), hasattr(torch, 'left'), os.path.exists(os.environ['TMPDIR'] + '/left'))"
    ) == ["False False False"]


def test_threads_tokenizers_and_workers_after_the_fork(forked):
    """A pool of threads that existed before the fork would hang or give wrong numbers here."""
    import torch

    torch.manual_seed(3)
    wanted = float((torch.randn(300, 400) @ torch.randn(400, 200)).abs().sum())
    said = run(
        "import torch\ntorch.set_num_threads(2)\ntorch.manual_seed(3)\n"
        "print(float((torch.randn(300, 400) @ torch.randn(400, 200)).abs().sum()))",
        "import os\nos.environ['TOKENIZERS_PARALLELISM'] = 'true'\n"
        "from tokenizers import Tokenizer, models, pre_tokenizers\n"
        "found = Tokenizer(models.WordLevel({'a': 0, 'b': 1}, unk_token='a'))\n"
        "found.pre_tokenizer = pre_tokenizers.Whitespace()\n"
        "print({tuple(one.ids) for one in found.encode_batch(['a b a'] * 2000)})",
        "from torch.utils.data import DataLoader\n"
        "print(sum(int(x.sum()) for x in DataLoader(torch.arange(100), batch_size=10, num_workers=2)))",
    )
    assert float(said[0]) == pytest.approx(wanted, rel=1e-4)
    assert said[1:] == ["{(0, 1, 0)}", "4950"]


def test_a_kernel_sees_the_course_and_its_own_folder_alone(forked, tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_OF_THE_GRADER", "x")
    own = tmp_path / "mini"
    own.mkdir()
    (own / "table.csv").write_text("1,2")
    (own / "mini.ipynb").write_text("### BEGIN HIDDEN TESTS")
    root = release.ROOT
    said = run(
        "import os\nprint(sorted(os.listdir('.')), open('table.csv').read())",
        f"print([os.path.exists(p) for p in {[str(root / 'solutions'), str(root / 'tests'), str(root / '.git'), str(tmp_path)]!r}])",
        f"print(os.path.exists({str(root / 'data' / 'models.toml')!r}), 'SECRET_OF_THE_GRADER' in str(os.environ))",
        f"for path in ('/x', {str(root / 'data' / 'x')!r}, '/usr/x', '/dev/x'):\n    try:\n        open(path, 'w')\n"
        "    except OSError as error:\n        print(error.errno in (1, 13, 30))",
        "import socket\ntry:\n    socket.create_connection(('192.0.2.1', 80), timeout=3)\nexcept OSError as error:\n    print(error.errno)",
        f"print(len([name for name in os.listdir('/proc') if name.isdigit()]) <= 3, os.listdir({fence.RUN!r}), os.listdir({fence.HOST_PROC!r}))",
        "print([len(open(f'/proc/{name}/environ').read().split('PATH=')) for name in (1, 'self')], 'SECRET_OF' in open('/proc/1/environ').read())",
        "print(open('/proc/self/status').read().split('CapEff:')[1].split()[0].strip('0') == '')",
        "open('table.csv', 'w').write('changed')",
        cwd=own,
    )
    assert said[0] == "['table.csv'] 1,2"
    assert said[1] == "[False, False, False, False]"
    assert said[2] == "True False"
    assert said[3].split() == ["True"] * 4
    assert said[4] == "101"  # network is unreachable
    assert said[5] == "True [] []"
    assert said[6].endswith("False")
    assert said[7] == "True"
    assert (own / "table.csv").read_text() == "1,2"


def test_a_kernel_cannot_change_the_system_even_where_root_grades(forked):
    """The user inside is the host's root then, and /proc/sys asks for no capability."""
    said = run(OPENED, "import os\nprint(os.access('/proc/sys/kernel/core_pattern', os.W_OK))")
    assert said[0].split() == ["True"] * 4
    assert said[1] == "False"


@pytest.mark.parametrize(
    ("limits", "source", "verdict"),
    [
        ({"memory_mb": 200}, "import time\nblock = bytearray(400_000_000)\ntime.sleep(30)", "メモリ"),
        (
            {"processes": 8},
            "import subprocess, time\nown = [subprocess.Popen(['sleep', '30']) for _ in range(12)]\ntime.sleep(30)",
            "プロセス",
        ),
        ({"seconds": 2.0}, "import time\ntime.sleep(30)", "時間"),
        (  # PR_SET_DUMPABLE: nobody may look into the process
            {"memory_mb": 200},
            "import ctypes, time\nctypes.CDLL(None).prctl(4, 0, 0, 0, 0)\nblock = bytearray(400_000_000)\ntime.sleep(30)",
            "メモリ",
        ),
        (
            {"processes": 8},
            "import ctypes, os, time\nctypes.CDLL(None).prctl(4, 0, 0, 0, 0)\n"
            "for _ in range(12):\n    if not os.fork():\n        os.fork()\n        os._exit(time.sleep(30) or 0)\ntime.sleep(30)",
            "プロセス",
        ),
    ],
)
def test_a_kernel_that_takes_too_much_is_ended_whole(forked, monkeypatch, limits, source, verdict):
    monkeypatch.setattr(provisioner.ForkedProvisioner, "limits", preload.Limits(**limits))
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    client = NotebookClient(new_notebook(cells=[new_code_cell(source)]), timeout=60)
    with pytest.raises(DeadKernelError), client.setup_kernel(cleanup_kc=False):
        kernel = client.km.provisioner
        client.execute_cell(client.nb.cells[0], 0)
    assert kernel.verdict == verdict
    client._cleanup_kernel()
    for _ in range(50):
        if not (left := {child.pid for child in psutil.Process().children(recursive=True)} - before):
            break
        time.sleep(0.1)
    assert not left


def test_what_is_written_has_a_limit(forked, monkeypatch):
    monkeypatch.setattr(provisioner.ForkedProvisioner, "limits", preload.Limits(disk_mb=16))
    source = "import os\nwith open(os.environ['TMPDIR'] + '/big', 'wb') as file:\n    for _ in range(64):\n        file.write(bytes(1_000_000))"
    assert "No space left" in run(source)[0]


def test_beside_the_sockets_nothing_can_be_written(parent, forked):
    """They lie on the grader's disk, which has no limit of its own."""
    said = run(
        f"import os\nprint(len(os.listdir({fence.OWN!r})))",
        f"open({fence.OWN!r} + '/big', 'wb')",
        f"import os\nos.mkdir({fence.OWN!r} + '/x', 0)",
    )
    assert said[0] == "5"
    assert all("Read-only file system" in one for one in said[1:])
    assert sorted(path.name for path in parent.folder.iterdir() if path.name != preload.GROUP) == [
        preload.SOCKET
    ]


def test_memory_of_no_process_is_refused(forked):
    """What needs shared memory goes on: a DataLoader's workers, above, and this."""
    said = run(
        "import ctypes, os\nprint(ctypes.CDLL(None).shmget(0, 1000, 0o1600))\nos.memfd_create('x')",
        "import torch\nshared = torch.ones(1000).share_memory_()\nprint(float(shared.sum()))",
        "from multiprocessing import shared_memory\nblock = shared_memory.SharedMemory(create=True, size=1000)\n"
        "block.buf[0] = 7\nprint(block.buf[0])\nblock.close()\nblock.unlink()",
    )
    assert said[0].startswith("-1") and "Function not implemented" in said[0]
    assert said[1:] == ["1000.0", "7"]


def test_a_folder_that_forbids_it_is_removed(tmp_path):
    """Also one that is too deep for what goes down by calling itself."""
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o755)
    folder = tmp_path / "k"
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "b" / "file").write_text("x")
    (folder / "a" / "link").symlink_to(outside)
    for path in (folder / "a" / "b", folder / "a"):
        path.chmod(0)
    with contextlib.chdir(folder):
        for _ in range(1500):
            os.mkdir("d")
            os.chdir("d")
    preload.remove(folder)
    assert not folder.exists() and outside.stat().st_mode & 0o777 == 0o755


def test_a_kernel_ends_with_its_grader(parent):
    """kill -9 on the process that asked for a kernel: the keeper sees its connection end."""
    program = (
        "import os, sys\nfrom nbclient import NotebookClient\nfrom nbformat.v4 import new_notebook\n"
        "client = NotebookClient(new_notebook())\nclient.create_kernel_manager()\nclient.start_new_kernel()\n"
        "client.start_new_kernel_client()\nprint('up', flush=True)\nsys.stdin.read()"
    )
    environment = os.environ | {"JUPYTER_DEFAULT_PROVISIONER_NAME": "llmlab-forked"}
    environment |= {"PYTHONPATH": str(release.ROOT)}

    def kernels() -> int:
        living = [
            child
            for child in psutil.Process(parent.process.pid).children(recursive=True)
            if child.status() != psutil.STATUS_ZOMBIE
        ]
        return len(living)

    before = kernels()
    while time.sleep(0.5) or kernels() < before:  # an earlier kernel's keeper may be about to end
        before = kernels()
    grader = subprocess.Popen(
        [sys.executable, "-c", program], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert grader.stdout.readline() == b"up\n"
    assert kernels() > before
    grader.kill()
    grader.wait()
    grader.stdin.close()
    grader.stdout.close()
    for _ in range(100):
        if kernels() == before:
            break
        time.sleep(0.1)
    assert kernels() == before


def test_no_parent_and_no_fence_are_said(monkeypatch):
    monkeypatch.setenv(preload.VARIABLE, "/nowhere")
    monkeypatch.setenv("JUPYTER_DEFAULT_PROVISIONER_NAME", "llmlab-forked")
    from jupyter_client.provisioning.factory import KernelProvisionerFactory

    KernelProvisionerFactory.clear_instance()
    try:
        with pytest.raises(CourseError, match="親プロセス"):
            NotebookClient(new_notebook(cells=[new_code_cell("1")])).execute()
    finally:
        KernelProvisionerFactory.clear_instance()
    monkeypatch.setattr(fence, "find", lambda: fence.Fence("none", "bubblewrap がありません。"))
    with pytest.raises(CourseError, match="--no-sandbox"):
        fence.demand()
    assert fence.demand(sandbox=False).kind == "none"


def test_why_there_is_no_fence_is_said(tmp_path, monkeypatch):
    """Docker keeps three things away; what bubblewrap says tells which."""
    program = tmp_path / "bwrap"
    program.write_text('#!/bin/sh\necho first >&2\necho "bwrap: Can\'t mount proc" >&2\nexit 1\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    fence._has_size.cache_clear()
    try:
        found = fence.find.__wrapped__()
    finally:
        fence._has_size.cache_clear()
    assert found.kind == "none"
    for word in ("seccomp", "apparmor", "systempaths"):
        assert f"--security-opt {word}=unconfined" in found.words
    assert "「bwrap: Can't mount proc」" in found.words and "first" not in found.words


@pytest.mark.parametrize("kills", [1, fence.TRIES * 2])
def test_bubblewrap_that_is_killed_leaves_nobody_who_waits(tmp_path, monkeypatch, kills):
    """Killed at the wrong moment, it leaves a child that waits for ever and holds the output."""
    real, program, seen = shutil.which("bwrap"), tmp_path / "bwrap", tmp_path / "seen"
    program.write_text(
        f"""#!/bin/sh
case "$*" in *--help*) exec {real} "$@";; esac
echo >> {seen}
if [ $(wc -l < {seen}) -gt {kills} ]; then exec {real} "$@"; fi
sleep 4321 &
kill -9 $$
"""
    )
    program.chmod(0o755)
    before = fence.find()
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    fence._has_size.cache_clear()
    started = time.monotonic()
    found = fence.find.__wrapped__()
    # One kill says nothing about the machine; where every try is killed there is no fence.
    assert found.kind == (before.kind if kills == 1 else "none")
    seen.unlink()
    monkeypatch.setattr(fence, "find", lambda: before)
    with pytest.raises(CourseError, match="始められませんでした"):
        preload.start(cold=True)
    assert time.monotonic() - started < 60  # READY is 300 s
    assert not [one for one in psutil.process_iter(["cmdline"]) if one.info["cmdline"] == ["sleep", "4321"]]


@pytest.fixture
def cold(monkeypatch):
    """A machine where namespaces cannot be nested."""
    from jupyter_client.provisioning.factory import KernelProvisionerFactory

    monkeypatch.setattr(fence, "find", lambda: fence.Fence("cold", ""))
    monkeypatch.setenv(preload.VARIABLE, preload.EACH)
    monkeypatch.setenv("JUPYTER_DEFAULT_PROVISIONER_NAME", "llmlab-forked")
    monkeypatch.setenv("SECRET_OF_THE_GRADER", "x")
    KernelProvisionerFactory.clear_instance()
    yield
    KernelProvisionerFactory.clear_instance()


def test_where_namespaces_cannot_be_nested_each_kernel_has_a_fence_of_its_own(cold, tmp_path, monkeypatch):
    monkeypatch.setattr(provisioner.ForkedProvisioner, "limits", preload.Limits(disk_mb=16))
    (tmp_path / "table.csv").write_text("1,2")
    big = "with open({}, 'wb') as file:\n    for _ in range(64):\n        file.write(bytes(1_000_000))"
    said = run(
        "import sys\nprint('torch' in sys.modules, 'SECRET_OF' in open('/proc/1/environ').read(), 6 * 7)",
        OPENED,
        f"import os\nprint(os.path.exists({fence.HOST_PROC!r}), os.listdir('.'), os.getcwd().startswith({fence.HOME!r}))",
        "print(open('/proc/self/status').read().split('CapEff:')[1].split()[0].strip('0') == '')",
        big.format("'big'"),
        big.format("os.environ['TMPDIR'] + '/big'"),
        big.format("'/dev/shm/big'"),
        "os.memfd_create('x')",
        cwd=tmp_path,
    )
    assert said[0] == "False False 42"
    assert said[1].split() == ["True"] * 4
    assert said[2] == "False ['table.csv'] True"
    assert said[3] == "True"
    assert all("No space left" in one for one in said[4:7])
    assert "Function not implemented" in said[7]


def test_there_the_watcher_stops_what_is_written_beside_the_sockets(cold, monkeypatch):
    monkeypatch.setattr(provisioner.ForkedProvisioner, "limits", preload.Limits(disk_mb=16))
    source = f"import glob, time\nopen(glob.glob({fence.RUN!r} + '/k*')[0] + '/big', 'wb').write(bytes(40_000_000))\ntime.sleep(30)"
    client = NotebookClient(new_notebook(cells=[new_code_cell(source)]), timeout=60)
    with pytest.raises(DeadKernelError), client.setup_kernel(cleanup_kc=False):
        kernel = client.km.provisioner
        client.execute_cell(client.nb.cells[0], 0)
    assert kernel.verdict == "出力"
    client._cleanup_kernel()


def test_a_course_below_python_or_usr_is_not_seen(tmp_path, monkeypatch):
    """A virtual environment made in the course's folder itself: all of it was seen."""
    course = tmp_path / "course"
    for name in ("bin", "data", "solutions"):
        (course / name).mkdir(parents=True)
        (course / name / "file").write_text("x")
    (course / "pseudonyms.key").write_text("x")
    with monkeypatch.context() as patch:
        patch.setattr(sys, "prefix", str(course))
        command = fence.bubblewrap(courses=[course])
    listed = [*command, "/bin/sh", "-c", 'ls "$0"; ls /usr', str(course)]
    said = subprocess.run(listed, capture_output=True, text=True).stdout.split()
    assert said[:2] == ["bin", "data"] and "lib" in said and "src" not in said
    assert not {"solutions", "pseudonyms.key"} & set(said)


def test_a_course_that_would_be_seen_is_refused(tmp_path, monkeypatch):
    (tmp_path / "lib" / "course" / "solutions").mkdir(parents=True)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    with pytest.raises(CourseError, match="ほかの場所に移して"):
        fence.bubblewrap(courses=[tmp_path / "lib" / "course"])
    monkeypatch.undo()
    with pytest.raises(CourseError, match="LLMLAB_DATA"):
        fence.bubblewrap(courses=[tmp_path / "lib" / "course"], readable=[tmp_path / "lib"])


# ---- The order of cells ---------------------------------------------------------------------------------------


def notebook(*extra: tuple[int, str]):
    found = mini.notebook()
    for place, source in extra:
        found.cells.insert(place, new_code_cell(source))
    return found.cells


def test_hidden_tests_run_last_where_that_changes_nothing():
    cells = notebook()
    positions, silent = order.order(cells)
    names = [cells[number].id for number in positions]
    assert names.index("overlap") < names.index("running-test") and not silent
    assert sorted(positions) == list(range(len(cells)))


@pytest.mark.parametrize(
    "later",
    [
        "def running(values):\n    return []",  # another value for a name that a test rests on
        "math.tau = 3",
        "print(SECRET_INPUT)",  # a name that a test makes
    ],
)
def test_a_notebook_runs_as_it_stands_where_a_name_changes(later):
    cells = notebook((4, later))
    positions, silent = order.order(cells)
    assert positions == list(range(len(cells)))
    assert 4 in silent and 3 not in silent


def test_the_same_import_again_changes_nothing():
    assert order.order(notebook((4, "import math")))[0] != list(range(len(notebook()) + 1))


@pytest.mark.parametrize("name", release.names())
def test_every_exercise_runs_with_its_hidden_tests_last(name):
    cells = nbformat.read(release.find(name), as_version=4).cells
    extra = autograde.extra_cells(name)
    left = order.unread(cells, extra)
    positions, silent = order.order(cells, left)
    hidden = [number for number in positions if order.is_hidden(cells[number])]
    assert hidden and positions[-len(hidden) :] == hidden and not silent
    # A cell that is left out binds nothing that another one reads.
    kept = frozenset().union(
        *(names_of(cells[n].source).reads for n in positions if n > min(left, default=0))
    )
    assert all(cells[n].source in extra and not names_of(cells[n].source).binds & kept for n in left)


def test_an_extra_cell_that_was_changed_or_is_used_runs():
    cells = notebook((2, "helper = 3"), (4, "helper + 1"))
    assert order.unread(cells, ["helper = 3"]) == set()
    assert order.unread(notebook((2, "helper = 3")), ["helper = 3"]) == {2}
    assert order.unread(notebook((2, "helper = 4")), ["helper = 3"]) == set()


def test_output_beyond_the_limit_is_dropped_and_then_stops(monkeypatch):
    step = execute.FencedExecute()
    step.written = step.kept = 0.0
    cell = new_code_cell("")
    line = {
        "msg_type": "stream",
        "content": {"name": "stdout", "text": "x" * 1_000_000},
        "parent_header": {},
        "metadata": {},
        "header": {"msg_type": "stream"},
    }
    step.clear_before_next_output = False
    step.output_hook_stack = collections.defaultdict(list)
    for _ in range(8):
        step.process_message(line, cell, 0)
    kept = sum(len(one.text) for one in cell.outputs) / 1e6
    assert execute.KEPT_MB - 1 <= kept <= execute.KEPT_MB
    with pytest.raises(execute.Stopped, match="出力"):
        for _ in range(200):
            step.process_message(line, cell, 0)
