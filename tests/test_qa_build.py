"""Lesson 11's question-answering checkpoint: its training on a tiny random model, its scores, what is committed."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertForQuestionAnswering, PreTrainedTokenizerFast

from llmlab import claims
from llmlab.qa_questions import questions

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "data" / "build"
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
WORDS = "who what where ann bob carl sat stood in on the a box chair lamp room red old . ?".split()


@pytest.fixture(scope="module")
def qa():
    sys.path.insert(0, str(BUILD))
    try:
        import qa
    finally:
        sys.path.remove(str(BUILD))
    return qa


@pytest.fixture(scope="module")
def tokenizer():
    vocabulary = {word: place for place, word in enumerate((*SPECIAL, *WORDS))}
    inner = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    inner.normalizer = normalizers.Lowercase()
    inner.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    inner.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    named = {f"{name}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep", "mask")}
    inputs = ["input_ids", "token_type_ids", "attention_mask"]
    return PreTrainedTokenizerFast(
        tokenizer_object=inner, model_max_length=64, model_input_names=inputs, **named
    )


@pytest.fixture(scope="module")
def body(tmp_path_factory) -> Path:
    """A tiny random body without dropout."""
    folder = tmp_path_factory.mktemp("body")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(SPECIAL) + len(WORDS), hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=64, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    BertForQuestionAnswering(config).bert.save_pretrained(folder)
    return folder


def item(context: str, question: str, answer: str | None) -> dict:
    start = None if answer is None else context.index(answer)
    return {"context": context, "question": question, "answer": answer, "start": start}


ITEMS = [
    item("Ann sat on the red chair. Bob stood in the old box.", "Who stood in the box?", "Bob"),
    item("Ann sat on the red chair. Bob stood in the old box.", "Where sat Ann?", "on the red chair"),
    item("Ann sat on the red chair. Bob stood in the old box.", "Where sat Carl?", None),
    item("Carl sat in the lamp room.", "Who sat?", "Carl"),
    item("Carl sat in the lamp room.", "Where sat Carl?", "in the lamp room"),
    item("Carl sat in the lamp room.", "What stood on the lamp?", None),
]


# ---------------------------------------------------------------- questions to tokens


def test_the_places_are_those_of_the_answer(qa, tokenizer):
    found = qa.encode(tokenizer, ITEMS)
    assert len(found) == len(ITEMS)
    for one, given in zip(found, ITEMS, strict=True):
        first, last = one["span"]
        if given["answer"] is None:
            assert (first, last) == (0, 0) and one["ids"][0] == tokenizer.cls_token_id
        else:
            assert tokenizer.decode(one["ids"][first : last + 1]) == given["answer"].lower()
            assert set(one["kinds"][first : last + 1]) == {1}


def test_an_answer_that_the_cut_takes_away_is_not_trained_on(qa, tokenizer):
    whole = len(qa.encode(tokenizer, ITEMS[:1])[0]["ids"])
    assert len(qa.encode(tokenizer, ITEMS[:1], whole)) == 1
    assert qa.encode(tokenizer, ITEMS[:1], 14) == []  # room for "Ann sat on the red"
    assert len(qa.encode(tokenizer, ITEMS[2:3], 14)) == 1  # no answer, nothing is lost


def test_no_training_question_is_lost_or_cut(qa):
    """With the encoder's own tokenizer: every committed training question fits."""
    from transformers import AutoTokenizer

    own = AutoTokenizer.from_pretrained(qa.body())
    some = qa.training_items()[::20]
    found = qa.encode(own, some)
    assert len(found) == len(some) and max(len(one["ids"]) for one in found) < qa.LENGTH
    for one, given in zip(found, some, strict=True):
        first, last = one["span"]
        if given["answer"] is not None:
            said = own.decode(one["ids"][first : last + 1])
            assert re.sub(r"\W", "", said) == re.sub(
                r"\W", "", own.decode(own(given["answer"], add_special_tokens=False)["input_ids"])
            )


def test_each_pass_takes_every_item_once(qa):
    lengths = np.random.default_rng(1).integers(5, 60, 530).tolist()
    steps = qa.batches(lengths, 2, size=16, seed=3)
    half = len(steps) // 2
    for part in (steps[:half], steps[half:]):
        assert sorted(place for step in part for place in step) == list(range(530))
    assert steps[:half] != steps[half:] and max(map(len, steps)) == 16
    assert steps == qa.batches(lengths, 2, size=16, seed=3) != qa.batches(lengths, 2, size=16, seed=4)
    spread = np.mean([np.ptp([lengths[place] for place in step]) for step in steps])
    shuffled = np.random.default_rng(0).permutation(lengths)
    assert spread < np.mean([np.ptp(shuffled[k : k + 16]) for k in range(0, 530, 16)]) / 3


def test_padding_changes_no_token_s_scores(qa, tokenizer, body):
    model = qa.fresh(body).eval()
    found = qa.encode(tokenizer, ITEMS)
    assert len({len(one["ids"]) for one in found}) > 1
    with torch.no_grad():
        batch = model(**qa.together(found, tokenizer.pad_token_id))
        alone = [model(**qa.together([one])) for one in found]
    for line, one in enumerate(alone):
        width = one.start_logits.shape[1]
        torch.testing.assert_close(batch.start_logits[line, :width], one.start_logits[0])
        torch.testing.assert_close(batch.end_logits[line, :width], one.end_logits[0])


# ---------------------------------------------------------------- training


@pytest.fixture
def in_float32(qa, monkeypatch):
    from contextlib import nullcontext

    monkeypatch.setattr(qa.downstream, "bf16", nullcontext)


def weights_of(model) -> list[torch.Tensor]:
    return [weight.detach().clone() for weight in model.parameters() if weight.requires_grad]


def test_adapter_and_head_alone_are_trained(qa, tokenizer, body, in_float32):
    model = qa.adapted(qa.fresh(body), 4)
    trained = [name for name, weight in model.named_parameters() if weight.requires_grad]
    layers = {name.split(".lora_")[0].split("layer.")[1] for name in trained if "lora_" in name}
    # Per block: query, key, value and output of the attention, both layers of the feed-forward network.
    assert len(layers) == 2 * 6
    assert sorted(name.split(".")[-1] for name in trained if "lora_" not in name) == ["bias", "weight"]
    assert all("lora_" in name or "qa_outputs.modules_to_save" in name for name in trained)
    before = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    qa.train(model, qa.encode(tokenizer, ITEMS), 1e-2, 2)
    for name, weight in model.named_parameters():
        assert torch.equal(weight, before[name]) == (name not in trained), name


def test_it_learns_and_the_stored_adapter_answers_alike(qa, tokenizer, body, tmp_path, in_float32):
    data = qa.encode(tokenizer, ITEMS)
    model = qa.adapted(qa.fresh(body), 8)
    assert qa.train(model, data, 1e-2, 150)[-1]["step"] == 150
    qa.save(model, tmp_path / "adapter")
    again = qa.tuned(body, tmp_path / "adapter")
    batch = qa.together(data)
    with torch.no_grad():
        first, second = model.base_model(**batch), again(**batch)
    assert float(second.loss) < 0.1
    torch.testing.assert_close(first.start_logits, second.start_logits, atol=5e-2, rtol=1e-2)
    assert torch.equal(first.end_logits.argmax(1), batch["end_positions"])
    asked = [
        SimpleNamespace(context=one["context"], question=one["question"], answers=(), group="") for one in ITEMS
    ]
    said = qa.said_by(again, tokenizer, asked)
    assert [one["free"] for one in said] == [one["answer"] or "" for one in ITEMS]
    for one, given in zip(said, ITEMS, strict=True):
        assert one["forced"] and one["forced"] in given["context"]
        assert (one["nothing"] > one["score"]) == (given["answer"] is None)


def test_the_stored_adapter_is_small_and_names_no_machine(qa, tokenizer, body, tmp_path):
    from safetensors.torch import load_file

    model = qa.adapted(qa.fresh(body), 4)
    kept = weights_of(model)
    qa.save(model, tmp_path / "adapter")
    assert all(weight.dtype == torch.float32 for weight in kept)
    assert all(torch.equal(one, two) for one, two in zip(kept, weights_of(model), strict=True))
    tensors = load_file(tmp_path / "adapter" / "adapter_model.safetensors")
    assert {one.dtype for one in tensors.values()} == {torch.float16}
    assert sum(one.numel() for one in tensors.values()) == sum(one.numel() for one in kept)
    text = (tmp_path / "adapter" / "adapter_config.json").read_text("utf-8")
    assert str(tmp_path) not in text and str(body) not in text
    assert json.loads(text)["base_model_name_or_path"] == "sentence-transformers/all-MiniLM-L6-v2"
    assert not (tmp_path / "adapter" / "README.md").exists()


def test_a_stopped_training_ends_with_the_same_weights(qa, tokenizer, body, tmp_path, monkeypatch, in_float32):
    """LoRA's dropout is on: the draws go on too, and a look at dev in between changes none of them."""
    data = qa.encode(tokenizer, ITEMS) * 8
    monkeypatch.setattr(qa, "KEEP_EVERY", 2)
    monkeypatch.setattr(qa, "LOOK_EVERY", 3)
    whole = qa.adapted(qa.fresh(body), 4)
    log = qa.train(whole, data, 1e-3, 3)
    assert [one["step"] for one in log] == [3, 6, 9]

    def stop(model):
        torch.rand(5)  # a look may draw
        if len(looks) == 1:
            raise KeyboardInterrupt
        looks.append(model.training)
        return {}

    looks: list[bool] = []
    with pytest.raises(KeyboardInterrupt):
        qa.train(qa.adapted(qa.fresh(body), 4), data, 1e-3, 3, tmp_path / "kept.pt", stop)
    assert looks == [False] and (tmp_path / "kept.pt").exists()
    again = qa.adapted(qa.fresh(body), 4)
    assert qa.train(again, data, 1e-3, 3, tmp_path / "kept.pt", lambda model: {}) == log
    for one, two in zip(weights_of(whole), weights_of(again), strict=True):
        assert torch.equal(one, two)


# ---------------------------------------------------------------- scores


def words_of(text: str) -> list[str]:
    """SQuAD's way to compare: lower case, no punctuation, no articles."""
    text = "".join(letter for letter in text.lower() if letter not in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
    return [word for word in text.split() if word not in {"a", "an", "the"}]


def reference(said: str, right: tuple[str, ...]) -> tuple[float, float]:
    """Exact match and F1 by hand."""
    exact, best = 0.0, 0.0
    for answer in right or ("",):
        one, two = words_of(said), words_of(answer)
        exact = max(exact, float(one == two))
        if not one or not two:
            best = max(best, float(one == two))
            continue
        shared = sum((Counter(one) & Counter(two)).values())
        best = max(best, 2 * shared / (len(one) + len(two)))
    return exact, best


def asked(*answers: tuple[str, ...], group: str = "g") -> list[SimpleNamespace]:
    return [SimpleNamespace(answers=one, group=group) for one in answers]


def test_exact_match_and_f1_are_those_of_hand(qa):
    said = ["The red Chair!", "red", "on the chair", "", "lamp", "", "a lamp in the lamp room"]
    right = [("red chair",), ("the red chair",), ("box",), (), (), ("Bob",), ("lamp room", "the lamp")]
    found = qa.measured(said, asked(*right))
    wanted = [reference(*both) for both in zip(said, right, strict=True)]
    assert found["em"] == [one for one, _ in wanted] == [1, 0, 0, 1, 0, 0, 0]
    assert found["f1"] == pytest.approx([one for _, one in wanted], abs=1e-4)


def made_row(qa, forced: list[str], free: list[str], some: list) -> dict:
    return qa.row_of([{"forced": one, "free": two} for one, two in zip(forced, free, strict=True)], some)


def test_each_way_to_count_takes_its_questions(qa):
    some = asked(("box",), ("chair",), (), ())
    found = made_row(qa, ["box", "lamp", "box", "lamp"], ["box", "", "", "lamp"], some)["mean"]
    assert {name: (one["em"], one["n"]) for name, one in found.items()} == {
        "forced answerable": (0.5, 2),
        "free all": (0.5, 4),
        "free answerable": (0.5, 2),
        "free impossible": (0.5, 2),
    }


def test_the_difference_is_paired_and_draws_whole_texts(qa):
    some = [*asked(("box",), ("chair",), group="a"), *asked(("lamp",), (), group="b"), *asked((), group="c")]
    best = made_row(qa, ["box", "chair", "lamp", "x", "x"], ["box", "chair", "lamp", "", ""], some)
    poor = made_row(qa, ["box", "x", "x", "x", "x"], ["box", "x", "x", "x", ""], some)
    gain = qa.intervals(best, some, poor)["free all"]
    assert gain["n"] == 5 and gain["texts"] == 3 and gain["em"][0] == pytest.approx(0.6)
    wanted = claims.bootstrap([0, 1, 1, 1, 0], cluster=["a", "a", "b", "b", "c"])
    assert gain["em"] == pytest.approx(wanted, abs=1e-4)
    assert qa.intervals(best, some, best)["free all"]["f1"] == [0, 0, 0]


def test_the_limit_is_the_best_one_there_is(qa, monkeypatch):
    some = asked(("box",), (), ("chair",), ())
    said = [("box", 0.9), ("x", 0.5), ("chair", 0.6), ("x", 0.7)]

    def fake(asked, limit):
        return [{"forced": text, "score": score, "free": text if score >= limit else ""} for text, score in said]

    monkeypatch.setattr(qa, "window_says", fake)

    def right(limit):
        return sum(reference(one["free"], two.answers)[1] for one, two in zip(fake(some, limit), some, strict=True))

    limit = qa.best_limit(some)
    assert right(limit) == max(right(other) for other in np.linspace(0, 1, 201)) == 3
    assert 0.5 < limit <= 0.6  # the lowest one of several


# ---------------------------------------------------------------- what is committed


@pytest.fixture(scope="module")
def measured() -> dict:
    return json.loads((ROOT / "data" / "measured" / "11_qa.json").read_text("utf-8"))


def test_the_measured_scores_follow_from_the_answers(qa, measured):
    assert {(row["way"], row["split"]) for row in measured["rows"]} == {
        (way, split) for way in qa.WAYS for split in qa.SPLITS
    }
    for row in measured["rows"]:
        some = questions(row["split"])
        assert measured["items"][row["split"]] == [one.id for one in some]
        assert measured["groups"][row["split"]] == [one.group for one in some]
        assert measured["kinds"][row["split"]] == [one.kind for one in some]
        assert measured["answerable"][row["split"]] == "".join(str(int(bool(one.answers))) for one in some)
        for view in ("forced", "free"):
            wanted = [
                reference(*both)
                for both in zip(row[view]["answers"], [one.answers for one in some], strict=True)
            ]
            assert row[view]["em"] == "".join(str(int(em)) for em, _ in wanted)
            assert row[view]["f1"] == pytest.approx([f1 for _, f1 in wanted], abs=1e-4)
            for text, one in zip(row[view]["answers"], some, strict=True):
                assert text in one.context and (text or view == "free")
        assert row["mean"] == qa.means(row, some)


def test_the_intervals_follow_from_the_rows(qa, measured):
    some = questions("test")
    test = {row["way"]: row for row in measured["rows"] if row["split"] == "test"}
    assert measured["intervals"]["tuned"] == qa.intervals(test["tuned"], some)
    assert measured["gains"]["sliding window"] == qa.intervals(test["tuned"], some, test["sliding window"])
    chosen = max(measured["tried"], key=lambda one: one["dev"]["mean"]["free all"]["f1"])
    assert measured["chosen"] == {name: chosen[name] for name in ("rank", "rate", "epochs", "seed")}


def test_the_checkpoint_is_better_than_the_sliding_window(measured):
    for count in ("free all", "forced answerable"):
        for metric in ("em", "f1"):
            assert measured["gains"]["sliding window"][count][metric][1] > 0, (count, metric)


def test_the_committed_checkpoint_answers_as_measured(qa, measured):
    from transformers import AutoTokenizer

    from llmlab import models

    some = questions("dev")
    row = next(row for row in measured["rows"] if (row["way"], row["split"]) == ("tuned", "dev"))
    model = qa.tuned(qa.body(), models.path("qa"))
    said = qa.said_by(model, AutoTokenizer.from_pretrained(qa.body()), some, nothing=False)
    for view in ("forced", "free"):
        same = [one[view] == text for one, text in zip(said, row[view]["answers"], strict=True)]
        assert sum(same) >= len(same) - 2  # another CPU may break a tie otherwise
    mean = qa.means(qa.row_of(said, some), some)
    for name, one in row["mean"].items():
        assert abs(mean[name]["f1"] - one["f1"]) <= 2 / one["n"], name
