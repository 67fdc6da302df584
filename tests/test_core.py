"""Figures, widgets, claims, quotations, the course's map: against independent references."""

import json
import sys
import warnings

import numpy as np
import pytest
from IPython.utils.capture import capture_output
from scipy import stats

from llmlab import claims, course, data, figures, papers, runtime, widgets
from llmlab.errors import CourseError


@pytest.fixture(scope="module", autouse=True)
def shell():
    """Displays are captured only where an IPython shell exists."""
    from IPython.core.interactiveshell import InteractiveShell

    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


def figure(title="回数"):
    from matplotlib.figure import Figure

    fig = Figure(figsize=(2, 1))
    fig.subplots().set_title(title)
    return fig


def test_figure_has_its_alt_text_and_japanese_glyphs():
    figures.use()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        markup = figures.image(figure("注意の重み"), 'a "quoted" <alt>')
    assert 'alt="a &quot;quoted&quot; &lt;alt&gt;"' in markup
    assert "data:image/png;base64," in markup
    with pytest.raises(ValueError):
        figures.image(figure(), "  ")


def test_colours_differ_for_colour_blind_readers():
    """Every pair stays apart under simulated deuteranopia (Viénot, Brettel & Mollon 1999, linear RGB)."""
    matrix = np.array([[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]])
    rgb = np.array([[int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)] for c in figures.COLORS])
    seen = np.clip((rgb**2.2) @ matrix.T, 0, 1) ** (1 / 2.2)
    distances = np.linalg.norm(seen[:, None] - seen[None], axis=-1)[np.triu_indices(len(seen), 1)]
    assert distances.min() > 0.08


def test_explore_redraws_and_keeps_a_static_figure():
    import ipywidgets

    drawn = []

    def draw(layer, head, mask):
        drawn.append((layer, head, mask))
        return figure(f"{layer}{head}{mask}")

    with capture_output() as captured:
        widgets.explore(draw, alt=lambda **v: f"層 {v['layer']}", layer=(0, 3), head=["a", "b"], mask=True)
    bundle = captured.outputs[-1].data
    assert bundle["text/plain"] == "層 0" and "<img" in bundle["text/html"]
    from ipywidgets.widgets.widget import _instances

    box = _instances[bundle["application/vnd.jupyter.widget-view+json"]["model_id"]]
    knobs, picture = box.children
    before = picture.value
    knobs.children[0].value = 2
    assert drawn[-1] == (2, "a", True) and picture.value != before and 'alt="層 2"' in picture.value
    assert [type(k) for k in knobs.children] == [
        ipywidgets.IntSlider,
        ipywidgets.Dropdown,
        ipywidgets.Checkbox,
    ]


def test_chat_keeps_the_conversation_and_survives_a_failure():
    from ipywidgets.widgets.widget import _instances

    seen = []

    def answer(messages, seed):
        seen.append((len(messages), seed))
        if messages[-1]["content"] == "fail":
            raise CourseError("やり直してください。")
        return f"<b>{len(messages)}</b>"

    with capture_output() as captured:
        widgets.chat(answer, "Hello", seed=(1, 9))
    bundle = captured.outputs[-1].data
    assert "Hello" in bundle["text/plain"] and "&lt;b&gt;1&lt;/b&gt;" in bundle["text/html"]
    knobs, page, (entry, send, again) = (
        child if not hasattr(child, "children") else child.children
        for child in _instances[bundle["application/vnd.jupyter.widget-view+json"]["model_id"]].children
    )
    knobs[0].value = 4
    entry.value = "fail"
    send.click()
    assert seen[-1] == (3, 4) and "やり直してください。" in page.value and not send.disabled
    entry.value = "again"
    send.click()
    assert seen[-1] == (3, 4) and "fail" not in page.value  # what failed is no part of the conversation
    again.click()
    send.click()
    assert seen[-1] == (1, 4) and entry.value == ""
    entry.value = "  "
    send.click()
    assert len(seen) == 4


def _in_another_thread(act):
    """Do what a click does in JupyterLab, whose widget messages come in a thread of their own."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(act).exception()


@pytest.mark.parametrize("enabled", [True, False])
def test_a_widget_keeps_the_gradient_mode_of_its_cell(enabled):
    import torch
    from ipywidgets.widgets.widget import _instances
    from matplotlib import pyplot as plt

    seen = []

    def draw(layer):
        seen.append(torch.is_grad_enabled())
        if layer == 3:
            raise ZeroDivisionError("<3>")
        return plt.figure()

    def answer(messages, **knobs):
        seen.append(torch.is_grad_enabled())
        if messages[-1]["content"] == "break":
            raise KeyError("b")
        return "ok"

    with torch.set_grad_enabled(enabled), capture_output() as captured:
        widgets.explore(draw, alt="図", layer=(0, 3))
        widgets.chat(answer, "Hello")
    explored, talk = (
        _instances[one.data["application/vnd.jupyter.widget-view+json"]["model_id"]].children
        for one in captured.outputs[-2:]
    )
    slider, picture = explored[0].children[0], explored[1]
    assert _in_another_thread(lambda: slider.set_trait("value", 2)) is None
    entry, send, _ = talk[2].children
    entry.value = "again"
    assert _in_another_thread(send.click) is None
    assert seen == [enabled] * 4 and "<img" in picture.value
    # A failure is said on the page, and goes on to the log (a button's dispatcher writes it there itself).
    assert isinstance(_in_another_thread(lambda: slider.set_trait("value", 3)), ZeroDivisionError)
    assert "ZeroDivisionError: &lt;3&gt;" in picture.value
    entry.value = "break"
    _in_another_thread(send.click)
    assert "KeyError" in talk[1].value and not send.disabled


def test_a_quiz_choice_must_explain_itself():
    question = {"question": "?", "type": "multiple_choice", "answers": [{"answer": "a", "correct": True}]}
    with pytest.raises(ValueError, match="feedback"):
        widgets.quiz([question])


@pytest.fixture
def claim_rows(tmp_path, monkeypatch):
    (tmp_path / "claims.toml").write_text(
        '[[claim]]\nid = "x"\nnotebook = "n"\ncell = "c"\nexpected = "holds"\nstatement = "文"\n', "utf-8"
    )
    monkeypatch.setenv("LLMLAB_DATA", str(tmp_path))


@pytest.mark.parametrize(
    ("lows", "verdict", "word"),
    [
        ([0.1, 0.2], "holds", "成り立つ"),
        ([0.1, -0.1], "part", "一部"),
        ([-0.1, 0.0], "refuted", "成り立たない"),
    ],
)
def test_verdict_stands_on_the_interval(claim_rows, lows, verdict, word):
    parts = [claims.Part("差", 0.5, low, 0.9, 30) for low in lows]
    with capture_output() as captured:
        assert claims.report("x", parts) == verdict
    shown = captured.outputs[-1].data
    assert f"→ {word}" in shown["text/plain"] and "n = 30" in shown["text/plain"]
    assert json.loads(json.dumps(shown[claims.MIME]))["verdict"] == verdict


def test_only_exact_parts_are_called_certain(claim_rows):
    measured = claims.Part("割合", 1.0, 1.0, 1.0, 20, above=0.5)
    with capture_output() as captured:
        claims.report("x", [claims.exact("等しい", True, 3), measured])
    assert captured.outputs[-1].data["text/plain"].count("確定的") == 1


def test_unknown_claim_is_an_error(claim_rows):
    with pytest.raises(KeyError):
        claims.report("y", [claims.exact("等しい", True, 3)])


def test_bootstrap_agrees_with_scipy():
    values = np.random.default_rng(1).normal(0.4, 1.0, 120)
    estimate, low, high = claims.bootstrap(values)
    reference = stats.bootstrap((values,), np.mean, method="percentile", n_resamples=5000, rng=2)
    assert estimate == pytest.approx(values.mean())
    assert (low, high) == pytest.approx(tuple(reference.confidence_interval), abs=0.02)


def test_clustered_bootstrap_is_wider_when_items_repeat():
    values = np.repeat(np.random.default_rng(2).normal(size=20), 10)
    _, low, high = claims.bootstrap(values)
    _, wide_low, wide_high = claims.bootstrap(values, cluster=np.repeat(np.arange(20), 10))
    assert wide_high - wide_low > 2 * (high - low)


def test_every_quoted_figure_has_its_place_in_the_paper(capsys):
    rows = data.load("papers.toml")
    for key, paper in rows.items():
        assert papers.cite(key).startswith(paper["authors"])
        for name, value in paper["values"].items():
            assert {"what", "value", "where"} <= set(value), (key, name)
            assert papers.value(key, name) == value["value"]
            papers.quote(key, name)
    assert "【引用】" in capsys.readouterr().out


def test_map_lists_thirteen_lessons_and_the_policy_is_shown():
    with capture_output() as captured:
        course.show_map()
        course.show_ai_policy()
    table, policy = (output.data["text/markdown"] for output in captured.outputs)
    assert table.count("\n") == 14 and "準備中" not in table
    assert "AI" in policy and len(policy) > 200


def test_start_prints_the_machine(capsys, monkeypatch):
    assert runtime.start("cpu").type in {"cpu", "cuda"}
    assert "CPU" in capsys.readouterr().out
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    runtime.start("gpu")
    assert "T4 GPU" in capsys.readouterr().out
    assert runtime.pick(cpu=1, gpu=2) == 1


def test_an_unsupported_transformers_is_one_sentence(monkeypatch):
    monkeypatch.setattr("transformers.__version__", "4.57.1")
    with pytest.raises(CourseError, match="pip install"):
        runtime.start()


@pytest.mark.parametrize(("version", "usable"), [("0.10.0", False), ("0.16.0", True), ("0.18.0+cu128", True)])
def test_peft_works_beside_colabs_torchao(tmp_path, monkeypatch, version, usable):
    """peft itself judges: it refuses every adapter beside the old one, and no longer once that one is hidden."""
    from peft.import_utils import is_torchao_available

    is_available = is_torchao_available.__wrapped__  # without its cache
    (tmp_path / "torchao").mkdir()
    (tmp_path / "torchao" / "__init__.py").touch()
    (tmp_path / f"torchao-{version}.dist-info").mkdir()
    about = f"Metadata-Version: 2.1\nName: torchao\nVersion: {version}\n"
    (tmp_path / f"torchao-{version}.dist-info" / "METADATA").write_text(about, encoding="utf-8")
    monkeypatch.setitem(sys.modules, "torchao", None)  # set, so that it is put back as it was
    del sys.modules["torchao"]
    monkeypatch.setitem(sys.modules, "diffusers", object())
    monkeypatch.syspath_prepend(tmp_path)
    runtime.hide_old_torchao()
    assert "torchao" not in sys.modules, "diffusers has been told that there is one"
    del sys.modules["diffusers"]
    if not usable:
        with pytest.raises(ImportError, match="incompatible"):
            is_available()
    runtime.hide_old_torchao()
    assert is_available() == usable


def test_errors_show_no_traceback(shell, capsys):
    shell.run_cell("from llmlab.errors import CourseError\nraise CourseError('これをしてください。')")
    seen = capsys.readouterr()
    assert "これをしてください。" in seen.out + seen.err and "Traceback" not in seen.out + seen.err


def test_token_bar_counts_the_new_tokens_of_a_batch():
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel

    model = GPT2LMHeadModel(
        GPT2Config(vocab_size=9, n_embd=8, n_layer=1, n_head=1, bos_token_id=0, eos_token_id=0)
    )
    prompt = torch.ones(2, 4, dtype=torch.long)
    bar = widgets.token_bar(7)
    output = model.generate(
        prompt, attention_mask=prompt, max_new_tokens=7, min_new_tokens=7, do_sample=False, streamer=bar
    )
    assert bar.steps == bar.bar.n == output.shape[1] - prompt.shape[1] == 7


def test_a_bar_whose_answer_ends_early_is_not_left_as_a_failure():
    bar = widgets.token_bar(7)
    for _ in range(4):  # the prompt and three tokens
        bar.put(None)
    bar.end()
    assert bar.bar.n == bar.bar.total == 3
