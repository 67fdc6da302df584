"""Every lecture and answer once more with Colab's recorded versions: ``make colab`` (Python 3.13, 10 GB of disk).

In ``.venv/colab``: an environment with the versions of ``tests/colab.txt``, without nbgrader and without this
checkout. There the notebooks' own set-up cell installs the student edition's wheel, as it does in Colab. Each
notebook then runs in an empty folder, from a fresh kernel, without a network, with the checks of
``tests/runner.py``. An answer's visible and hidden tests run, and ``llmlab.check_all()`` after them, since Colab
has no Validate button. Not a part of ``make test``: it takes an hour.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import nbformat
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from llmlab import setup
from llmlab.grading import student, sync
from tests import runner
from tests.__main__ import isolation

ROOT = setup.ROOT
RECORD = ROOT / "tests" / "colab.txt"
FOLDER = setup.VENV / "colab"
PYTHON = (3, 13)
# What Colab has beside the course's own dependencies and libraries look for by themselves.
UNASKED = ["datasets", "pandas", "sentence-transformers", "sentencepiece", "tensorflow-text", "tf-keras"]
UNASKED += ["torchao", "torchvision", "wandb"]
KERNEL = ["ipykernel", "ipython"]


def record(path: Path = RECORD) -> dict[str, str]:
    """Return Colab's versions by canonical name."""
    lines = re.findall(r"^([\w.-]+)==(\S+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in lines}


def wanted() -> list[str]:
    """Return what to install before the set-up cell runs: of the course's dependencies those that Colab has."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [Requirement(text) for text in project["dependencies"] + project["optional-dependencies"]["lab"]]
    names = {canonicalize_name(item.name) for item in asked} & record().keys()
    return sorted(names | {*UNASKED, *KERNEL})


def replaced(installed: dict[str, str]) -> list[str]:
    """Return the packages whose version differs from the record: nothing of Colab's may be replaced."""
    known = record()
    return sorted(
        f"{name}: {known[name]} → {version}"
        for name, version in installed.items()
        if version != known.get(name, version)
    )


def find_python(chosen: str | None) -> str:
    """Return a Python of Colab's version.

    Raises
    ------
    SetupError
        When there is none.
    """
    version = ".".join(map(str, PYTHON))
    own = sys.executable if sys.version_info[:2] == PYTHON else None
    found = chosen or own or shutil.which(f"python{version}")
    ask = [found or "", "-c", "import sys; print('{}.{}'.format(*sys.version_info))"]
    if not found or subprocess.run(ask, capture_output=True, text=True).stdout.strip() != version:
        raise setup.SetupError(
            f"Python {version} が要ります。`.venv/bin/python -m tests.colab --python 場所` のように場所を書いてください。"
        )
    return found


class Place:
    """A folder with an environment like Colab's.

    Attributes
    ----------
    folder, python
        Where it lies; its Python.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.python = folder / "env" / "bin" / "python"

    def pip(self, *arguments: str, **options) -> subprocess.CompletedProcess:
        command = [str(self.python), "-m", "pip", "--disable-pip-version-check", *arguments]
        return subprocess.run(command, check=True, env=os.environ | {"PYTHONPATH": ""}, **options)

    def versions(self) -> dict[str, str]:
        """Return the installed versions by canonical name, without local parts such as ``+cpu``."""
        listed = self.pip("list", "--format", "json", capture_output=True, text=True).stdout
        return {canonicalize_name(one["name"]): one["version"].split("+")[0] for one in json.loads(listed)}

    def make(self, python: str) -> None:
        """Install Colab's packages, unless they stand already."""
        stamp = self.folder / "stamp"
        text = hashlib.sha256(RECORD.read_bytes()).hexdigest() + " ".join(wanted())
        if stamp.is_file() and stamp.read_text(encoding="utf-8") == text:
            return
        setup.check_disk(needed_gb=12)
        shutil.rmtree(self.folder, ignore_errors=True)
        subprocess.run([python, "-m", "venv", str(self.folder / "env")], check=True)
        constrained = ["install", "--quiet", "-c", str(RECORD)]
        self.pip(*constrained, "pip", "setuptools")
        torch = [f"{name}=={record()[name]}" for name in ("torch", "torchvision")]
        options, sentence = setup.torch_options(torch[0], python=self.python)
        setup.say(sentence)
        self.pip("install", "--quiet", "--no-deps", *options, *torch)
        self.pip(*constrained, *wanted())
        stamp.write_text(text, encoding="utf-8")

    def install(self, wheel: Path) -> None:
        """Install the wheel by the set-up cell itself and fetch the models, with Colab's versions, into a cache.

        Raises
        ------
        SetupError
            When a package of Colab's was replaced.
        """
        if "llmlab" in self.versions():
            self.pip("uninstall", "--quiet", "--yes", "llmlab")
        cell = sync.setup_source(nbformat.v4.new_notebook())
        variables = os.environ | self.environment(wheel)
        subprocess.run([str(self.python), "-c", cell], check=True, cwd=self.folder, env=variables)
        if found := replaced(self.versions()):
            raise setup.SetupError("Colab のパッケージが入れ替わりました。\n" + "\n".join(found))
        fetch = [str(self.python), "-m", "llmlab.models", "fetch", "--quiet"]
        subprocess.run(fetch, check=True, cwd=self.folder, env=variables | {"TQDM_DISABLE": "1"})

    def bring(self, path: Path) -> None:
        """Install what a notebook's own set-up cell brings beside Colab's packages, where only it will see them.

        In Colab some of Colab's packages are replaced by that; the printed line says which.
        """
        target = self.beside(path)
        shutil.rmtree(target, ignore_errors=True)
        if not (lacking := sync.lacking(nbformat.read(path, as_version=4))):
            return
        plan = ["install", "--quiet", "--dry-run", "--report", "-", *lacking]
        report = json.loads(self.pip(*plan, stdout=subprocess.PIPE, text=True).stdout)
        items = [(one["metadata"]["name"], one["metadata"]["version"]) for one in report["install"]]
        exact = [f"{name}=={version}" for name, version in items]
        self.pip("install", "--quiet", "--no-deps", "--target", str(target), *exact)
        changed = replaced({canonicalize_name(name): version for name, version in items})
        setup.say(f"{path.name}: {', '.join(exact)}（Colab から変わるもの: {', '.join(changed) or 'なし'}）")

    def beside(self, path: Path) -> Path:
        """Return where :meth:`bring` installs.

        Its name matters: dill, with which datasets tells two tables apart, takes what lies elsewhere for one's own code.
        """
        return self.folder / "beside" / path.relative_to(ROOT).with_suffix("") / "site-packages"

    def environment(self, wheel: Path) -> dict[str, str]:
        """Return the variables of a kernel here: in Colab, with the student edition on this disk as the address."""
        return {
            "COLAB_RELEASE_TAG": "release-colab_20260819",
            "JUPYTER_PATH": str(self.kernel()),
            "LLMLAB_CACHE": str(self.folder / "cache"),
            "LLMLAB_FILES": (self.folder / "student" / "data").as_uri(),
            "LLMLAB_SOURCE": str(wheel),
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # else the old kernel's debugger warns on the terminal
            "PATH": f"{self.python.parent}{os.pathsep}{os.environ.get('PATH', '')}",
            "PYTHONPATH": "",
        }

    def kernel(self) -> Path:
        """Write the kernel's description, named as the notebooks ask for it; return Jupyter's folder."""
        folder = self.folder / "jupyter" / "kernels" / sync.KERNEL["name"]
        folder.mkdir(parents=True, exist_ok=True)
        command = [str(self.python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        text = json.dumps({"argv": command, "display_name": "Colab", "language": "python"})
        (folder / "kernel.json").write_text(text, encoding="utf-8")
        return self.folder / "jupyter"

    def run(self, path: Path) -> runner.Result:
        """Run a notebook of this checkout as in Colab; the executed copy goes below ``.test-output/colab``."""
        name = path.relative_to(ROOT)
        lecture = name.parts[0] == "notebooks"
        rows = tomllib.loads((ROOT / "data" / "claims.toml").read_text(encoding="utf-8"))["claim"]
        notebook = nbformat.read(path, as_version=4)
        if not lecture:
            check = f"assert llmlab.check_all({path.name!r})"
            notebook.cells.append(nbformat.v4.new_code_cell(check, id="check-all"))
        with tempfile.TemporaryDirectory(dir=self.folder) as empty:
            nbformat.write(notebook, Path(empty, path.name))
            out = ROOT / ".test-output" / "colab" / name.parent
            result = runner.run(Path(empty, path.name), rows if lecture else [], out)
        result.path = path
        # CUDA's torch, which the ordinary index has, needs more than the declared build: the table shows it.
        result.problems = [problem for problem in result.problems if not re.match(r"memory: \d", problem)]
        return result


def chosen(only: str) -> list[Path]:
    """Return the notebooks of the lessons whose number holds ``only``."""
    return [path for path in sync.notebooks() if only in path.stem.split("_")[0]]


def run(place: Place, wheel: Path, only: str) -> int:
    """Run the notebooks and print the table; return 1 when one has a problem."""
    os.environ |= place.environment(wheel)
    results = []
    for path in chosen(only):
        os.environ["PYTHONPATH"] = str(place.beside(path)) if place.beside(path).is_dir() else ""
        result = place.run(path)
        results.append(result)
        for problem in result.problems:
            print(f"{path.relative_to(ROOT)}: {problem}", flush=True)
    print(runner.table([result.row() for result in results]), flush=True)
    return int(any(result.problems for result in results))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.colab", description=__doc__.split("\n")[0])
    parser.add_argument("--only", default="", help="a lesson's number, such as 05")
    parser.add_argument("--python", help="a Python 3.13 (default: the one on PATH)")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the environment lies")
    parser.add_argument("--wheel", type=Path, help="run with what an earlier call installed (no network)")
    options = parser.parse_args(arguments)
    place = Place(options.folder.resolve())
    if options.wheel:
        return run(place, options.wheel, options.only)
    try:
        place.make(find_python(options.python))
        student.build(place.folder / "student")
        wheel = student.wheel(place.folder / "student", place.folder)
        place.install(wheel)
        for path in chosen(options.only):
            place.bring(path)
    except setup.SetupError as error:
        print(f"⚠ {error}", file=sys.stderr)
        return 1
    again = ["--only", options.only, "--folder", str(place.folder), "--wheel", str(wheel)]
    return subprocess.run([*isolation(), sys.executable, "-m", "tests.colab", *again], cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
