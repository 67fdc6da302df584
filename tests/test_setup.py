"""Set-up: what a fresh machine may get wrong, each answered by one sentence."""

import ast
import json
import os
import socket
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import servers

from llmlab import setup

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A folder that looks like a fresh clone; nothing real is installed."""
    for name in ("requirements.txt", "pyproject.toml"):
        (tmp_path / name).write_text((ROOT / name).read_text("utf-8"), "utf-8")
    (tmp_path / "tests").mkdir()
    for name in ("requirements.txt", "transformers-5.2.txt"):
        (tmp_path / "tests" / name).write_text("x==1\n")
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    monkeypatch.setattr(setup, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(setup, "STAMP", tmp_path / ".venv" / "stamp.json")
    monkeypatch.setattr(setup, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(setup, "NEEDED_GB", 0)
    (tmp_path / ".venv").mkdir()
    return tmp_path


@pytest.mark.parametrize("version", [(3, 8, 1), (3, 10, 13), (3, 14, 0)])
def test_unsupported_python(version, capsys, monkeypatch):
    # The default is bound at definition; what main() sees is the version given here.
    monkeypatch.setattr(setup.check_python, "__defaults__", (version,))
    assert setup.main(["env"]) == 1
    shown = capsys.readouterr().err
    assert f"Python {version[0]}.{version[1]} では動きません" in shown and "PYTHON=" in shown


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 4), (3, 13, 9)])
def test_supported_python(version):
    setup.check_python(version)


def test_old_pythons_can_read_the_file():
    for name in ("__init__.py", "setup.py"):
        ast.parse((ROOT / "llmlab" / name).read_text("utf-8"), feature_version=(3, 7))


def test_full_disk(tmp_path):
    with pytest.raises(setup.SetupError, match="空きが"):
        setup.check_disk(tmp_path, needed_gb=10**9)


def test_second_start_sets_nothing_up_again(clone, monkeypatch):
    calls = []
    monkeypatch.setattr(setup, "pip", lambda *words, **_: calls.append(words))
    ran = []
    monkeypatch.setattr(setup, "run_python", lambda *words, **_: ran.append(words))
    monkeypatch.setattr(setup, "torch_options", lambda pin: ([], "torch"))
    assert not setup.is_ready(with_tests=False)
    setup.ensure()
    assert setup.is_ready(with_tests=False) and calls
    assert ("-c", setup.COMPILE) in ran, "pip leaves it out"
    calls.clear()
    setup.ensure()
    assert calls == []
    assert not setup.is_ready(with_tests=True), "the tests' packages are not there yet"
    setup.ensure(with_tests=True)
    old = [words for words in calls if str(setup.VENV / "transformers-5.2") in words]
    assert len(old) == 1 and "--target" in old[0] and "--no-deps" in old[0], (
        "beside the packages, never over them"
    )
    assert setup.is_ready(with_tests=True)
    (clone / "requirements.txt").write_text("torch==1\npip==1\n")
    assert not setup.is_ready(with_tests=False), "another lock needs another set-up"


def test_packages_are_compiled(tmp_path, monkeypatch):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "good.py").write_text("x = 1")
    (tmp_path / "own" / "old.py").write_text("print 1")
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    exec(setup.COMPILE)
    assert [path.name.partition(".")[0] for path in tmp_path.rglob("*.pyc")] == ["good"]


def test_interrupted_setup_is_not_taken_for_a_finished_one(clone, monkeypatch):
    def interrupted(*words, **_):
        if "-r" in words:
            raise KeyboardInterrupt

    monkeypatch.setattr(setup, "pip", interrupted)
    monkeypatch.setattr(setup, "torch_options", lambda pin: ([], "torch"))
    assert setup.main(["env"]) == 130
    assert not setup.is_ready(with_tests=False)
    setup.STAMP.write_text("half writ")
    assert not setup.is_ready(with_tests=False)


def test_no_network_at_first_setup(clone, monkeypatch, capfd):
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setattr(setup, "torch_options", lambda pin: ([], "torch"))
    lock = clone / "requirements.txt"
    lock.write_text("no-such-package==1\npip==0.0.1\ntorch==0.0.1\n")
    assert setup.main(["env"]) == 1
    assert "ネットワークにつながっているか確かめて" in capfd.readouterr().err
    assert not setup.is_ready(with_tests=False)


def test_python_without_venv(clone, monkeypatch, capsys):
    monkeypatch.setattr(setup, "PYTHON", clone / "nowhere" / "python")

    def no_venv(*_, **__):
        return subprocess.CompletedProcess([], 1)

    monkeypatch.setattr(setup.subprocess, "run", no_venv)
    assert setup.main(["env"]) == 1
    assert "python3-venv" in capsys.readouterr().err
    assert not setup.VENV.exists()


def test_torch_from_a_local_wheel_then_cpu_index_then_ordinary(monkeypatch):
    def report(url):
        found = {"install": [{"download_info": {"url": url}}]}
        done = subprocess.CompletedProcess([], 0, stdout=json.dumps(found).encode())
        monkeypatch.setattr(setup.subprocess, "run", lambda *_, **__: done)

    report("file:///somewhere/torch.whl")
    assert setup.torch_options("torch==2", "linux")[0] == []
    report("https://example.org/torch.whl")
    with servers.serve({"/torch/": ("text/html", b"", {})}) as (address, _):
        monkeypatch.setattr(setup, "TORCH_CPU_INDEX", address)
        assert setup.torch_options("torch==2", "linux")[0] == ["--index-url", address]
    options, sentence = setup.torch_options("torch==2", "linux")  # that server is gone now
    assert options == [] and "CUDA" in sentence
    for system in ("darwin", "win32"):
        assert setup.torch_options("torch==2", system)[0] == []


def test_port_in_use(capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert setup.free_port(port) > port
        assert f"ポート {port} は使われている" in capsys.readouterr().out
        with pytest.raises(setup.SetupError, match="すべて使われています"):
            setup.free_port(port, tries=1)


def test_missing_models_stop_the_start(clone, monkeypatch, capsys):
    monkeypatch.setattr(setup, "is_ready", lambda with_tests: True)
    monkeypatch.setattr(setup, "run_python", lambda *words, **_: 1)
    assert setup.main(["lab"]) == 1
    assert "モデルがそろっていません" in capsys.readouterr().err
