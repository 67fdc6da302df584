"""Generated code can do no harm: real attempts, each refused or stopped, and said so."""

import os
import subprocess
import sys
import time

import pytest

from llmlab import sandbox

LIMITS = {"seconds": 0.4, "memory_mb": 256}
BARE_LOOP = """
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""
DEAF_LOOP = """
import signal
for number in range(1, 64):
    try:
        signal.signal(number, signal.SIG_IGN)
    except Exception:
        pass
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""
# Name: program, what it must be called, a word of the sentence that the student sees.
ATTEMPTS = {
    "loop": ("while True: pass", "time", "時間"),
    "loop that catches everything": (BARE_LOOP, "time", "時間"),
    "KeyboardInterrupt in a loop": (BARE_LOOP.replace("BaseException", "KeyboardInterrupt"), "time", "時間"),
    "sleep": ("import time\ntime.sleep(1000)", "time", "時間"),
    "10 GB": ("x = bytearray(10 * 2**30)", "memory", "メモリ"),
    "memory, little by little": ("x = []\nwhile True: x.append(bytearray(2**26))", "memory", "メモリ"),
    "write": ("open('new.txt', 'w').write('x')", "file", "ファイル"),
    "append": ("open({victim!r}, 'a').write('x')", "file", "ファイル"),
    "write, error swallowed": ("try:\n open({victim!r}, 'w')\nexcept Exception: pass", "file", "ファイル"),
    "os.open": ("import os\nos.open({victim!r}, os.O_RDWR | os.O_TRUNC)", "file", "ファイル"),
    "delete": ("import os\nos.remove({victim!r})", "file", "ファイル"),
    "pathlib delete": ("import pathlib\npathlib.Path({victim!r}).unlink()", "file", "ファイル"),
    "rmtree": ("import os, shutil\nshutil.rmtree(os.path.dirname({victim!r}))", "file", "ファイル"),
    "rename": ("import os\nos.rename({victim!r}, {victim!r} + '2')", "file", "ファイル"),
    "socket": ("import socket\nsocket.create_connection(('127.0.0.1', {port}))", "network", "通信"),
    "name": ("import socket\nsocket.gethostbyname('example.com')", "network", "通信"),
    "url": ("import urllib.request\nurllib.request.urlopen('http://127.0.0.1:{port}')", "network", "通信"),
    "fork": ("import os\nos.fork()", "process", "プロセス"),
    "subprocess": ("import subprocess\nsubprocess.run(['touch', {victim!r} + '2'])", "process", "プロセス"),
    "system": ("import os\nos.system('touch ' + {victim!r} + '2')", "process", "プロセス"),
    "kill": ("import os\nos.kill(os.getppid(), 9)", "process", "プロセス"),
    "print without end": ("while True: print('x' * 100)", "output", "出力"),
    "os._exit": ("import os\nos._exit(0)", "died", "途中で終わり"),
    "sys.exit": ("import sys\nsys.exit()", "error", "エラー"),
    "input": ("input()", "error", "EOFError"),
    "error": ("x = 1\ny = X_test", "error", "NameError: name 'X_test' is not defined (line 2)"),
    "syntax": ("def f(:\n    pass", "error", "SyntaxError: invalid syntax (line 1)"),
    "endless recursion": ("def f(): return f()\nf()", "error", "RecursionError"),
}
KERNEL = {
    "loop deaf to signals": (DEAF_LOOP, "time", "時間"),
    "thread": ("import threading\nthreading.Thread(target=print).start()", "process", "スレッド"),
    "fork bomb": ("import os\nwhile True:\n try: os.fork()\n except Exception: pass", "time", "プロセス"),
    "multiprocessing": (
        "import multiprocessing as m\nm.Process(target=print).start()",
        "error",
        "PermissionError",
    ),
    "crash": ("import ctypes\nctypes.string_at(0)", "died", "SIGSEGV"),
}
# Round Python, straight to the kernel: each returns -1 (refused). The last is a clone.
AROUND = """
import ctypes
c = ctypes.CDLL(None, use_errno=True)
victim, new = {victim!r}.encode(), ({victim!r} + "2").encode()
got = [c.open(victim, 1), c.open(new, 66, 0o644), c.creat(new, 0o644), c.unlink(victim), c.rename(victim, new),
       c.mkdir(new, 0o755), c.chmod(victim, 0), c.truncate(victim, 0), c.socket(2, 1, 0), c.fork(), c.kill(0, 0),
       c.syscall(165, 0, 0, 0, 0, 0), c.setpriority(0, 0, 5), c.symlink(victim, new)]
"""


@pytest.fixture
def victim(tmp_path):
    file = tmp_path / "precious.txt"
    file.write_text("precious", encoding="utf-8")
    yield file
    assert [one.name for one in tmp_path.iterdir()] == ["precious.txt"]
    assert file.read_text(encoding="utf-8") == "precious"


@pytest.fixture(scope="module")
def listener():
    import socket

    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.settimeout(0.05)
        yield server


def check(attempts, victim, listener):
    port = listener.getsockname()[1]
    programs = [
        program.replace("{victim!r}", repr(str(victim))).replace("{port}", str(port))
        for program, _, _ in attempts.values()
    ]
    for name, result in zip(attempts, sandbox.run_many(programs, **LIMITS, workers=4), strict=True):
        _, reason, word = attempts[name]
        assert result.reason == reason and word in str(result), (name, result)
        assert not result.ok and str(result).count("\n") == 0, name
    with pytest.raises(TimeoutError):
        listener.accept()


def test_attempts_are_refused_or_stopped_and_said(victim, listener):
    check(ATTEMPTS, victim, listener)


@pytest.mark.skipif(sys.platform != "linux", reason="what the kernel of Linux holds")
def test_the_kernel_holds_what_python_does_not(victim, listener):
    check(KERNEL, victim, listener)
    result = sandbox.run(AROUND.replace("{victim!r}", repr(str(victim))), ["got"])
    assert set(eval(result.values[0].text)) == {-1}
    assert "seccomp" in sandbox.protection()


def test_without_fork_the_same_is_said(victim, listener, monkeypatch):
    monkeypatch.setenv("LLMLAB_SANDBOX", "spawn")
    names = [
        "loop",
        "sleep",
        "10 GB",
        "write",
        "delete",
        "socket",
        "fork",
        "system",
        "print without end",
        "error",
    ]
    check({name: ATTEMPTS[name] for name in names}, victim, listener)
    assert "悪意" in sandbox.protection()


def test_a_program_that_behaves():
    source = "import math\nprint('始め', end='')\ndef half(n):\n    return n / 2\n"
    result = sandbox.run(source, ["half(3)", "half('a')", "half(1) + half(2)", "math.pi"])
    assert result.ok and not result.refused and str(result) == "最後まで動きました。"
    assert result.output == "始め"
    assert [value.ok for value in result.values] == [True, False, True, True]
    assert [result.values[0].text, result.values[2].text] == ["1.5", "1.5"]
    assert result.values[1].text.startswith("TypeError: ") and result.values[1].text.endswith("(line 4)")


def test_values_before_a_loop_are_kept():
    source = "def f(n):\n    while n < 0: pass\n    return n\n"
    result = sandbox.run(source, ["f(1)", "f(-1)", "f(2)"], **LIMITS)
    assert result.reason == "time" and [value.text for value in result.values] == ["1"]


def test_one_program_sees_nothing_of_another():
    first = "import builtins, sys\nbuiltins.leak = 1\nsys.modules['leak'] = 1\n"
    results = sandbox.run_many([first, ("", ["leak"])] * 2, workers=1)
    assert [result.ok for result in results] == [True] * 4
    assert all(result.values[0].text.startswith("NameError") for result in results[1::2])


def test_reading_and_numpy_are_allowed(tmp_path):
    file = tmp_path / "data.txt"
    file.write_text("7", encoding="utf-8")
    result = sandbox.run(
        "import numpy as np", [f"int(open({str(file)!r}).read())", "int(np.arange(4).sum())"]
    )
    assert result.ok and [value.text for value in result.values] == ["7", "6"]


def test_hundreds_in_order_and_quick():
    begin = os.times()
    results = sandbox.run_many([(f"x = {number}", ["x"]) for number in range(200)])
    end = os.times()
    assert [result.values[0].text for result in results] == [str(number) for number in range(200)]
    assert end.children_user + end.children_system - begin.children_user - begin.children_system < 10
    assert sandbox.run_many([]) == []


@pytest.mark.skipif(sys.platform != "linux", reason="children end with their parent on Linux")
def test_nothing_goes_on_after_an_interrupt(tmp_path):
    """The notebook's process dies in the middle: the loop that it had started ends too."""
    # pytest-xdist's processes ignore the signal, and what they start would too.
    code = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
    code += "from llmlab import sandbox\nsandbox.run('marker = 918273\\nwhile True: pass', seconds=60)"
    process = subprocess.Popen([sys.executable, "-c", code])

    def parents():
        """Return every live process and its parent."""
        found = {}
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
                    state, parent = stat.read().rsplit(")", 1)[1].split()[:2]
            except OSError:
                continue
            if state != "Z":
                found[int(pid)] = int(parent)
        return found

    def children(of):
        return {pid for pid, parent in parents().items() if parent in of}

    looping, deadline = set(), time.monotonic() + 20
    while not looping and time.monotonic() < deadline:
        time.sleep(0.1)
        runner = children({process.pid})
        looping = children(runner) if runner else set()
    assert looping
    process.send_signal(2)
    process.wait(20)
    deadline = time.monotonic() + 10
    while (left := (runner | looping) & set(parents())) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not left
