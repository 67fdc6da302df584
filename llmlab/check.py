"""How an exercise is checked: seeds of the tests, forbidden shortcuts, and all visible tests at once."""

import contextlib
import hashlib
import importlib
import json
import os
import re
from pathlib import Path
from unittest import mock

from llmlab.errors import CourseError

HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS", re.DOTALL)


def seed(exercise: str, version: str, grade_id: str) -> int:
    """Return the seed of a test's fresh inputs: the same at every regrade, another for every cell.

    It changes with the exercise's version, so a new class gets new inputs.
    """
    text = f"{exercise}/{version}/{grade_id}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")


def digest(value, digits: int = 4) -> str:
    """Return a short fingerprint of an answer; floats are rounded to ``digits`` decimals.

    Parameters
    ----------
    value
        A number, text, ``None``, or lists and dictionaries of them; tensors and arrays are taken as lists.
    """
    return hashlib.sha256(json.dumps(_plain(value, digits), sort_keys=True).encode()).hexdigest()[:12]


def matches(value, expected: str, digits: int = 4) -> bool:
    """Say whether an answer has the fingerprint ``expected``, so that a visible test need not show the value."""
    try:
        return digest(value, digits) == expected
    except TypeError:
        return False


def _plain(value, digits: int):
    """Return a value as JSON can hold it."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, dict):
        return {str(key): _plain(item, digits) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, digits) for item in value]
    if isinstance(value, float):
        # -0.0 and 0.0 are the same answer.
        return round(value, digits) + 0.0
    return value


@contextlib.contextmanager
def forbid(*names: str, message: str):
    """Make library functions raise while an answer is tested, so that it has to do the work itself.

    Parameters
    ----------
    *names
        Dotted names, for example ``"torch.nn.functional.scaled_dot_product_attention"``; a method by its
        class, ``"transformers.BertModel.__init__"``.
    message
        What the student reads when the answer calls one of them.

    Raises
    ------
    AssertionError
        From the forbidden call, with ``message``.
    """

    def refuse(*_args, **_kwargs):
        raise AssertionError(message)

    with contextlib.ExitStack() as stack:
        for name in names:
            owner, attribute = _resolve(name)
            stack.enter_context(mock.patch.object(owner, attribute, refuse))
        yield


def _resolve(name: str):
    """Return the object that holds the last part of a dotted name, and that part."""
    parts = name.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        try:
            owner = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:-1]:
            owner = getattr(owner, part)
        return owner, parts[-1]
    raise ValueError(f"no module in {name}")


def check_all(path=None) -> bool:
    """Run the visible tests of the current exercise and say which pass, as the Validate button does.

    Parameters
    ----------
    path
        The exercise's notebook; found by itself in JupyterLab, Colab and VS Code.

    Returns
    -------
    bool
        Whether every visible test passed.

    Raises
    ------
    CourseError
        When the notebook cannot be found or read, or holds no test.
    """
    from IPython import get_ipython

    shell = get_ipython()
    cells = [cell for cell in _cells(path, shell) if cell["metadata"].get("nbgrader", {}).get("grade")]
    tests = [cell for cell in cells if cell["cell_type"] == "code"]
    if not tests:
        raise CourseError(
            "このノートブックには確認するテストがありません。演習のノートブックで実行してください。"
        )
    namespace = shell.user_ns if shell else {}
    passed = 0
    for cell in tests:
        name = cell["metadata"]["nbgrader"]["grade_id"]
        source = HIDDEN.sub("", "".join(cell["source"]))
        try:
            exec(compile(source, f"<{name}>", "exec"), namespace)
        except Exception as error:
            print(f"✗ {name}: {_explain(error)}")
        else:
            passed += 1
            print(f"✓ {name}")
    print(f"見えるテスト {len(tests)} 個のうち {passed} 個に合格しました。")
    if passed == len(tests):
        print("採点では、入力を変えた隠れたテストと、記述の採点が加わります。")
    return passed == len(tests)


def _explain(error: Exception) -> str:
    if isinstance(error, AssertionError):
        return str(error) or "答えがまだ合っていません。"
    if isinstance(error, NotImplementedError):
        return "まだ書かれていません。「ここに書いてください」の行を、答えに置きかえてください。"
    if isinstance(error, NameError):
        return f"{error.name or error} がありません。上のセルを、順に実行してから試してください。"
    return f"実行中に {type(error).__name__} が起きました（{error}）。"


def _cells(path, shell) -> list[dict]:
    """Return the cells of the notebook that is open."""
    if path is None:
        try:
            from google.colab import _message  # the open notebook, saved or not
        except ImportError:
            path = _open_notebook(shell)
        else:
            return _message.blocking_request("get_ipynb")["ipynb"]["cells"]
    try:
        return json.loads(Path(path).read_text(encoding="utf-8-sig"))["cells"]
    except (OSError, ValueError, KeyError) as error:
        raise CourseError(
            f"ノートブック「{Path(path).name}」を読めません。保存してから、もう一度実行してください。"
        ) from error


def _open_notebook(shell) -> str:
    """Return the path of the open notebook in VS Code or JupyterLab, else the only one in the folder."""
    if shell and (found := shell.user_ns.get("__vsc_ipynb_file__")):
        return found
    # jupyter_server gives the kernel the notebook's path, below the server's root or absolute.
    if name := os.environ.get("JPY_SESSION_NAME"):
        for candidate in (Path(name), Path.cwd() / Path(name).name):
            if candidate.is_file():
                return str(candidate)
    here = sorted(Path.cwd().glob("*.ipynb"))
    if len(here) == 1:
        return str(here[0])
    raise CourseError(
        "どのノートブックか分かりません。`llmlab.check_all('ノートブックの名前.ipynb')` と書いてください。"
    )
