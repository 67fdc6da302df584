"""A hub on loopback and what goes wrong with it: one sentence, nothing half-written, and the next time it works."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import hub
import pytest

from llmlab import models
from llmlab.errors import CourseError

ROOT = Path(__file__).resolve().parent.parent
NAME, COMMIT = "some/tiny", "a" * 40
FILES = {
    "config.json": b'{"model_type": "bert"}',
    "tokenizer.json": b"{}" * 500,
    "model.safetensors": bytes(range(256)) * 1000,
    "pytorch_model.bin": b"pickle",
}
KEPT = {name: body for name, body in FILES.items() if name != "pytorch_model.bin"}
MANIFEST = """
[tiny.cpu]
source = "hub"
path = "some/tiny"
version = "{commit}"
name = "Tiny"
license = "MIT"
"""

# Waiting is what the client does well: not here. Small pieces, so that a broken line has brought some of them.
QUICK = """
import os, sys, time, urllib.request
from huggingface_hub import constants
sleep = time.sleep
time.sleep = lambda seconds: sleep(min(seconds, 0.01))
constants.HF_HUB_DOWNLOAD_TIMEOUT = constants.HF_HUB_ETAG_TIMEOUT = constants.DEFAULT_REQUEST_TIMEOUT = 0.5
constants.DOWNLOAD_CHUNK_SIZE = 1000
from llmlab import models
"""
ONCE = QUICK + "sys.exit(models.main(sys.argv[1:]))"
# The command of a student, the fault, the same command once more.
TWICE = (
    QUICK
    + """
for again in (False, True):
    if again:
        urllib.request.urlopen(os.environ["HF_ENDPOINT"] + "/-/heal").read()
    print("CODE", models.main(sys.argv[1:]), flush=True)
    print("NEXT", file=sys.stderr, flush=True)
"""
)


def environment(there: hub.Hub, room: Path) -> dict[str, str]:
    (room / "data").mkdir(exist_ok=True)
    text = MANIFEST.format(commit=COMMIT)
    (room / "data" / "models.toml").write_text(text, encoding="utf-8")
    own = {"LLMLAB_DATA": str(room / "data"), "LLMLAB_CACHE": str(room / "cache"), "PYTHONPATH": str(ROOT)}
    return hub.environment(there, room / "hf") | own


def run(there: hub.Hub, room: Path, source: str, *words: str, **more: str) -> subprocess.CompletedProcess:
    own = environment(there, room) | more
    command = [sys.executable, "-c", source, *words]
    return subprocess.run(command, env=own, capture_output=True, text=True, timeout=120, cwd=room)


def sentence(printed: str) -> str:
    """Return the one line that a student is told; no traceback stands around it."""
    assert "Traceback" not in printed, printed[-3000:]
    (line,) = [line for line in printed.splitlines() if line.startswith("⚠")]
    assert not re.search(rf"{re.escape(tempfile.gettempdir())}/|\bhttpx", line.replace("http://127.0.0.1", ""))
    return line


def check_cache(home: Path) -> None:
    """No half file lies in the hub's cache: each is named by the hash of its content, each link leads to one."""
    assert not list(home.rglob("*.incomplete"))
    for file in home.rglob("blobs/*"):
        content = file.read_bytes()
        assert file.name in (hashlib.sha256(content).hexdigest(), hub.git_blob(content)), file.name
    for file in home.rglob("snapshots/*/*"):
        assert file.exists() and file.read_bytes() == FILES[file.name]


def whole(home: Path) -> None:
    check_cache(home)
    (folder,) = home.rglob("snapshots/*")
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == KEPT


WEIGHTS = "model.safetensors"
FAULTS = [
    (hub.Fault("gone"), "リポジトリがありません.*LLMLAB_PROFILE を cpu"),
    (hub.Fault("stranger"), "リポジトリがありません.*非公開.*LLMLAB_PROFILE を cpu"),
    (hub.Fault("revision"), "版 aaaaaaa がありません.*教材を新しくする"),
    (hub.Fault("entry", WEIGHTS), "版 aaaaaaa のファイルが 1 つ見つかりません.*教材を新しくする"),
    (hub.Fault("gated"), "同意した人だけ.*some/tiny で同意し、`hf auth login`.*もう一度"),
    (hub.Fault("refused"), "同意した人だけ.*some/tiny で同意し、`hf auth login`.*もう一度"),
    (hub.Fault("busy"), "429.*数分待って"),
    (hub.Fault("down"), "503.*しばらく待って"),
    (hub.Fault("page"), "通信が途切れたか、つながりません.*ネットワークを確かめて"),
    (hub.Fault("altered", WEIGHTS), "model.safetensors の sha256.*一致しません.*もう一度"),
    (hub.Fault("altered", "config.json"), "config.json の sha256.*一致しません.*もう一度"),
    (hub.Fault("cut", WEIGHTS), "通信が途切れたか.*ネットワークを確かめて.*もう一度"),
    (hub.Fault("stalled", WEIGHTS, 2.0), "通信が途切れたか.*ネットワークを確かめて.*もう一度"),
]


@pytest.mark.parametrize(("fault", "told"), FAULTS, ids=[f"{f.kind}-{f.files[:6]}" for f, _ in FAULTS])
def test_a_fault_is_one_sentence_and_the_next_time_it_works(tmp_path, fault, told):
    with hub.serve({NAME: (COMMIT, FILES)}) as there:
        there.fault = fault
        # What the first try left is looked at before the second: it asks for the healing.
        there.on_heal = lambda: check_cache(tmp_path)
        done = run(there, tmp_path, TWICE, "fetch", "tiny")
    assert there.healed == [None], there.healed
    assert re.findall(r"CODE (\d)", done.stdout) == ["1", "0"], done.stderr[-3000:]
    first, second = done.stderr.split("NEXT\n")[:2]
    line = sentence(first)
    assert line.startswith(f"⚠ Hugging Face から「{NAME}」を取得できませんでした（")
    assert re.search(told, line), line
    assert "python -m llmlab.models fetch tiny" in line or "LLMLAB_PROFILE" in line
    assert "⚠" not in second
    whole(tmp_path)


@pytest.mark.parametrize("kind", ["slow", "hiccup"])
def test_a_line_that_is_slow_or_breaks_once_brings_everything(tmp_path, kind):
    with hub.serve({NAME: (COMMIT, FILES)}) as there:
        # Slower altogether than the client waits for one piece.
        there.fault = hub.Fault(kind, WEIGHTS, 0.1)
        done = run(there, tmp_path, TWICE, "fetch", "tiny")
    assert re.findall(r"CODE (\d)", done.stdout) == ["0", "0"], done.stderr[-3000:]
    assert there.files_asked(NAME).count(WEIGHTS) == (2 if kind == "hiccup" else 1)
    whole(tmp_path)


def test_no_hub_at_all_and_a_variable_that_forbids_it(tmp_path):
    with hub.serve({NAME: (COMMIT, FILES)}) as there:
        done = run(there, tmp_path, ONCE, "fetch", "tiny", HF_HUB_OFFLINE="1")
        told = sentence(done.stderr)
        assert "HF_HUB_OFFLINE が 1" in told and "この変数を消して" in told
        assert there.requests == []
        nobody = run(there, tmp_path, ONCE, "fetch", "tiny", HF_ENDPOINT="http://127.0.0.1:9")
        assert nobody.returncode == 1 and "ネットワークを確かめて" in sentence(nobody.stderr)
        assert run(there, tmp_path, ONCE, "fetch", "tiny").returncode == 0
        # Once fetched it is there without a network.
        asked = len(there.requests)
        assert run(there, tmp_path, ONCE, "fetch", "tiny", HF_HUB_OFFLINE="1").returncode == 0
        nobody = run(there, tmp_path, ONCE, "fetch", "tiny", HF_ENDPOINT="http://127.0.0.1:9")
        assert nobody.returncode == 0, nobody.stderr[-2000:]
    assert len(there.requests) == asked
    whole(tmp_path)


# ---------------------------------------------------------------- in this process


@pytest.fixture
def client(tmp_path, monkeypatch):
    """A function that makes the hub's client of this process ask a hub of ours, with a cache of its own."""
    from huggingface_hub import constants

    def ask(there):
        for name, value in environment(there, tmp_path).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(constants, "ENDPOINT", there.address)
        place = there.address + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", place)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hf" / "hub"))
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
        return tmp_path / "hf"

    return ask


def test_the_pinned_commit_alone_is_asked_for_and_compared_once(client, monkeypatch):
    with hub.serve({NAME: (COMMIT, FILES)}) as there:
        home = client(there)
        folder = models.path("tiny")
        assert folder.name == COMMIT and not there.refused
        assert set(there.files_asked(NAME)) == set(KEPT), "pickles stay on the hub"
        whole(home)

        def never(*_):
            raise AssertionError("compared a second time")

        monkeypatch.setattr("llmlab.hub.compare", never)
        assert models.path("tiny") == folder


def test_what_was_altered_on_the_disk_is_noticed_and_fetched_again(client):
    with hub.serve({NAME: (COMMIT, FILES)}) as there:
        home = client(there)
        weights = models.path("tiny") / WEIGHTS
        weights.resolve().write_bytes(b"altered")
        with pytest.raises(CourseError, match=r"model\.safetensors が、配布されたものと違います.*--again"):
            models.path("tiny")
        assert models.main(["fetch", "tiny", "--again"]) == 0
        assert models.path("tiny") / WEIGHTS == weights
        whole(home)


def test_a_cache_that_was_filled_elsewhere_is_used_without_a_network(client, monkeypatch):
    from huggingface_hub import constants

    with hub.serve({NAME: (COMMIT, FILES)}) as there:
        home = client(there)
        folder = models.path("tiny")
        for receipt in home.rglob("llmlab/*.json"):
            receipt.unlink()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert models.path("tiny") == folder


@pytest.mark.parametrize("missing", ["config.json", WEIGHTS])
def test_a_repository_without_weights_of_this_kind_is_said(client, missing):
    files = {name: body for name, body in FILES.items() if name not in (missing, "tokenizer.json")}
    with hub.serve({NAME: (COMMIT, files)}) as there:
        client(there)
        pattern = rf"\*\.{missing.split('.')[1]} にあたるファイルがありません.*教材を新しくする"
        with pytest.raises(CourseError, match=pattern):
            models.path("tiny")


@pytest.mark.parametrize(
    ("number", "told"),
    [(errno.ENOSPC, "ディスクの空きが足りません.*HF_HOME"), (errno.EACCES, "保存できません.*HF_HOME")],
    ids=["full", "not mine"],
)
def test_a_disk_that_takes_nothing(client, monkeypatch, number, told):
    from huggingface_hub import file_download

    def fails(*_, **__):
        raise OSError(number, os.strerror(number))

    with hub.serve({NAME: (COMMIT, FILES)}) as there:
        home = client(there)
        with monkeypatch.context() as broken:
            broken.setattr(file_download, "http_get", fails)
            with pytest.raises(CourseError, match=told):
                models.path("tiny")
        check_cache(home)
        models.path("tiny")
        whole(home)


# A file system of 128 KB of our own; the weights are twice as large.
SMALL_DISK = """
import ctypes, os, sys
from llmlab import models
libc = ctypes.CDLL(None, use_errno=True)
os.makedirs(os.environ["HF_HOME"], exist_ok=True)
if libc.mount(b"none", os.environ["HF_HOME"].encode(), b"tmpfs", 0, b"size=128k"):
    sys.exit(77)
code = models.main(sys.argv[1:])
print("LEFT", [f for _, _, names in os.walk(os.environ["HF_HOME"]) for f in names if f.endswith(".incomplete")])
libc.umount(os.environ["HF_HOME"].encode())
print("CODES", code, models.main(sys.argv[1:]))
"""


def test_a_disk_that_is_really_full(tmp_path):
    """In a mount namespace of its own, where the system gives one; the fault in this process is tested above."""
    wrap = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    if sys.platform != "linux" or subprocess.run([*wrap, "true"], capture_output=True).returncode:
        pytest.skip("no mount namespace here")
    with hub.serve({NAME: (COMMIT, FILES)}) as there:
        own = environment(there, tmp_path)
        command = [*wrap, sys.executable, "-c", SMALL_DISK, "fetch", "tiny"]
        done = subprocess.run(command, env=own, capture_output=True, text=True, timeout=120)
    if done.returncode == 77:
        pytest.skip("no tmpfs here")
    assert "ディスクの空きが足りません" in sentence(done.stderr)
    assert "LEFT []" in done.stdout and "CODES 1 0" in done.stdout, done.stderr[-2000:]
    whole(tmp_path)


# ---------------------------------------------------------------- the libraries themselves


def test_the_hub_says_what_the_client_understands(client):
    """The server's answers are those that the client turns into its own errors."""
    from huggingface_hub import HfApi, errors, hf_hub_download

    with hub.serve({NAME: (COMMIT, FILES)}) as there:
        client(there)
        assert HfApi().model_info(NAME).sha == HfApi().model_info(NAME, revision="main").sha == COMMIT
        assert (
            Path(hf_hub_download(NAME, "config.json", revision="main")).read_bytes() == FILES["config.json"]
        )
        for kind, name in (
            ("gone", "RepositoryNotFoundError"),
            ("stranger", "RepositoryNotFoundError"),
            ("revision", "RevisionNotFoundError"),
            ("entry", "RemoteEntryNotFoundError"),
            ("gated", "GatedRepoError"),
            ("refused", "GatedRepoError"),
        ):
            there.fault = hub.Fault(kind)
            with pytest.raises(getattr(errors, name)):
                hf_hub_download(NAME, WEIGHTS, revision=COMMIT)
