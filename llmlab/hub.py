"""Repositories of the Hugging Face hub: whole and right files, or one sentence that says what to do.

The hub's own client compares sizes only; here each file's hash is compared with what the pinned commit lists.
"""

import errno
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from llmlab.errors import CourseError

# Weights of other frameworks, and pickles, stay on the hub.
FILES = ("*.json", "*.txt", "*.jinja", "*.model", "*.safetensors")
NEEDED = ("*.json", "*.safetensors")  # a model without these cannot be used


class WrongHash(Exception):
    """A file that came from the hub holds other bytes than the commit lists; the message is its name."""


class Lacking(Exception):
    """The repository holds no file of a kind that the course needs; the message is the pattern."""


def download(name: str, commit: str, patterns: tuple[str, ...] = (), again: bool = False) -> Path:
    """Download a repository's files at a commit into the hub's cache and return their folder.

    Parameters
    ----------
    patterns
        The files wanted; without any, ``FILES``.
    again
        Fetch also what lies in the cache.

    Raises
    ------
    Lacking
        No configuration, or no weights of the kind that the course reads. Else what ``huggingface_hub`` raises;
        ``explain`` puts it into words.
    """
    from huggingface_hub import snapshot_download

    wanted = list(patterns or FILES)
    folder = Path(snapshot_download(name, revision=commit, allow_patterns=wanted, force_download=again))
    for pattern in NEEDED:
        if not any(file.is_file() for file in folder.rglob(pattern)):
            raise Lacking(pattern)
    return folder


def compare(name: str, commit: str, folder: Path) -> dict[str, str] | None:
    """Compare a downloaded folder's files with the hashes that the hub lists; return the files' sha256.

    Files in LFS are listed with their sha256, the others with git's sha1. A file that differs is removed, so that
    the next download brings it anew. Where the list cannot be had (no network, and a cache that was filled elsewhere)
    there is nothing to compare with: None.

    Raises
    ------
    WrongHash
        For the first file that differs.
    """
    from huggingface_hub import HfApi
    from tqdm.auto import tqdm

    try:
        rows = {row.path: row for row in HfApi().list_repo_tree(name, revision=commit, recursive=True)}
    except Exception:  # every way in which a network is not there
        return None
    found = {}
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    for file in tqdm(files, desc=f"{name} を確かめています", delay=3, leave=False):
        place = file.relative_to(folder).as_posix()
        if (row := rows.get(place)) is None:
            continue  # not the hub's
        with file.open("rb") as handle:
            found[place] = hashlib.file_digest(handle, "sha256").hexdigest()
        if (row.lfs.sha256 if row.lfs else row.blob_id) != (found[place] if row.lfs else _git_blob(file)):
            # In the cache a file is a link to its content; both go.
            file.resolve().unlink(missing_ok=True)
            file.unlink(missing_ok=True)
            raise WrongHash(place)
    return found


def _git_blob(file: Path) -> str:
    digest = hashlib.sha1(b"blob %d\0" % file.stat().st_size, usedforsecurity=False)
    with file.open("rb") as handle:
        while block := handle.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Give an error and those that it came from."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def explain(name: str, commit: str, again: str, error: Exception) -> CourseError:
    """Return what happened, and what to do, in Japanese.

    Parameters
    ----------
    name, commit
        The repository and its commit.
    again
        The command that fetches once more.
    error
        What the hub's client, or ``download`` and ``compare``, raised.
    """
    from huggingface_hub import constants, errors

    own = "環境変数 LLMLAB_PROFILE を cpu にして、手元のモデルを使ってください"
    retry = f"`{again}` をもう一度実行してください"
    kinds = list(_chain(error))

    def of(*classes):
        return next((one for one in kinds if isinstance(one, classes)), None)

    status = next(
        (one.response.status_code for one in kinds if getattr(one, "response", None) is not None), None
    )
    disk = next((one for one in kinds if isinstance(one, OSError) and one.errno), None)
    if wrong := of(WrongHash):
        what, remedy = f"ファイル {wrong} の sha256 などが、公開されたものと一致しません", retry
    elif lacking := of(Lacking):
        what = f"版 {commit[:7]} に {lacking} にあたるファイルがありません"
        remedy = f"教材を新しくするか、{own}"
    elif of(errors.OfflineModeIsEnabled):
        what = "環境変数 HF_HUB_OFFLINE が 1 なので、通信が止められています"
        remedy = f"この変数を消してから {retry}。ネットワークがなければ、{own}"
    elif of(errors.GatedRepoError):
        what = "利用条件に同意した人だけが使えるモデルです"
        remedy = (
            f"{constants.ENDPOINT}/{name} で同意し、`hf auth login` でログインしてから {retry}。または、{own}"
        )
    elif of(errors.RepositoryNotFoundError):
        what, remedy = "リポジトリがありません。消されたか、名前が変わったか、非公開です", own
    elif of(errors.RevisionNotFoundError):
        what, remedy = f"版 {commit[:7]} がありません", f"教材を新しくするか、{own}"
    elif of(errors.RemoteEntryNotFoundError):
        what, remedy = f"版 {commit[:7]} のファイルが 1 つ見つかりません", f"教材を新しくするか、{own}"
    elif status in (401, 403):
        what = f"アクセスが拒否されました（{status}）"
        remedy = f"`hf auth login` でログインし直してから {retry}。または、{own}"
    elif status == 429:
        what, remedy = "短い時間に何度もたずねたので、断られました（429）", f"数分待ってから {retry}"
    elif status and status >= 500:
        what, remedy = f"Hugging Face が今は応えません（{status}）", f"しばらく待ってから {retry}"
    elif disk is not None and disk.errno in (errno.ENOSPC, errno.EDQUOT):
        what = "ディスクの空きが足りません"
        remedy = f"空きをつくるか、環境変数 HF_HOME に別の場所を書いて、{retry}"
    elif disk is not None and not isinstance(disk, ConnectionError | TimeoutError):
        what = f"{constants.HF_HUB_CACHE} に保存できません。{os.strerror(disk.errno)}"
        remedy = f"書き込める場所を環境変数 HF_HOME に書いて、{retry}"
    else:
        what = f"通信が途切れたか、つながりません。{type(kinds[-1]).__name__}"
        remedy = f"ネットワークを確かめて {retry}。つながらなければ、{own}"
    return CourseError(f"Hugging Face から「{name}」を取得できませんでした（{what}）。{remedy}。")
