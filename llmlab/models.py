"""The only reader of ``data/models.toml``: a role in, a checked local folder out.

A *role* (``chat``, ``encoder``, …) is what a lesson needs; a *profile* (``cpu``, ``gpu``, ``hub``) says
where it comes from. Every file is checked against the manifest's sha256 when it is fetched, and
again whenever its size or time has changed.

``python -m llmlab.models fetch [ROLE …]`` fetches, ``python -m llmlab.models list`` shows.
"""

import contextlib
import errno
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.error
import urllib.request
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from llmlab import data
from llmlab.errors import CourseError

RECEIPT = ".llmlab.json"
SOURCES = ("pypi", "hub", "course")
CONVERSION = 2  # another number makes every machine convert its GGUF files again


@dataclass(frozen=True)
class Entry:
    """One row of the manifest: what stands behind a role under one profile.

    Attributes
    ----------
    source
        ``pypi`` (files inside a package's archive), ``hub`` (a Hugging Face repository) or
        ``course`` (files of this course's ``data/`` folder).
    name, version, license, languages, parameters
        What the model is. ``version`` is a release or, for the hub, a commit. ``parameters`` counts
        weights.
    bytes, sha256
        Of the archive that is downloaded (``pypi``).
    archive, inner, prefix
        ``wheel`` or ``sdist``; the tar file inside the archive that holds the files, else ``""``; what comes
        before a file's name there (``pypi``).
    files
        ``{"name", "sha256", "bytes"}`` of each file that is kept; of a hub only the names, patterns allowed, where
        not everything of its usual kinds is wanted.
    format
        ``transformers`` (used as it is), ``gguf`` (dequantised once into safetensors) or ``data``.
    base
        The role whose model an adapter needs, else ``""``.
    """

    role: str
    profile: str
    source: str
    name: str
    version: str
    license: str
    languages: tuple = ()
    parameters: int = 0
    package: str = ""
    path: str = ""
    bytes: int = 0
    sha256: str = ""
    prefix: str = ""
    archive: str = "wheel"
    inner: str = ""
    format: str = "transformers"
    base: str = ""
    files: tuple = field(default=(), repr=False)

    @property
    def folder(self) -> str:
        """The name of the local folder; it changes when the manifest names another version."""
        made = CONVERSION if self.format == "gguf" else 0
        key = json.dumps([self.source, self.version, self.sha256, self.files, made], sort_keys=True)
        return f"{self.role}-{self.profile}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"


def roles() -> list[str]:
    """Return the roles that the manifest names."""
    return list(data.load("models.toml"))


def entry(role: str, profile: str | None = None) -> Entry:
    """Return the manifest's row of a role; a profile without a row of its own uses that of ``cpu``.

    Raises
    ------
    CourseError
        When the manifest has no such role, or the row lacks something.
    """
    from llmlab import runtime

    manifest = data.load("models.toml")
    if role not in manifest:
        raise CourseError(
            f"モデルの役割「{role}」は data/models.toml にありません。"
            f"次のどれかを書いてください: {', '.join(manifest)}。"
        )
    wanted = profile or runtime.profile()
    chosen = wanted if wanted in manifest[role] else "cpu"
    row = dict(manifest[role][chosen])
    if list(row) == ["same"]:
        return entry(row["same"], chosen)
    row["files"] = tuple(row.get("files", ()))
    row["languages"] = tuple(row.get("languages", ()))
    try:
        found = Entry(role=role, profile=chosen, **row)
    except TypeError as error:
        raise CourseError(
            f"data/models.toml の [{role}.{chosen}] に足りない項目か余分な項目があります（{error}）。"
        ) from error
    if found.source not in SOURCES:
        raise CourseError(f"data/models.toml の [{role}.{chosen}] の source は {SOURCES} のどれかです。")
    return found


def path(role: str, profile: str | None = None) -> Path:
    """Return the local folder of a role's model, for ``from_pretrained``; fetch it when it is missing.

    Raises
    ------
    CourseError
        Unknown role; a file that differs from the manifest; no network; a full disk.
    """
    wanted = entry(role, profile)
    if wanted.source == "hub":
        return _snapshot(wanted)
    for root in data.roots():
        folder = root / wanted.path if wanted.source == "course" else root / "models" / wanted.folder
        if folder.is_dir():
            _verify(wanted, folder)
            return folder
    return fetch(role, wanted.profile)


def fetch(role: str, profile: str | None = None, again: bool = False) -> Path:
    """Fetch a role's model into the user's cache with a progress bar and return its folder.

    Nothing half-written stays: everything is built in a temporary folder and moved when it is whole.

    Parameters
    ----------
    again
        Replace what lies in the cache.

    Raises
    ------
    CourseError
        No network, interrupted download, wrong sha256, full disk.
    """
    wanted = entry(role, profile)
    if wanted.source == "hub":
        return _snapshot(wanted, again)
    target = data.cache_dir() / (wanted.path if wanted.source == "course" else f"models/{wanted.folder}")
    if target.is_dir() and not again:
        _verify(wanted, target)
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".fetch-") as scratch:
            fresh = Path(scratch) / "fresh"
            fresh.mkdir()
            {"pypi": _from_package, "course": _from_course}[wanted.source](wanted, Path(scratch), fresh)
            for row in wanted.files:
                _compare(wanted, fresh / row["name"], row["sha256"])
            if wanted.format == "gguf":
                fresh = _dequantise(wanted, fresh, Path(scratch) / "converted")
            _write_receipt(fresh)
            if target.exists():
                shutil.rmtree(target)
            os.replace(fresh, target)
    except OSError as error:
        raise _disk_error(wanted, target, error) from error
    return target


def _from_package(wanted: Entry, scratch: Path, fresh: Path) -> None:
    """Download a package's archive with pip (it knows the machine's index and proxy) and unpack the files."""
    free = shutil.disk_usage(scratch).free
    needed = wanted.bytes + 3 * sum(row["bytes"] for row in wanted.files)
    if free < needed:
        raise OSError(errno.ENOSPC, "no space")
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-cache-dir"]
    command += ["--disable-pip-version-check", "--retries", "2", "--dest", str(scratch)]
    command += ["--progress-bar", "raw"]
    pinned = f"{wanted.package}=={wanted.version}"
    if wanted.archive == "sdist":
        # pip runs the build script of a source archive to read its name: only after it has compared the hash.
        asked = scratch / "requirements.txt"
        asked.write_text(f"{pinned} --hash=sha256:{wanted.sha256}\n", encoding="utf-8")
        command += ["--no-binary", wanted.package, "--require-hashes", "-r", str(asked)]
    else:
        command += [pinned]
    log = _run_with_bar(command, wanted)
    archives = [file for file in scratch.iterdir() if file.suffix in {".whl", ".gz", ".zip"}]
    if len(archives) != 1:
        if "No space left" in log:
            raise OSError(errno.ENOSPC, "no space")
        if "DO NOT MATCH THE HASHES" in log:
            raise _differs(wanted, f"{wanted.package} {wanted.version}")
        raise CourseError(
            f"モデル「{wanted.role}」（{wanted.name}）を取得できませんでした。ネットワークにつながっているか"
            f"確かめて、`python -m llmlab.models fetch {wanted.role}` をもう一度実行してください。"
        )
    archive = archives[0]
    _compare(wanted, archive, wanted.sha256)
    if wanted.inner:
        with _archive(archive) as members, members(wanted.inner) as source:
            archive = scratch / Path(wanted.inner).name
            with archive.open("wb") as out:
                shutil.copyfileobj(source, out)
    with _archive(archive) as members:
        for row in wanted.files:
            destination = fresh / row["name"]
            destination.parent.mkdir(parents=True, exist_ok=True)
            with members(wanted.prefix + row["name"]) as source, destination.open("wb") as out:
                shutil.copyfileobj(source, out)


def _run_with_bar(command: list[str], wanted: Entry) -> str:
    """Run pip and turn its ``Progress N of M`` lines into a bar; return what it printed."""
    from tqdm.auto import tqdm

    log = []
    with tqdm(total=wanted.bytes, unit="B", unit_scale=True, desc=f"{wanted.name} を取得中") as bar:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
        for line in process.stdout:
            if progress := re.match(r"Progress (\d+) of", line):
                bar.update(int(progress.group(1)) - bar.n)
            else:
                log.append(line)
        process.wait()
    return "".join(log)


class _archive:
    """Open a wheel, zip or tar file; gives a function from a member's name to an open file."""

    def __init__(self, file: Path):
        self.file = file

    def __enter__(self):
        if self.file.suffix == ".gz":
            self.handle = tarfile.open(self.file)
            return self.handle.extractfile
        self.handle = zipfile.ZipFile(self.file)
        return self.handle.open

    def __exit__(self, *_):
        self.handle.close()


def _from_course(wanted: Entry, scratch: Path, fresh: Path) -> None:
    """Download the course's own files one by one, for who has the package but no clone."""
    from tqdm.auto import tqdm

    course = data.load("course.toml")["course"]
    address = os.environ.get("LLMLAB_FILES") or f"{course['repository']}/raw/{course['branch']}/data"
    for row in wanted.files:
        destination = fresh / row["name"]
        destination.parent.mkdir(parents=True, exist_ok=True)
        url = f"{address}/{wanted.path}/{row['name']}"
        try:
            with (
                urllib.request.urlopen(url, timeout=30) as source,
                destination.open("wb") as out,
                tqdm(total=row["bytes"], unit="B", unit_scale=True, desc=row["name"]) as bar,
            ):
                while block := source.read(1 << 18):
                    out.write(block)
                    bar.update(len(block))
        except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
            raise CourseError(
                f"モデル「{wanted.role}」を取得できませんでした。ネットワークにつながっているか確かめて、"
                f"`python -m llmlab.models fetch {wanted.role}` をもう一度実行してください。"
            ) from error


def _snapshot(wanted: Entry, again: bool = False) -> Path:
    """Return a Hugging Face repository's folder at its pinned commit, every file's hash compared once."""
    from llmlab import hub

    patterns = tuple(row["name"] for row in wanted.files)
    try:
        folder = hub.download(wanted.path, wanted.version, patterns, again)
        # Beside the snapshots, in the hub's cache: whoever removes the repository there removes it too.
        receipt = folder.parents[1] / "llmlab" / f"{wanted.folder}.json"
        if receipt.is_file() and not again:
            _verify(wanted, folder, receipt)
        elif found := hub.compare(wanted.path, wanted.version, folder):
            with contextlib.suppress(OSError):  # without one the next call compares once more
                _write_receipt(folder, receipt, found)
    except CourseError:
        raise
    except Exception as error:  # the client raises many kinds
        command = f"python -m llmlab.models fetch {wanted.role}"
        raise hub.explain(wanted.path, wanted.version, command, error) from error
    return folder


def _dequantise(wanted: Entry, source: Path, target: Path) -> Path:
    """Turn a GGUF file into an ordinary ``from_pretrained`` folder (about 20 s, once)."""
    import torch
    import transformers
    from transformers.utils import logging

    file = wanted.files[0]["name"]
    print(f"{wanted.name} を読みやすい形に変えています（初回だけ、数十秒）。", flush=True)
    # transformers 5.15 (Colab) dequantises by itself; later releases ask for GgufConfig.
    options = {}
    if hasattr(transformers, "GgufConfig"):
        options["quantization_config"] = transformers.GgufConfig(dequantize=True)
    logging.disable_progress_bar()
    try:
        model = transformers.AutoModelForCausalLM.from_pretrained(
            source, gguf_file=file, dtype=torch.float32, **options
        )
    finally:
        logging.enable_progress_bar()
    # Half precision halves the file; the weights were 4-bit before.
    model.half().save_pretrained(target)
    _gguf_tokenizer(source / file).save_pretrained(target)
    return target


def _gguf_tokenizer(file: Path):
    """Return the tokenizer that a GGUF file describes, the same under every version of transformers.

    transformers' own converters differ: 5.15 takes the wrong end token and none for padding, and both
    5.15 and 5.23 leave out that SmolLM's tokenizer splits digits one by one before its byte-level BPE.

    Raises
    ------
    ValueError
        For a tokenizer of another kind.
    """
    from gguf import GGUFReader
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    reader = GGUFReader(file)

    def read(name):
        return reader.fields[f"tokenizer.{name}"].contents()

    if (read("ggml.model"), read("ggml.pre")) != ("gpt2", "smollm"):
        raise ValueError(f"unknown tokenizer in {file.name}")
    tokens = read("ggml.tokens")
    merges = [tuple(merge.split(" ")) for merge in read("ggml.merges")]
    core = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=merges))
    digits = pre_tokenizers.Digits(individual_digits=True)
    core.pre_tokenizer = pre_tokenizers.Sequence([digits, pre_tokenizers.ByteLevel(add_prefix_space=False)])
    core.decoder = decoders.ByteLevel()
    control = 3  # GGUF's token type of <|im_start|> and the like
    core.add_special_tokens(
        [token for token, kind in zip(tokens, read("ggml.token_type"), strict=True) if kind == control]
    )
    special = {"bos": "bos", "eos": "eos", "unk": "unknown", "pad": "padding"}
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core,
        clean_up_tokenization_spaces=False,
        **{f"{ours}_token": tokens[read(f"ggml.{theirs}_token_id")] for ours, theirs in special.items()},
    )
    tokenizer.chat_template = read("chat_template")
    return tokenizer


def _sha256(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _compare(wanted: Entry, file: Path, expected: str) -> None:
    if not file.is_file() or _sha256(file) != expected:
        raise _differs(wanted, file.name)


def _differs(wanted: Entry, name: str) -> CourseError:
    return CourseError(
        f"モデル「{wanted.role}」のファイル {name} が、配布されたものと違います（sha256 が一致しません）。"
        f"`python -m llmlab.models fetch {wanted.role} --again` を実行して、取り直してください。"
    )


def _write_receipt(folder: Path, receipt: Path | None = None, known: dict[str, str] | None = None) -> None:
    """Note each file's size, time and sha256 (``known``, where it was computed before)."""
    rows = {}
    for file in sorted(p for p in folder.rglob("*") if p.is_file()):
        stat, name = file.stat(), file.relative_to(folder).as_posix()
        digest = (known or {}).get(name) or _sha256(file)
        rows[name] = [stat.st_size, stat.st_mtime_ns, digest]
    receipt = receipt or folder / RECEIPT
    receipt.parent.mkdir(parents=True, exist_ok=True)
    fresh = receipt.with_name(f"{receipt.name}.{os.getpid()}")
    fresh.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    os.replace(fresh, receipt)


def _verify(wanted: Entry, folder: Path, receipt: Path | None = None) -> None:
    """Compare a folder with its receipt (or, without one, with the manifest)."""
    receipt = receipt or folder / RECEIPT
    if not receipt.is_file():
        for row in wanted.files:
            _compare(wanted, folder / row["name"], row["sha256"])
        return
    for name, (size, modified, digest) in json.loads(receipt.read_text(encoding="utf-8")).items():
        file = folder / name
        stat = file.stat() if file.is_file() else None
        if stat is None or (stat.st_size, stat.st_mtime_ns) != (size, modified):
            _compare(wanted, file, digest)


def _disk_error(wanted: Entry, target: Path, error: OSError) -> CourseError:
    if error.errno == errno.ENOSPC:
        return CourseError(
            f"ディスクの空きが足りないので、モデル「{wanted.role}」を保存できません。"
            "空きを 1 GB 以上つくるか、環境変数 LLMLAB_CACHE に別の場所を書いてください。"
        )
    return CourseError(
        f"モデル「{wanted.role}」を {target.parent} に保存できません（{error.strerror or error}）。"
        "書き込める場所を環境変数 LLMLAB_CACHE に書いてください。"
    )


def main(arguments: list[str]) -> int:
    """Run ``fetch [ROLE …] [--again] [--quiet]`` or ``list``; return the exit code."""
    again = "--again" in arguments
    words = [word for word in arguments if not word.startswith("--")]
    try:
        if words[:1] == ["fetch"]:
            for role in words[1:] or roles():
                _ = fetch(role, again=True) if again else path(role)
                if "--quiet" not in arguments:
                    print(f"✓ {role}: {entry(role).name}", flush=True)
            return 0
        if words == ["list"]:
            for role in roles():
                row = entry(role)
                print(f"{role}\t{row.name}\t{row.source}\t{row.license}")
            return 0
    except CourseError as error:
        print(f"⚠ {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("⚠ 中断しました。もう一度実行すると、最初から取り直します。", file=sys.stderr)
        return 130
    print("使い方: python -m llmlab.models fetch [役割 …] [--again] | list", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
