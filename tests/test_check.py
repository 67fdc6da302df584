"""Seeds, forbidden shortcuts and check_all, as a student meets them."""

import json
import types

import pytest
import torch

from llmlab import check
from llmlab.errors import CourseError


def test_seed_is_stable_and_differs():
    assert check.seed("05", "1", "a") == check.seed("05", "1", "a")
    seeds = {check.seed(e, v, g) for e in ("05", "06") for v in ("1", "2") for g in ("a", "b")}
    assert len(seeds) == 8 and all(0 <= s < 2**32 for s in seeds)


def test_forbid_refuses_functions_and_methods_and_gives_them_back():
    name = "torch.nn.functional.scaled_dot_product_attention"
    q = torch.zeros(1, 1, 2, 4)
    with (
        check.forbid(name, "torch.nn.Linear.forward", message="自分で書いてください"),
        pytest.raises(AssertionError, match="自分で"),
    ):
        torch.nn.functional.scaled_dot_product_attention(q, q, q)
    with check.forbid("torch.nn.Linear.forward", message="だめ"), pytest.raises(AssertionError):
        torch.nn.Linear(2, 2)(torch.zeros(2))
    assert torch.nn.functional.scaled_dot_product_attention(q, q, q).shape == q.shape
    with pytest.raises(ValueError), check.forbid("nosuchmodule.f", message=""):
        pass


def test_fingerprints_tell_answers_apart_without_showing_them():
    expected = check.digest([1, 2.00001, "a"])
    assert check.matches(torch.tensor([1.0, 2.0]), check.digest([1.0, 2.0]))
    assert check.matches([1, 2.00002, "a"], expected) and check.matches((1, 2.0, "a"), expected)
    for wrong in ([1, 2.1, "a"], [1, "a"], None, "2", object()):
        assert not check.matches(wrong, expected)
    assert check.digest(-0.0) == check.digest(0.0) and check.digest(10) != check.digest(11)


def cell(source, grade_id=None):
    metadata = {"nbgrader": {"grade": True, "grade_id": grade_id}} if grade_id else {}
    return {"cell_type": "code", "id": grade_id or "x", "metadata": metadata, "source": source.splitlines(True)}


@pytest.fixture
def shell(monkeypatch):
    fake = types.SimpleNamespace(user_ns={})
    monkeypatch.setattr("IPython.get_ipython", lambda: fake)
    return fake


@pytest.fixture
def notebook(tmp_path, monkeypatch):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    monkeypatch.chdir(tmp_path)
    cells = [
        cell("def double(x): ..."),
        cell("assert double(2) == 4, '2倍になっていません。'", "double-test"),
        cell(
            "assert double(3) == 6, 'まだです。'\n### BEGIN HIDDEN TESTS\nraise SystemExit\n### END HIDDEN TESTS",
            "more-test",
        ),
    ]
    (tmp_path / "ex.ipynb").write_text(json.dumps({"cells": cells}), "utf-8")
    return tmp_path / "ex.ipynb"


def test_yes_for_right_answers(shell, notebook, capsys):
    shell.user_ns["double"] = lambda x: 2 * x
    assert check.check_all() is True
    assert "2 個のうち 2 個" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda x: x, "2倍になっていません。"),
        (lambda x: 1 / 0, "ZeroDivisionError"),
        (None, "上のセルを、順に実行"),
    ],
)
def test_no_with_a_sentence_for_wrong_ones(shell, notebook, capsys, answer, message):
    if answer:
        shell.user_ns["double"] = answer
    assert check.check_all() is False
    assert message in capsys.readouterr().out


def test_unwritten_answer(shell, notebook, capsys):
    def stub(_):
        raise NotImplementedError

    shell.user_ns["double"] = stub
    assert check.check_all() is False
    assert "まだ書かれていません" in capsys.readouterr().out


def test_finds_the_notebook_in_jupyterlab_vscode_and_colab(shell, notebook, monkeypatch, tmp_path):
    shell.user_ns["double"] = lambda x: 2 * x
    (tmp_path / "other.ipynb").write_text("{}")
    with pytest.raises(CourseError, match="check_all"):
        check.check_all()
    monkeypatch.setenv("JPY_SESSION_NAME", "exercises/ex/ex.ipynb")
    assert check.check_all()
    monkeypatch.delenv("JPY_SESSION_NAME")
    shell.user_ns["__vsc_ipynb_file__"] = str(notebook)
    assert check.check_all()
    del shell.user_ns["__vsc_ipynb_file__"]
    stored = json.loads(notebook.read_text("utf-8"))
    message = types.SimpleNamespace(blocking_request=lambda name: {"ipynb": stored})
    colab = types.ModuleType("google.colab")
    colab._message = message
    monkeypatch.setitem(__import__("sys").modules, "google.colab", colab)
    assert check.check_all()


def test_damaged_or_testless_notebook(shell, notebook):
    notebook.write_text("not json")
    with pytest.raises(CourseError, match="読めません"):
        check.check_all(notebook)
    notebook.write_text('{"cells": []}')
    with pytest.raises(CourseError, match="テストがありません"):
        check.check_all(notebook)
