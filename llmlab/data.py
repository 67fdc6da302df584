"""Where the course's data lies, from whichever folder a notebook runs in."""

import os
import tomllib
from functools import cache
from pathlib import Path

from llmlab.errors import CourseError

PACKAGE = Path(__file__).resolve().parent


def cache_dir() -> Path:
    """Return the user's folder for fetched models: ``$LLMLAB_CACHE`` or the system's cache folder."""
    if chosen := os.environ.get("LLMLAB_CACHE"):
        return Path(chosen).expanduser()
    from platformdirs import user_cache_path

    return user_cache_path("llmlab", appauthor=False)


def roots() -> list[Path]:
    """Return the existing data folders in the order of search.

    ``$LLMLAB_DATA`` (a folder that a class shares), the checkout around the package,
    the manifests inside the installed package, the user's cache.
    """
    candidates = [PACKAGE.parent / "data", PACKAGE / "manifests", cache_dir()]
    if chosen := os.environ.get("LLMLAB_DATA"):
        candidates.insert(0, Path(chosen).expanduser())
    # A folder that happens to be called "data" beside an installed package is not the course's.
    return [path for path in candidates if path.is_dir() and _is_ours(path)]


def _is_ours(path: Path) -> bool:
    return path.name != "data" or path.parent != PACKAGE.parent or (path / "models.toml").is_file()


def find(name: str) -> Path:
    """Return the path of a data file, for example ``find("text/ambiguous_words.toml")``.

    Raises
    ------
    CourseError
        When no data folder holds the file.
    """
    for root in roots():
        if (root / name).exists():
            return root / name
    raise CourseError(
        f"データ「{name}」が見つかりません。`pip install --upgrade` で llmlab を入れ直すか、"
        "環境変数 LLMLAB_DATA に data フォルダーの場所を書いてください。"
    )


@cache
def _parse(path: Path, modified: int) -> dict:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise CourseError(
            f"「{path.name}」は TOML として読めません（{error}）。その行を直してください。"
        ) from error


def load(name: str) -> dict:
    """Return a TOML data file as a dictionary, for example ``load("papers.toml")``.

    Raises
    ------
    CourseError
        When the file is missing or is not TOML.
    """
    path = find(name)
    return _parse(path, path.stat().st_mtime_ns)
