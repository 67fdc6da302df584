"""Set the course up on a fresh machine and start it: ``python -m llmlab.setup lab|env|test``.

Runs before anything is installed: the standard library alone, and syntax that old Pythons can read,
so that an unsupported one gets a sentence instead of a SyntaxError.
"""

import argparse
import errno
import hashlib
import json
import os
import platform
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "llmlab-stamp.json"
SUPPORTED = ((3, 11), (3, 13))
# The one host that set-up names itself: PyTorch's public index of CPU builds.
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
NEEDED_GB = 8
FIRST_PAGE = "notebooks/00_start.ipynb"
# pip compiles what it has installed on one core; a file in another Python's syntax stops neither of them.
COMPILE = """
import compileall, sysconfig
for folder in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
    compileall.compile_dir(folder, quiet=2, workers=0)
"""


class SetupError(Exception):
    """One Japanese sentence that says what to do."""


def say(text):
    """Print a line at once, also when the output is a pipe."""
    print(text, flush=True)


def check_python(version=sys.version_info):
    """Raise SetupError for a Python that the lock does not cover."""
    if not SUPPORTED[0] <= tuple(version[:2]) <= SUPPORTED[1]:
        raise SetupError(
            "Python {}.{} では動きません。3.11、3.12、3.13 のどれかを入れて、"
            "`make lab PYTHON=python3.12` のように名前を書いて実行してください。".format(*version[:2])
        )


def check_disk(folder=ROOT, needed_gb=NEEDED_GB):
    """Raise SetupError when the disk cannot hold the environment."""
    free = shutil.disk_usage(folder).free / 1e9
    if free < needed_gb:
        raise SetupError(
            f"ディスクの空きが {free:.1f} GB しかありません。{needed_gb} GB 以上あけてから、もう一度実行してください。"
        )


def wanted_stamp(with_tests):
    """Return what the environment must have been made from: the two locks, pyproject, Python."""
    parts = [platform.python_version(), "tests" if with_tests else ""]
    tests = ["tests/requirements.txt", "tests/transformers-5.2.txt"] if with_tests else []
    for name in ["requirements.txt", "pyproject.toml", *tests]:
        parts.append(hashlib.sha256((ROOT / name).read_bytes()).hexdigest())
    return parts


def is_ready(with_tests):
    """Say whether the environment stands: a second start does no set-up again."""
    try:
        stamps = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return PYTHON.exists() and wanted_stamp(with_tests) in stamps


def pip(*arguments, **options):
    """Run the environment's pip; raise SetupError when it fails."""
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", *arguments]
    # Without a terminal pip's bars are only noise in a log.
    if arguments[0] == "install" and not sys.stdout.isatty():
        command.append("--quiet")
    done = subprocess.run(command, **options)
    if done.returncode:
        if shutil.disk_usage(str(ROOT)).free < 1e9:
            raise SetupError("ディスクの空きがなくなりました。あけてから、もう一度実行してください。")
        raise SetupError(
            "パッケージを入れられませんでした。ネットワークにつながっているか確かめて、もう一度実行してください。"
            "続きから始まります。"
        )
    return done


def torch_pin():
    """Return the lock's line for torch, such as ``torch==2.13.0``."""
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("torch=="):
            return line.split(";")[0].strip()
    raise SetupError("requirements.txt に torch の行がありません。`make lock` で作り直してください。")


def torch_options(pin, system=sys.platform, python=None):
    """Choose where torch comes from; return pip's options and a sentence.

    ``python`` is the environment's Python that installs it (default: that of ``.venv``).

    On Linux the ordinary index carries a CUDA build of several GB, so a wheel on this machine comes
    first, then PyTorch's CPU index, then the ordinary one. On macOS and Windows the ordinary wheel is
    the CPU build.
    """
    if system != "linux":
        return [], "torch: 通常の CPU 版を使います。"
    command = [str(python or PYTHON), "-m", "pip", "install", "--quiet", "--dry-run", "--no-deps"]
    command += ["--ignore-installed", "--disable-pip-version-check", "--report", "-", pin]
    report = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if report.returncode == 0:
        installs = json.loads(report.stdout.decode("utf-8"))["install"]
        if installs and installs[0]["download_info"]["url"].startswith("file:"):
            return [], "torch: このマシンにある CPU 版を使います。"
    try:
        with urllib.request.urlopen(TORCH_CPU_INDEX + "/torch/", timeout=5):
            pass
        return ["--index-url", TORCH_CPU_INDEX], "torch: PyTorch の CPU 版を取得します（約 200 MB）。"
    except (urllib.error.URLError, OSError):
        return [], (
            "torch: PyTorch の CPU 用の置き場につながらないので、通常の版を取得します（CUDA 入り、数 GB）。"
        )


def make_environment(with_tests):
    """Create or complete ``.venv`` from the lock and write the stamp last."""
    check_disk()
    if not PYTHON.exists():
        say("環境 .venv を作ります。")
        made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], stdout=subprocess.DEVNULL)
        if made.returncode:
            shutil.rmtree(str(VENV), ignore_errors=True)
            raise SetupError(
                "venv が使えません。Debian や Ubuntu では `sudo apt install python3-venv` を実行してから、"
                "もう一度実行してください。"
            )
    locks = ["requirements.txt"] + (["tests/requirements.txt"] if with_tests else [])
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pip("install", "--upgrade", next(line for line in lines if line.startswith("pip==")))
    options, sentence = torch_options(torch_pin())
    say(sentence)
    pip("install", "--no-compile", "--no-deps", *options, torch_pin())
    say("パッケージを入れます（数分かかります）。")
    pip("install", "--no-compile", *[word for lock in locks for word in ("-r", str(ROOT / lock))])
    run_python("-c", COMPILE)
    # setuptools' advice to package authors says nothing to who opens a course.
    quiet = dict(os.environ, PYTHONWARNINGS="ignore")
    pip("install", "--no-deps", "--no-build-isolation", "-e", str(ROOT), env=quiet)
    if with_tests:
        # An old transformers, in a folder of its own: lesson 11's pipeline is compared with it.
        old = str(VENV / "transformers-5.2")
        shutil.rmtree(old, ignore_errors=True)
        pip("install", "--no-compile", "--no-deps", "--target", old, "-r", str(ROOT / "tests" / "transformers-5.2.txt"))
    # No question about news over the notebook: a class has no network.
    news = "@jupyterlab/apputils-extension:announcements"
    run_python("-m", "jupyter", "labextension", "disable", news, stderr=subprocess.DEVNULL)
    stamps = [wanted_stamp(False)] + ([wanted_stamp(True)] if with_tests else [])
    STAMP.write_text(json.dumps(stamps), encoding="utf-8")


def run_python(*arguments, **options):
    """Run the environment's Python with its programs first on PATH (nbgrader calls ``alembic``)."""
    environment = dict(os.environ, PATH=str(BIN) + os.pathsep + os.environ.get("PATH", ""))
    # Two busy cores: threads that wait must not spin (measured: a batch ran four times slower).
    environment.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    environment.update(options.pop("env", {}))
    return subprocess.run([str(PYTHON), *arguments], cwd=str(ROOT), env=environment, **options).returncode


def ensure(with_tests=False):
    """Make the environment and fetch the models, unless both stand already."""
    check_python()
    if not is_ready(with_tests):
        make_environment(with_tests)
    if run_python("-m", "llmlab.models", "fetch", *([] if sys.stdout.isatty() else ["--quiet"])):
        raise SetupError(
            "モデルがそろっていません。上の ⚠ の行のとおりにしてから、もう一度実行してください。"
        )


def free_port(first=8888, tries=50):
    """Return the first free port on loopback; raise SetupError when all are in use."""
    for port in range(first, first + tries):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            if port != first:
                say(f"ポート {first} は使われているので、{port} を使います。")
            return port
    raise SetupError(
        f"ポート {first}〜{first + tries - 1} がすべて使われています。使っていない JupyterLab を終わらせてください。"
    )


def has_display():
    """Say whether a browser window can open."""
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def lab(port):
    """Open JupyterLab on the first notebook; without a display print its address."""
    port = free_port(port)
    token = secrets.token_hex(16)
    address = f"http://127.0.0.1:{port}/lab/tree/{FIRST_PAGE}?token={token}"
    command = ["-m", "jupyterlab", "--no-browser", "--ServerApp.ip=127.0.0.1", "--ServerApp.port_retries=0"]
    command += [f"--ServerApp.port={port}", "--ServerApp.root_dir=" + str(ROOT)]
    command += ["--log-level=WARN"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    say("JupyterLab を開きます。終えるときは、ここで Ctrl+C を押してください。")
    say("URL: " + address)
    if has_display():
        _open_when_up(address, port)
    else:
        say("画面がないので、上の URL をブラウザーで開いてください。")
    return run_python(*command, env={"JUPYTER_TOKEN": token})


def _open_when_up(address, port):
    import threading

    def wait():
        for _ in range(240):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    webbrowser.open(address)
                    return
            time.sleep(0.5)

    threading.Thread(target=wait, daemon=True).start()


def missing_packages():
    """Return what the tests need of Debian's or Ubuntu's packages and this machine lacks."""
    wanted = []
    if not (shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")):
        wanted.append("chromium")
    fonts = (
        shutil.which("fc-list")
        and subprocess.run(["fc-list", ":lang=ja", "family"], stdout=subprocess.PIPE).stdout.strip()
    )
    if not fonts:
        wanted += ["fonts-ipafont-gothic", "fontconfig"]
    # Debian keeps the server's programs away from PATH.
    if not (shutil.which("initdb") or list(Path("/usr/lib/postgresql").glob("*/bin/initdb"))):
        wanted.append("postgresql")
    if sys.platform == "linux" and not shutil.which("bwrap"):
        wanted.append("bubblewrap")
    return wanted


def install_packages():
    """Install headless Chromium, Japanese fonts, a Postgres server and bubblewrap for the tests."""
    wanted = missing_packages()
    if not wanted:
        return
    names = "、".join(wanted)
    if not shutil.which("apt-get"):
        raise SetupError(f"試験に {names} が要ります。入れてから、もう一度実行してください。")
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    say(f"{names} を入れます。")
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *wanted]
    for command in (["apt-get", "update", "-qq"], install):
        done = subprocess.run(root + command, env=environment, stdout=subprocess.DEVNULL)
        if done.returncode:
            raise SetupError(
                f"{names} を入れられませんでした。`sudo apt-get install {' '.join(wanted)}` を実行してから、"
                "もう一度実行してください。"
            )


def test(only):
    """Install what the tests need and run them all; return the exit code."""
    started = time.monotonic()
    check_python()
    install_packages()
    ensure(with_tests=True)
    seconds = time.monotonic() - started
    arguments = ["-m", "tests", "--setup-seconds", f"{seconds:.0f}"]
    return run_python(*arguments, *(["--only", only] if only else []))


def main(arguments):
    """Run one of ``lab``, ``env``, ``test``; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m llmlab.setup")
    parser.add_argument("what", choices=["lab", "env", "test"])
    parser.add_argument("--port", type=int, default=8888)
    parser.add_argument("--only", help="a lesson's number, for test")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.what == "test":
            return test(chosen.only)
        ensure()
        return lab(chosen.port) if chosen.what == "lab" else 0
    except SetupError as error:
        print(f"⚠ {error}", file=sys.stderr, flush=True)
        return 1
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        print("⚠ ディスクの空きがなくなりました。あけてから、もう一度実行してください。", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        say("\n終わりました。")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
