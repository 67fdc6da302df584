"""Keras' backends: each in a process of its own, noise hidden, errors not, and the same numbers in all three."""

import os
import signal

import numpy as np
import psutil
import pytest

from llmlab import backends
from llmlab.errors import CourseError


@pytest.fixture(scope="module")
def child():
    """One child for the tests that need no Keras: it imports nothing until a function does."""
    with backends.open("jax") as one:
        yield one


def test_each_child_has_its_backend_and_computes_on_the_cpu():
    def seen():
        names = ("KERAS_BACKEND", "CUDA_VISIBLE_DEVICES", "JAX_PLATFORMS")
        return os.getpid(), [os.environ[name] for name in names]

    found = backends.each(seen)
    assert [found[name][1] for name in backends.NAMES] == [[name, "-1", "cpu"] for name in backends.NAMES]
    assert len({pid for pid, _ in found.values()} | {os.getpid()}) == len(backends.NAMES) + 1


def test_a_function_of_the_caller_is_sent_with_what_it_uses(child):
    shift = np.arange(3)

    def inner(x):
        return x + shift

    assert child.call(lambda x, factor: inner(x) * factor, 2, factor=10).tolist() == [20, 30, 40]


def test_tensorflow_is_hidden_from_the_others(child):
    def imported():
        import tensorflow

        return tensorflow.__name__

    with pytest.raises(ImportError):
        child.call(imported)


@pytest.mark.parametrize(
    ("name", "keras_hub", "hidden"),
    [("jax", "0.32.0", True), ("torch", "0.33", True), ("tensorflow", "0.32.0", False), ("jax", "0.31.1", False)],
)
def test_tensorflow_stays_where_it_is_needed(name, keras_hub, hidden):
    """KerasHub's modules import it without asking up to 0.31 (seen in its wheels 0.26 to 0.31)."""
    assert backends._hides_tensorflow(name, keras_hub) is hidden


def test_an_old_keras_hub_finds_a_berts_weights():
    found = backends._todays_names("bert.embeddings.LayerNorm.beta")
    assert found[0] == "bert.embeddings.LayerNorm.beta"
    assert {"bert.embeddings.LayerNorm.bias", "embeddings.LayerNorm.bias", "embeddings.LayerNorm.beta"} == {*found[1:]}
    assert backends._todays_names("model.norm.weight") == ["model.norm.weight"]
    today = {"hidden_size": 8, "rope_parameters": {"rope_theta": 100000.0, "rope_type": "default"}}
    assert backends._todays_config(today)["rope_theta"] == 100000.0
    former = {"rope_theta": 5.0, "rope_parameters": None}
    assert backends._todays_config(former) == former


def test_prints_are_shown_and_noise_is_not(child, capfd):
    def talk():
        import sys

        print("答えは 3")
        print("noise of Python", file=sys.stderr)
        os.write(1, b"noise of a library\n")
        os.write(2, b"noise of a library\n")
        return 3

    assert child.call(talk) == 3
    out, err = capfd.readouterr()
    assert out == "答えは 3\n"
    assert "noise" not in err


def test_steps_of_a_long_call_are_shown_as_a_bar(child, capfd):
    def work():
        for done in range(1, 4):
            backends.step(done, 3)
        return "end"

    assert child.call(work) == "end"
    assert "JAX" in capfd.readouterr().err


def test_a_step_outside_a_child_does_nothing():
    backends.step(1, 2)


def test_an_error_keeps_its_type_and_brings_the_childs_traceback(child):
    def wrong():
        return {}["missing"]

    with pytest.raises(KeyError, match="missing") as caught:
        child.call(wrong)
    assert "in wrong" in "".join(caught.value.__notes__)
    assert child.call(lambda: 1) == 1  # it goes on


def test_an_error_that_cannot_be_rebuilt_is_a_runtime_error(child):
    def wrong():
        class Strange(Exception):
            def __init__(self, one, two):
                super().__init__(f"{one} {two}")

        raise Strange("a", "b")

    with pytest.raises(RuntimeError, match="a b"):
        child.call(wrong)


def test_a_value_that_cannot_be_sent_is_an_error_not_a_hang(child):
    with pytest.raises(TypeError):
        child.call(lambda: (one for one in "abc"))
    assert child.call(lambda: 1) == 1


def test_a_course_error_comes_as_it_is(child):
    def wrong():
        raise CourseError("ファイルがありません。")

    with pytest.raises(CourseError) as caught:
        child.call(wrong)
    assert str(caught.value) == "ファイルがありません。"
    assert not getattr(caught.value, "__notes__", [])


def test_peak_memory_is_that_of_the_child(child):
    before = child.peak_gb()
    held = child.call(lambda: psutil.Process().memory_info().rss) / 1e9
    child.call(lambda: float(np.ones(125_000_000).sum()))  # 1 GB
    assert before < child.peak_gb()
    assert held + 0.9 < child.peak_gb() < held + 1.2


def test_peak_memory_is_not_that_of_who_started_the_child():
    own = np.ones(250_000_000)  # 2 GB here
    with backends.open("torch") as one:
        assert one.peak_gb() < 1 < own.nbytes / 1e9


def test_a_child_that_ends_in_the_middle_is_one_sentence_with_its_last_words():
    def die():
        import signal

        os.write(2, b"out of memory\n")
        os.kill(os.getpid(), signal.SIGKILL)

    with backends.open("torch") as one:
        with pytest.raises(CourseError, match="PyTorch の子プロセスが途中で終わりました") as caught:
            one.call(die)
        assert "out of memory" in str(caught.value)
        with pytest.raises(CourseError, match="もう閉じています"):
            one.call(die)


def test_a_closed_child_says_so_and_is_gone():
    one = backends.open("torch")
    pid = one.call(os.getpid)
    one.close()
    one.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(CourseError, match="backends.open"):
        one.call(os.getpid)


def test_an_interrupt_closes_the_child():
    """Half an answer may lie in the pipe: the next call must not take it for its own."""
    # A shell starts what runs in the background with the signal ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def slow(parent):
        import time

        os.kill(parent, signal.SIGINT)
        time.sleep(60)

    one = backends.open("torch")
    try:
        with pytest.raises(KeyboardInterrupt):
            one.call(slow, os.getpid())
    finally:
        signal.signal(signal.SIGINT, before)
    with pytest.raises(CourseError, match="もう閉じています"):
        one.call(os.getpid)


def test_an_unknown_name_and_a_missing_package_say_what_to_do(monkeypatch):
    with pytest.raises(CourseError, match="torch、tensorflow、jax"):
        backends.open("theano")
    monkeypatch.setattr(backends.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(CourseError, match="pip install jax keras-hub"):
        backends.open("jax")


def test_a_checkpoint_gives_pytorchs_numbers_under_each_backend(tmp_path):
    """A small random BERT, saved by transformers and read by KerasHub, against transformers' own forward."""
    pytest.importorskip("keras_hub")
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=50, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=20, hidden_act="gelu_pytorch_tanh", hidden_dropout_prob=0, attention_probs_dropout_prob=0,
    )  # fmt: skip
    model = BertModel(config).eval()
    model.save_pretrained(tmp_path)
    ids = np.random.default_rng(0).integers(1, 50, (3, 12)).astype("int32")
    mask = np.ones_like(ids)
    mask[0, 7:] = 0
    with torch.no_grad():
        expected = model(torch.tensor(ids, dtype=torch.long), torch.tensor(mask)).last_hidden_state.numpy()

    def forward(folder, inputs):
        import keras
        import keras_hub

        body = keras_hub.models.BertBackbone.from_preset(folder)
        return keras.backend.backend(), body.predict(inputs, verbose=0)["sequence_output"]

    inputs = {"token_ids": ids, "segment_ids": np.zeros_like(ids), "padding_mask": mask}
    for name, (backend, found) in backends.each(forward, str(tmp_path), inputs).items():
        assert backend == name
        assert np.abs(found - expected)[mask == 1].max() < 1e-4, name
