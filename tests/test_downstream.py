"""The tasks, heads and rows that lesson 06's measurements stand on (data/build)."""

import json
import socket
from pathlib import Path

import numpy as np
import pytest

from llmlab import corpus

BUILD = Path(__file__).resolve().parents[1] / "data" / "build"
TOKENIZER = BUILD.parent / "models" / "bert-ja-mini"
SPLITS = ("train", "dev", "test")


pytestmark = pytest.mark.usefixtures("build_path")


@pytest.fixture(scope="module")
def tokenizer():
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(TOKENIZER)


@pytest.fixture(scope="module")
def pages():
    """Every tenth training page: enough to hold the rules, quick to read."""
    return {split: corpus.documents(split)[:: 10 if split == "train" else 1] for split in SPLITS}


@pytest.fixture(scope="module")
def tasks(tokenizer, pages):
    import downstream

    return downstream.make_tasks(tokenizer, pages=pages)


@pytest.fixture(scope="module")
def models(tmp_path_factory, tokenizer):
    """Three untrained networks: one looks both ways, one to the left, one is half precision on disk."""
    import torch
    from transformers import BertConfig, BertForPreTraining

    folder = tmp_path_factory.mktemp("models")
    for name in ("both", "left", "half"):
        torch.manual_seed(0)
        config = BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            is_decoder=name == "left",
            use_cache=False,
            # Far from zero, so that what a place sees shows.
            initializer_range=0.5,
        )
        model = BertForPreTraining._from_config(config, attn_implementation="eager")
        (model.half() if name == "half" else model).save_pretrained(folder / name)
    return folder


def text_of(item, run=0):
    return "".join(item.words[run])


def test_an_item_is_what_the_tokenizer_makes_of_the_text(tokenizer):
    import downstream

    text = "ＧＮＵ/Linux のファイルシステムを、もう一度マウントしてください。"
    words, tags = downstream.analyse(text)
    item = downstream.item("p", [words], list(range(len(tags))), tokenizer)
    assert list(item.ids) == tokenizer(text)["input_ids"]
    pieces = tokenizer.convert_ids_to_tokens(list(item.ids))
    assert len(item.starts) == len(words) == len(item.label)
    assert not any(pieces[start].startswith("##") for start in item.starts)
    heads = [pieces[start] for start in item.starts]
    assert all(head == "[UNK]" or word.startswith(head) for head, word in zip(heads, words, strict=True))
    pair = downstream.item("p", [downstream.analyse("再マウント")[0], words], 1, tokenizer)
    whole = tokenizer("再マウント", text, return_token_type_ids=True)
    assert (list(pair.ids), list(pair.types)) == (whole["input_ids"], whole["token_type_ids"])


def test_a_long_item_is_cut_for_every_method_alike(tokenizer):
    import downstream

    words, tags = downstream.analyse("設定を変更します。" * 60)
    item = downstream.item("p", [words], [0] * len(tags), tokenizer)
    assert len(item.ids) <= downstream.MAX_LENGTH
    assert item.ids[-1] == tokenizer.sep_token_id
    assert len(item.words[0]) == len(item.label) == len(item.starts) < len(words)
    pair = downstream.item("p", [words, words], 0, tokenizer)
    assert len(pair.ids) == len(pair.types) <= downstream.MAX_LENGTH
    assert pair.types.count(0) <= downstream.HEADING_LENGTH + 2


def test_items_stay_in_their_split(tasks, pages):
    for task in tasks.values():
        for split in SPLITS:
            own = {page["id"] for page in pages[split]}
            assert task.items[split]
            assert {item.page for item in task.items[split]} <= own
            assert len(task.pages(split)) == len(task.answers(split))
    texts = {
        split: {text_of(item, -1) for task in tasks.values() for item in task.items[split]}
        for split in SPLITS
    }
    assert not texts["train"] & texts["test"] and not texts["dev"] & texts["test"]


def test_the_test_sets_are_large_and_balanced(tasks):
    section, heading, tagging = (tasks[name] for name in ("section", "heading", "tagging"))
    counts = np.bincount(section.answers("test"))
    assert len(counts) == len(section.classes) and counts.min() == counts.max()
    assert len(section.answers("test")) >= 300
    assert len(heading.answers("test")) >= 300 and heading.answers("test").mean() == 0.5
    assert len(tagging.answers("test")) >= 1000


def test_section_does_not_spell_out_its_answer(tasks, pages):
    import downstream

    manual = {page["id"]: page["manual"] for split in SPLITS for page in pages[split]}
    for split in SPLITS:
        for item in tasks["section"].items[split]:
            assert not any(product in text_of(item).lower() for product in downstream.PRODUCTS)
            assert tasks["section"].classes[item.label] == manual[item.page]


def test_a_heading_alone_tells_nothing(tasks, pages):
    import downstream

    for split in SPLITS:
        manual, home = {}, {}
        for page in pages[split]:
            manual[page["id"]] = page["manual"]
            for section in page["sections"]:
                home["".join(downstream.analyse(section["heading"])[0])] = page["id"]
        balance = {}
        for item in tasks["heading"].items[split]:
            heading, paragraph = text_of(item), text_of(item, 1)
            assert heading not in paragraph or not item.label
            balance[manual[item.page]] = balance.get(manual[item.page], 0) + (1 if item.label else -1)
            if heading in home:  # not cut
                assert (home[heading] == item.page) == bool(item.label)
                assert manual[home[heading]] == manual[item.page]
        assert set(balance.values()) == {0}  # nor does the manual


def test_draws_are_nested_and_in_turns(tasks):
    for task in tasks.values():
        few, more = task.draw(12, seed=1), task.draw(60, seed=1)
        assert few == more[:12]
        assert few != task.draw(12, seed=2)
        assert len(set(map(id, more))) == 60
        assert {id(item) for item in more} <= {id(item) for item in task.items["train"]}
    labels = [item.label for item in tasks["section"].draw(12, seed=1)]
    assert sorted(labels) == sorted([*range(6)] * 2)
    with pytest.raises(ValueError):
        tasks["heading"].draw(10**6, seed=0)


@pytest.mark.parametrize(("name", "sees_right"), [("both", True), ("left", False)])
def test_the_causal_mask_stays_while_fine_tuning(models, tasks, name, sees_right):
    import downstream
    import torch

    model = downstream.pooled_bert(models / name, tasks["tagging"], "tokens").train()
    short, long = sorted(tasks["tagging"].items["test"], key=lambda item: len(item.ids))[
        :: len(tasks["tagging"].items["test"]) - 1
    ]
    batch = downstream.collate([short, long])
    before = model(**batch)["logits"]
    batch["input_ids"][:, len(short.ids) - 2] = 7
    after = model(**batch)["logits"]
    change = (before - after).abs().amax(dim=(0, 2))
    place = len(short.ids) - 2
    assert change[place] > 1e-3
    assert bool((change[:place] > 1e-3).any()) is sees_right
    assert torch.isfinite(after).all()


@pytest.mark.parametrize("pooling", ["mean", "one"])
@pytest.mark.parametrize("name", ["both", "left"])
def test_padding_changes_no_pooled_vector(models, tasks, name, pooling):
    import downstream
    import torch

    items = sorted(tasks["section"].items["test"], key=lambda item: len(item.ids))
    torch.manual_seed(0)
    model = downstream.pooled_bert(models / name, tasks["section"], pooling).eval()
    with torch.inference_mode():
        alone = downstream.logits_of(model, items[:1], False)
        padded = downstream.logits_of(model, [items[0], items[-1]], False)
    assert torch.allclose(alone[0], padded[0], atol=1e-4)
    assert not torch.allclose(padded[0], padded[1], atol=1e-3)


def test_left_to_right_is_read_where_it_has_seen_everything(models, tasks):
    import downstream
    import torch

    model = downstream.pooled_bert(models / "left", tasks["section"], "one").eval()
    batch = downstream.collate(tasks["section"].items["test"][:1])
    with torch.inference_mode():
        before = model(**batch)["logits"]
        batch["input_ids"][0, -2] = 7
        assert not torch.allclose(before, model(**batch)["logits"], atol=1e-3)


@pytest.mark.parametrize("name", ["section", "heading", "tagging"])
def test_fine_tuning_learns_what_it_is_shown(models, tasks, name):
    """Wrong word places, labels in another order or a head that is not trained would stay near chance."""
    import downstream
    import torch

    task, torch_threads = tasks[name], torch.get_num_threads()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    model = downstream.bert(models / "half", task, pretrained=True)
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
    items = task.draw(12, seed=0)
    downstream.fine_tune(model, items, name == "tagging", 3e-3, 80, seed=0)
    shown = downstream.Task(task.name, task.classes, {"train": items})
    right = downstream.predict(model, items, name == "tagging") == shown.answers("train")
    torch.set_num_threads(torch_threads)
    assert right.mean() > 0.9


def test_the_same_seed_gives_the_same_row(models, tasks, monkeypatch):
    import few_labels

    few_labels.start(tasks, models / "half")
    monkeypatch.setattr(few_labels, "LEAST", 2)
    job = {"task": "section", "labels": 12, "seed": 0, "method": "scratch", "split": "test", "setting": 1e-3}
    one, two = few_labels.row(job), few_labels.row(job)
    assert one == two
    assert len(one["right"]) == one["n"] == len(tasks["section"].answers("test"))
    assert one["accuracy"] == pytest.approx(one["right"].count("1") / one["n"], abs=1e-4)


@pytest.mark.parametrize(("name", "least"), [("section", 0.45), ("heading", 0.65), ("tagging", 0.9)])
def test_the_baselines_are_no_straw_men(tasks, name, least):
    """On dev pages, from 100 labels; chance is 0.23, 0.5 and 0.36."""
    import downstream

    task = tasks[name]
    found = downstream.baseline(task, task.draw(100, seed=0), "dev", 10)
    assert (found == task.answers("dev")).mean() > least


def test_finished_rows_are_not_done_again(tmp_path):
    import rows

    file, calls = tmp_path / "rows.jsonl", []

    def work(job):
        calls.append(job["seed"])
        return {"accuracy": job["seed"] / 10}

    jobs = [{"seed": seed, "made_from": "a"} for seed in range(4)]
    assert rows.run(jobs, work, file, minutes=0, workers=0) == []
    assert [row["accuracy"] for row in rows.run(jobs[:2], work, file, workers=0)] == [0, 0.1]
    with file.open("a") as lines:
        lines.write('{"job": {"seed": 2, "made_')  # stopped while it wrote
    found = rows.run(jobs, work, file, workers=0)
    assert calls == [0, 1, 2, 3] and [row["seed"] for row in found] == [0, 1, 2, 3]
    assert rows.run(jobs, work, file, workers=0) == found and len(calls) == 4
    # Another model: the old row no longer counts.
    rows.run([{"seed": 0, "made_from": "b"}], work, file, workers=0)
    assert calls[4:] == [0]
    rows.write(tmp_path / "out" / "x.json", {"rows": found, "machine": rows.machine()})
    content = json.loads((tmp_path / "out" / "x.json").read_text())
    assert content["rows"] == found and "made_from" not in found[0]
    assert "/" not in content["machine"] and socket.gethostname() not in content["machine"]
