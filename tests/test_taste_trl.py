"""TRL on lesson 09's small model: its tokenizer, a quiet start, and losses equal to those that are written by hand."""

import contextlib
import importlib.util
import io
import math
import random
import re
import sys
from collections import defaultdict
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from llmlab import taste, taste_trl
from llmlab.errors import CourseError
from llmlab.grading import sync
from tests.rules import ROOT

DRAWS = 1200


def cells(path) -> dict[str, str]:
    return {cell.id: cell.source for cell in nbformat.read(ROOT / path, as_version=4).cells}


@pytest.fixture(scope="module")
def tokens():
    """SmolLM2's tokenizer with the single bytes and the tokens of one sentence."""
    whole = taste.language_tokenizer()
    return taste.Tokens(whole, taste.vocabulary(whole, ["A film review that readers find"], 300))


# ---------------------------------------------------------------- pairwise loss


def trls_loss(chosen, rejected, margin):
    """The value of TRL's own ``RewardTrainer.compute_loss`` for these rewards."""
    trainer = pytest.importorskip("trl").RewardTrainer
    stand_in = SimpleNamespace(
        model=SimpleNamespace(training=False),
        args=SimpleNamespace(center_rewards_coefficient=None),
        accelerator=SimpleNamespace(gather=lambda one: one, gather_for_metrics=lambda one: one),
        _metrics={"eval": defaultdict(list)},
        _total_train_tokens=0,
    )
    rewards = torch.cat([chosen, rejected])[:, None]
    inputs = {} if margin is None else {"margin": margin}
    return trainer.compute_loss(stand_in, lambda **_: SimpleNamespace(logits=rewards), inputs)


def drawn_pairs():
    """Rewards and margins: few and many pairs, ties, gaps from nothing to where a sigmoid is 0 or 1."""
    chance = random.Random(20261129)
    for trial in range(DRAWS):
        count, wide = chance.choice((1, 2, 3, 17, 64)), chance.choice((0.01, 0.5, 3, 40, 300))
        chosen, rejected = ([chance.uniform(-wide, wide) for _ in range(count)] for _ in range(2))
        if trial % 4 == 0:
            rejected = [one if chance.random() < 0.5 else other for one, other in zip(chosen, rejected, strict=True)]
        margin = [chance.uniform(-0.5, 2) for _ in range(count)] if trial % 3 else None
        yield chosen, rejected, margin


def value_and_slopes(loss, chosen, rejected, margin):
    leaves = [torch.tensor(one, dtype=torch.float32, requires_grad=True) for one in (chosen, rejected)]
    found = loss(*leaves, None if margin is None else torch.tensor(margin, dtype=torch.float32))
    return found.item(), [slope.numpy() for slope in torch.autograd.grad(found, leaves)]


def test_the_exercises_pairwise_loss_and_its_hidden_reference_equal_trls():
    pytest.importorskip("trl")
    solution = cells("solutions/09_instructgpt/09_instructgpt.ipynb")
    space = {"torch": torch, "np": np}
    exec(solution["pairwise-loss"], space)
    exec(solution["pairwise-loss-test"], space)
    ties = large = 0
    for chosen, rejected, margin in drawn_pairs():
        theirs, slopes = value_and_slopes(trls_loss, chosen, rejected, margin)
        ours, own = value_and_slopes(space["pairwise_loss"], chosen, rejected, margin)
        assert math.isclose(ours, theirs, rel_tol=1e-5, abs_tol=1e-6)
        for one, other in zip(own, slopes, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)
        single = [torch.tensor(one, dtype=torch.float32).tolist() for one in (chosen, rejected, margin or [0.0] * len(chosen))]
        value, slope = space["_loss_by_hand"](*single)
        assert math.isclose(value, theirs, rel_tol=1e-5, abs_tol=1e-6)
        np.testing.assert_allclose(slope, slopes[0], rtol=1e-4, atol=1e-6)
        gaps = [abs(one - other) for one, other in zip(chosen, rejected, strict=True)]
        ties, large = ties + (min(gaps) == 0), large + (max(gaps) > 120)
    assert ties > 100 and large > 100  # the hard cases were among them


def test_the_lessons_ranking_loss_equals_trls():
    pytest.importorskip("trl")
    source = cells("notebooks/09_instructgpt.ipynb")["pair-loss"].split("\n\n\n")[0]
    space = {"torch": torch}
    exec(source, space)
    for chosen, rejected, _ in drawn_pairs():
        theirs, slopes = value_and_slopes(trls_loss, chosen, rejected, None)
        ours, own = value_and_slopes(lambda a, b, _: space["ranking_loss"](a, b), chosen, rejected, None)
        assert math.isclose(ours, theirs, rel_tol=1e-5, abs_tol=1e-6)
        np.testing.assert_allclose(own, slopes, rtol=1e-4, atol=1e-6)


def test_a_loss_with_another_sign_or_scale_is_not_trls():
    """The comparison can fail."""
    pytest.importorskip("trl")
    pair = ([1.0, 2.0], [0.5, 2.5], [0.2, 0.0])
    theirs, _ = value_and_slopes(trls_loss, *pair)
    for wrong in (
        lambda a, b, m: torch.nn.functional.softplus(a - b - m).mean(),
        lambda a, b, m: torch.nn.functional.softplus(b - a - m).mean(),
        lambda a, b, m: torch.nn.functional.softplus(b - a + m).sum(),
    ):
        assert not math.isclose(value_and_slopes(wrong, *pair)[0], theirs, rel_tol=1e-3)


# ---------------------------------------------------------------- tokenizer


TEXTS = ("A film review that readers find critical: The old lighthouse keeper", "naïve — ☃ 雪, 12.50 !", "a  b\nc")


@pytest.mark.parametrize("text", TEXTS)
def test_the_tokenizer_reads_and_writes_as_tokens_does(tokens, text):
    found = taste_trl.tokenizer_of(tokens)
    ids = found(text)["input_ids"]
    assert ids == taste.ids_of(tokens, text)
    assert found.batch_decode([ids], skip_special_tokens=True) == [tokens.decode(ids)] == [text]
    assert found(text + found.eos_token)["input_ids"] == [*ids, taste.END]


def test_the_whole_vocabulary_too_and_padding_on_the_left():
    whole = taste.Tokens(taste.language_tokenizer())
    found = taste_trl.tokenizer_of(whole)
    assert len(found) == found.vocab_size == len(whole)
    assert found.bos_token_id == found.eos_token_id == found.pad_token_id == taste.END
    batch = found(["a film", "a film of one town"], padding=True)
    short, long = batch["input_ids"]
    assert long == taste.ids_of(whole, "a film of one town")
    assert short == [taste.END] * (len(long) - 3) + taste.ids_of(whole, "a film")
    assert batch["attention_mask"] == [[0] * (len(long) - 3) + [1] * 3, [1] * len(long)]


def test_datasets_knows_the_tokenizer_again(tokens):
    hasher = pytest.importorskip("datasets.fingerprint").Hasher
    once, again = (hasher.hash(taste_trl.tokenizer_of(tokens)) for _ in range(2))
    other = hasher.hash(taste_trl.tokenizer_of(taste.Tokens(tokens.tokenizer, tokens.kept[:-1])))
    assert once == again != other
    assert not hasattr(taste_trl, "AnotherTokenizer")


# ---------------------------------------------------------------- trainers


def small_model(words):
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=words, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, tie_word_embeddings=True, initializer_range=0.4, bos_token_id=0, eos_token_id=0,
    )  # fmt: skip
    return LlamaForCausalLM(config).eval()


def settings(folder):
    return {
        "output_dir": str(folder), "report_to": "none", "bf16": False, "gradient_checkpointing": False,
        "save_strategy": "no", "logging_steps": 1, "use_cpu": True,
    }  # fmt: skip


def test_sft_counts_the_answer_and_its_end_alone(tokens, tmp_path):
    trl = pytest.importorskip("trl")
    from datasets import Dataset

    taste_trl.start()
    rows = [("A film: the old", " lighthouse keeper ."), ("A review: what a", " dull film"), ("A film: no", " .")]
    trainer = trl.SFTTrainer(
        small_model(len(tokens)),
        trl.SFTConfig(**settings(tmp_path), max_steps=2, per_device_train_batch_size=3),
        train_dataset=Dataset.from_list([{"prompt": one, "completion": other} for one, other in rows]),
        processing_class=taste_trl.tokenizer_of(tokens),
    )
    batch = trainer.data_collator([trainer.train_dataset[place] for place in range(3)])
    with torch.no_grad():
        theirs = trainer.compute_loss(trainer.model, dict(batch)).item()
        costs = []
        for one, other in rows:
            known, said = taste.ids_of(tokens, one), [*tokens.encode(other), taste.END]
            logits = trainer.model(input_ids=torch.tensor([known + said])).logits[0]
            for place, token in enumerate(said):
                costs.append(-logits[len(known) + place - 1].double().log_softmax(-1)[token].item())
    assert int((batch["labels"] != -100).sum()) == len(costs)
    assert math.isclose(theirs, sum(costs) / len(costs), rel_tol=1e-5)
    taste_trl.watch(trainer, "SFT")
    shown, printed = io.StringIO(), io.StringIO()
    with contextlib.redirect_stderr(shown), contextlib.redirect_stdout(printed):
        trainer.train()
    assert "SFT" in shown.getvalue() and "2/2" in shown.getvalue()
    assert not re.search("loss|train_runtime", shown.getvalue() + printed.getvalue())  # the bar alone


def test_rloo_asks_our_reward_and_ends_answers_where_we_do(tokens, tmp_path):
    trl = pytest.importorskip("trl")
    from datasets import Dataset
    from peft import LoraConfig

    taste_trl.start()
    seen = []

    def words(completions, completion_ids, start, **_):
        seen.extend(zip(start, completions, completion_ids, strict=True))
        return [float(len(one.split())) for one in completions]

    sizes = {"max_steps": 2, "per_device_train_batch_size": 4, "num_generations": 2, "max_completion_length": 6}
    trainer = trl.RLOOTrainer(
        small_model(len(tokens)),
        words,
        trl.RLOOConfig(**settings(tmp_path), **sizes, beta=0.05),
        train_dataset=Dataset.from_list([{"prompt": f"A film: {one}", "start": one} for one in ("no", "so", "oh", "ah")]),
        processing_class=taste_trl.tokenizer_of(tokens),
        peft_config=LoraConfig(r=2, target_modules="all-linear", task_type="CAUSAL_LM"),
    )
    assert trainer.eos_token_ids == [taste.END]
    taste_trl.watch(trainer, "RLOO")
    trainer.train()
    assert len(seen) == 8 and {start for start, _, _ in seen} == {"no", "so", "oh", "ah"}
    assert all(said == tokens.decode(ids) and taste.END not in ids[:-1] for _, said, ids in seen)
    kept = [row for row in trainer.state.log_history if "reward" in row]
    assert len(kept) == 2 and kept[0]["kl"] == pytest.approx(0, abs=1e-6)


def test_the_start_turns_telemetry_off_and_says_what_is_missing(monkeypatch):
    from huggingface_hub import constants

    pytest.importorskip("trl")
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", False)
    taste_trl.start()
    assert constants.HF_HUB_DISABLE_TELEMETRY
    monkeypatch.setattr(taste_trl.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(CourseError, match=re.escape(f'pip install "{taste_trl.RANGE}"')):
        taste_trl.start()


# ---------------------------------------------------------------- Colab


def test_colab_gets_trl_with_the_lesson_that_imports_it_alone():
    for path in sync.notebooks():
        notebook = nbformat.read(path, as_version=4)
        wanted = [taste_trl.RANGE] if path.name == "09_instructgpt.ipynb" and path.parent.name == "notebooks" else []
        assert sync.lacking(notebook) == wanted, path
        setup = next(cell.source for cell in notebook.cells if cell.id == "setup")
        assert ("trl" in setup) == bool(wanted)


def test_importing_the_module_imports_no_framework():
    import subprocess

    code = "import sys; from llmlab import taste_trl; print({'torch', 'transformers', 'trl', 'datasets'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
    assert importlib.util.find_spec("llmlab.taste_trl")
