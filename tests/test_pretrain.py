"""The corpus, its pairs and the pre-training loop, against the library and against what must not leak."""

import collections
import gzip
import itertools
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import stats
from transformers import AutoTokenizer, BertConfig, BertForPreTraining, DataCollatorForLanguageModeling

from llmlab import corpus, models, pretrain
from llmlab.errors import CourseError

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(ROOT / "data" / "models" / "bert-ja-mini")


@pytest.fixture(scope="module")
def pages():
    return {split: corpus.documents(split) for split in corpus.SPLITS}


@pytest.fixture(scope="module")
def dev(tokenizer, pages):
    return corpus.encode(pages["dev"], tokenizer)


def tiny(vocab_size, **options):
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=vocab_size, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, **options,
    )  # fmt: skip
    return BertForPreTraining._from_config(config, attn_implementation="eager")


# ---------------------------------------------------------------- the text


def test_the_committed_text_is_large_enough_and_says_where_it_comes_from(pages):
    every = [page for split in pages.values() for page in split]
    assert sum(len(s) for page in every for s in corpus.sentences(page)) >= 2_000_000
    for page in every:
        assert page["license"] and page["id"].startswith(page["manual"] + "/")
        assert "manpages" not in page["manual"], "mixed licences: to train on, not to commit"
        assert (ROOT / "data" / "corpus" / "ja" / "copyright" / f"{page['manual']}.txt").is_file()


def test_no_page_and_no_like_paragraph_stands_in_two_splits(pages, build_script):
    """Jaccard of 5-grams counted directly, without the MinHash that made the splits."""
    ids = [page["id"] for split in pages.values() for page in split]
    assert len(ids) == len(set(ids))
    normal = build_script("corpus").normal

    def grams(text):
        text = normal(text)
        return {text[i : i + 5] for i in range(max(1, len(text) - 4))}

    def paragraphs(split):
        return ["".join(p) for page in pages[split] for s in page["sections"] for p in s["paragraphs"]]

    rng = np.random.default_rng(0)
    held = [text for split in ("test", "unseen") for text in paragraphs(split) if len(text) >= 20]
    asked = [grams(text) for text in rng.choice(held, 300, replace=False)]
    where = collections.defaultdict(list)
    for number, found in enumerate(asked):
        for gram in found:
            where[gram].append(number)
    worst = 0.0
    for text in paragraphs("train"):
        mine = grams(text)
        for number, shared in collections.Counter(n for gram in mine for n in where.get(gram, ())).items():
            worst = max(worst, shared / len(mine | asked[number]))
    # MinHash with 64 permutations misses a pair at 0.7 now and then, at 0.8 hardly ever.
    assert worst < 0.8, worst


def test_a_damaged_or_unknown_split_gets_a_sentence(tmp_path):
    (tmp_path / "dev.jsonl.gz").write_bytes(gzip.compress(b"{}\n")[:-6])
    with pytest.raises(CourseError, match=r"dev\.jsonl\.gz"):
        corpus.documents("dev", tmp_path)
    with pytest.raises(CourseError, match="train"):
        corpus.documents("valid")


# ---------------------------------------------------------------- cleaning


PAGE = """<html><head><title>x</title></head><body>
<nav><p>ここはメニューなので、文章ではありません。</p></nav>
<div class="navheader"><p>前のページと次のページへ移る場所です。</p></div>
<h2>3.1. 保存のしかた</h2>
<p>ファイルを保存するには、<b>保存</b>を
選びます。名前を付けてください。</p>
<pre>これはプログラムなので、文章ではありません。</pre>
<ul><li>上書きすると、元の内容は消えてしまいます。</li><li><p>控えを取っておくことを勧めます。</p></li></ul>
<p>Only English here, so it is left out.</p><p>短い。</p>
</body></html>"""


def test_a_page_becomes_headings_and_sentences(build_script):
    found = build_script("corpus").read_page(PAGE.encode())
    assert found == [
        {
            "heading": "保存のしかた",
            "paragraphs": [
                ["ファイルを保存するには、保存を選びます。", "名前を付けてください。"],
                ["上書きすると、元の内容は消えてしまいます。"],
                ["控えを取っておくことを勧めます。"],
            ],
        }
    ]


def document(name, split, *paragraphs):
    section = {"heading": "", "paragraphs": [[text] for text in paragraphs]}
    return {"id": name, "manual": name[0], "split": split, "commit": True, "sections": [section]}


def test_repeated_lines_and_doubles_go_and_training_text_gives_way(build_script):
    module = build_script("corpus")
    line = "この文書は自由に配布できます。"
    documents = [
        document(f"a/{n}", "train", line, f"{'いろはにほへと'[n]}の頁だけにある文です。") for n in range(4)
    ]
    assert module.drop_repeated(documents) == 4
    assert all(line not in str(d["sections"]) for d in documents)
    text = "設定を変えるには、管理者の権限で次の命令を実行してから、再起動する必要があります。"
    train, test = document("a/9", "train", text), document("a/8", "test", text.replace("再起動", "再起動を"))
    with module.ProcessPoolExecutor(1) as pool:
        assert module.drop_doubles([train, test], pool) == 1
    assert test["sections"][0]["paragraphs"] and not train["sections"][0]["paragraphs"]


def test_a_package_that_is_gone_or_changed_is_named(tmp_path, monkeypatch, build_script):
    module = build_script("corpus")
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "apt-get").write_text("#!/bin/sh\nexit 100\n")
    (tmp_path / "apt-get").chmod(0o755)
    source = {"package": "some-doc-ja", "version": "1.0", "sha256": "0" * 64}
    with pytest.raises(module.CorpusError, match="some-doc-ja.*still serves"):
        module.fetch(source, tmp_path / "packages")
    (tmp_path / "packages" / "some-doc-ja_1.1_all.deb").write_bytes(b"another")
    with pytest.raises(module.CorpusError, match=r"some-doc-ja_1\.1.*--accept"):
        module.fetch(source, tmp_path / "packages")


# ---------------------------------------------------------------- pairs and batches


def test_pairs_follow_or_come_from_where_they_say(dev):
    pairs = corpus.make_pairs(dev, 128, np.random.default_rng(1), 1 / 3, 1 / 3)
    page_of = np.searchsorted(dev.sentence[dev.document], np.arange(len(dev.ids)), side="right") - 1
    a_page, b_page = page_of[pairs.a[:, 0]], page_of[pairs.b[:, 0]]
    follows = pairs.next_sentence_label == 0
    assert (pairs.a[follows, 1] == pairs.b[follows, 0]).all()
    assert (a_page == pairs.page).all() and (a_page[follows] == b_page[follows]).all()
    assert (a_page[~follows] != b_page[~follows]).all()
    same = dev.manual[a_page] == dev.manual[b_page]
    assert same[pairs.negative == 2].all() and not same[pairs.negative == 1].any()
    assert pairs.lengths().max() <= 128
    assert all((pairs.negative == kind).mean() > 0.2 for kind in (0, 1, 2))


def test_length_does_not_tell_the_label(dev):
    """A classifier that saw lengths alone would be right half the time."""
    a, b, label = [], [], []
    for seed in range(10):
        pairs = corpus.make_pairs(dev, 128, np.random.default_rng(seed))
        a.append(pairs.a[:, 1] - pairs.a[:, 0])
        b.append(pairs.b[:, 1] - pairs.b[:, 0])
        label.append(pairs.next_sentence_label)
    a, b, label = (np.concatenate(parts) for parts in (a, b, label))
    for value in (a, b, a + b, a - b):
        area = stats.mannwhitneyu(value[label == 1], value[label == 0]).statistic
        assert abs(area / (label == 1).sum() / (label == 0).sum() - 0.5) < 0.03


def test_batches_hold_every_pair_once_as_the_tokenizer_would_write_it(tokenizer):
    pages = [
        {"manual": "m", "sections": [{"paragraphs": [["窓を閉じます。", "色を選びます。"]]}]},
        {
            "manual": "m",
            "sections": [{"paragraphs": [["文書を印刷するには、印刷を選びます。", "用紙を確かめます。"]]}],
        },
    ]
    encoded = corpus.encode(pages, tokenizer)
    pairs = corpus.make_pairs(encoded, 64, np.random.default_rng(0), 0.0, 0.0, short=0.0)
    (batch,) = corpus.batches(encoded, pairs, tokenizer, 4096, None)
    texts = [corpus.sentences(page) for page in pages]
    order = sorted(range(2), key=lambda n: pairs.lengths()[n])
    wanted = tokenizer(
        [texts[n][0] for n in order], [texts[n][1] for n in order], padding=True, return_tensors="np",
        return_token_type_ids=True,
    )  # fmt: skip
    for name in ("input_ids", "token_type_ids", "attention_mask"):
        assert (batch[name] == wanted[name]).all(), name


def test_batches_keep_to_their_tokens_and_lose_nothing(dev, tokenizer):
    pairs = corpus.make_pairs(dev, 128, np.random.default_rng(1))
    found = list(corpus.batches(dev, pairs, tokenizer, 2048, np.random.default_rng(2)))
    assert max(batch["input_ids"].size for batch in found) <= 2048
    assert sum(batch["attention_mask"].sum() for batch in found) == pairs.lengths().sum()
    padding = 1 - pairs.lengths().sum() / sum(batch["input_ids"].size for batch in found)
    assert padding < 0.1, "pairs of like length belong together"
    sorted_together = corpus.batches(dev, pairs, tokenizer, 2048, np.random.default_rng(2), bucket=200)
    places = sum(batch["input_ids"].size for batch in sorted_together)
    assert 1 - pairs.lengths().sum() / places < 0.03


# ---------------------------------------------------------------- masks and losses


def test_masks_are_the_collators_in_distribution(dev, tokenizer):
    pairs = corpus.make_pairs(dev, 128, np.random.default_rng(1))
    batch = corpus.collate(dev, pairs, np.arange(400), tokenizer)
    ids, attention = batch["input_ids"], batch["attention_mask"]

    def shares(hidden, labels):
        chosen = labels != -100
        special = np.isin(ids, tokenizer.all_special_ids)
        assert not (chosen & special).any() and (labels[chosen] == ids[chosen]).all()
        assert (hidden[~chosen] == ids[~chosen]).all()
        masked = (hidden == tokenizer.mask_token_id) & chosen
        kept = (hidden == ids) & chosen
        return np.array(
            [(~chosen & ~special).sum(), masked.sum(), kept.sum(), (chosen & ~masked & ~kept).sum()]
        )

    ours = shares(*pretrain.mask_tokens(ids, attention, tokenizer, 0.15, np.random.default_rng(0)))
    torch.manual_seed(0)
    collator = DataCollatorForLanguageModeling(tokenizer, mlm_probability=0.15)
    theirs = collator([{"input_ids": row} for row in ids.tolist()])
    theirs = shares(theirs["input_ids"].numpy(), theirs["labels"].numpy())
    assert stats.chi2_contingency([ours, theirs]).pvalue > 1e-4  # both draws are seeded
    assert abs(ours[1:].sum() / ours.sum() - 0.15) < 0.005


def test_the_loss_is_the_librarys(dev, tokenizer):
    model = tiny(len(tokenizer)).eval()
    batch, labels = pretrain.fixed_batches(dev, tokenizer, 64, limit=1)[0]
    ours = pretrain.loss_of(
        model, pretrain.to_tensors(batch), torch.from_numpy(labels), pretrain.Settings(tokens=1)
    )
    keys = ("input_ids", "token_type_ids", "attention_mask", "next_sentence_label")
    tensors = {key: torch.from_numpy(batch[key]) for key in keys}
    with torch.no_grad():
        theirs = model(**tensors, labels=torch.from_numpy(labels)).loss
    assert float(ours.detach()) == pytest.approx(float(theirs), rel=1e-5)


def pieces(dev, tokenizer, padded, probability):
    """Return one batch with or without padding, and its labels."""
    for batch, labels in pretrain.fixed_batches(dev, tokenizer, 64, mlm_probability=probability):
        tensors = pretrain.to_tensors(batch)
        if ("attention_mask" in tensors) == padded:
            return tensors, torch.from_numpy(labels)
        whole = batch["attention_mask"].all(1)
        if not padded and whole.any():
            return pretrain.to_tensors({k: v[whole] for k, v in batch.items()}), torch.from_numpy(
                labels[whole]
            )
    raise AssertionError("no such batch")


@pytest.mark.parametrize("activation", ["gelu_pytorch_tanh", "gelu"])
@pytest.mark.parametrize("attention", ["eager", "sdpa"])
@pytest.mark.parametrize("probability", [0.15, 0.0, 1.0])
@pytest.mark.parametrize("padded", [True, False])
def test_what_the_last_layer_leaves_out_changes_neither_loss_nor_gradient(
    dev, tokenizer, monkeypatch, padded, probability, attention, activation
):
    batch, labels = pieces(dev, tokenizer, padded, probability)
    found = {}
    for name in ("spared", "whole"):
        model = tiny(len(tokenizer), hidden_act=activation).train()
        model.set_attn_implementation(attention)
        if name == "whole":
            monkeypatch.setattr(pretrain, "spares_last_layer", lambda model: False)
        assert pretrain.spares_last_layer(model) == (name == "spared")
        loss = pretrain.loss_of(model, batch, labels, pretrain.Settings(tokens=1), nsp_weight=2.0)
        loss.backward()
        found[name] = float(loss.detach()), {key: p.grad for key, p in model.named_parameters()}
    assert found["spared"][0] == pytest.approx(found["whole"][0], rel=1e-6)
    for key, wanted in found["whole"][1].items():
        torch.testing.assert_close(found["spared"][1][key], wanted, rtol=1e-4, atol=1e-6, msg=key)
        assert wanted is None or wanted.abs().max() > 0 or "key.bias" in key or not probability, key


def test_the_last_layer_computes_the_asked_places_alone(dev, tokenizer):
    batch, labels = pieces(dev, tokenizer, True, 0.15)
    model, widths = tiny(len(tokenizer)), []
    for layer in model.bert.encoder.layer:
        layer.output.LayerNorm.register_forward_hook(
            lambda _, given, __: widths.append(given[0][..., 0].numel())
        )
    pretrain.loss_of(model, batch, labels, pretrain.Settings(tokens=1))
    asked = (labels != -100) & (torch.arange(labels.shape[1]) > 0)
    assert widths == [labels.numel(), int(asked.sum()) + len(labels)]


def test_the_librarys_own_forward_is_kept_where_more_than_the_asked_places_is_needed(dev, tokenizer):
    """Left-to-right models, other kinds of attention: the library computes every place."""
    assert pretrain.spares_last_layer(tiny(len(tokenizer)))
    decoder = tiny(len(tokenizer), is_decoder=True, use_cache=False)
    assert not pretrain.spares_last_layer(decoder)
    batch, _ = pretrain.fixed_batches(dev, tokenizer, 64, mlm_probability=0.0, limit=1)[0]
    labels = torch.from_numpy(pretrain.left_to_right(batch))
    logits, asked, _ = pretrain.forward(decoder, pretrain.to_tensors(batch), labels)
    keys = ("input_ids", "token_type_ids", "attention_mask")
    whole = decoder(**{key: torch.from_numpy(batch[key]) for key in keys}).prediction_logits
    torch.testing.assert_close(logits, whole[labels != -100], rtol=1e-4, atol=1e-5)
    assert (asked == labels[labels != -100]).all()
    other = tiny(len(tokenizer))
    other.config._attn_implementation = "flex_attention"
    assert not pretrain.spares_last_layer(other)
    assert not pretrain.spares_last_layer(tiny(len(tokenizer)).to("meta"))


def test_renamed_words_keep_which_words_both_halves_share():
    rng = np.random.default_rng(0)
    kept = np.arange(1000) < 100
    ids = rng.integers(0, 1000, (50, 60))
    renamed = pretrain.rename_words(ids, kept, rng)
    changed = renamed != ids
    assert not changed[kept[ids]].any() and not kept[renamed[~kept[ids]]].any()
    assert abs(changed[~kept[ids]].mean() - 0.5) < 0.05
    for before, after in zip(ids, renamed, strict=True):
        assert all(len(set(after[before == word])) == 1 for word in set(before))
    assert (renamed[0][ids[0] == ids[0, 0]] == renamed[0, 0]).all()


def test_some_steps_train_next_sentences_on_whole_pairs(dev, tokenizer):
    options = settings(unmasked=0.6, renamed=0.5, seed=1)
    found = list(itertools.islice(pretrain.stream(dev, tokenizer, options), 100))
    whole = [batch for batch, labels in found if (labels == -100).all()]
    assert 40 < len(whole) < 80
    assert all((batch["input_ids"] != tokenizer.mask_token_id).all() for batch in whole)
    # A run that goes on sees the same.
    again, labels = next(pretrain.stream(dev, tokenizer, options, start=37))
    assert (again["input_ids"] == found[37][0]["input_ids"]).all() and (labels == found[37][1]).all()
    # Without masks there is a loss still: next sentences alone.
    model = tiny(len(tokenizer))
    loss = pretrain.loss_of(
        model, pretrain.to_tensors(whole[0]), torch.full(whole[0]["input_ids"].shape, -100), options
    )
    assert 0.5 < float(loss.detach()) < 1.0


def test_left_to_right_sees_nothing_to_its_right(dev, tokenizer):
    model = tiny(len(tokenizer), is_decoder=True, use_cache=False).eval()
    batch, _ = pretrain.fixed_batches(dev, tokenizer, 64, mlm_probability=0.0, limit=1)[0]
    labels = pretrain.left_to_right(batch)
    keep = batch["attention_mask"][:, 1:] == 1
    assert (labels[:, :-1][keep] == batch["input_ids"][:, 1:][keep]).all()
    assert (labels[:, -1] == -100).all() and (labels[:, :-1][~keep] == -100).all()
    ids = torch.from_numpy(batch["input_ids"][:4])
    changed = ids.clone()
    changed[:, 20:] = 7
    with torch.no_grad():
        first, second = (model.bert(input_ids=i).last_hidden_state[:, :20] for i in (ids, changed))
    assert torch.equal(first, second)


# ---------------------------------------------------------------- the loop


def settings(**options):
    options = {"tokens": 30_000, "max_length": 64, "batch_tokens": 1024, "dtype": "float32"} | options
    return pretrain.Settings(**options)


@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
def test_a_run_that_was_stopped_goes_on_as_if_it_had_not(dev, tokenizer, tmp_path, optimizer):
    whole = tiny(len(tokenizer))
    pretrain.train(whole, dev, tokenizer, settings(optimizer=optimizer))
    stopped, file = tiny(len(tokenizer)), tmp_path / "run.pt"

    class Stop(Exception):
        pass

    def stop(row):
        if row["step"] >= 20:
            raise Stop

    with pytest.raises(Stop):
        pretrain.train(
            stopped,
            dev,
            tokenizer,
            settings(optimizer=optimizer),
            every=5,
            save=file,
            save_every=8,
            report=stop,
        )
    again = tiny(len(tokenizer))
    log = pretrain.train(again, dev, tokenizer, settings(optimizer=optimizer), save=file, save_every=8)
    assert log.rows[-1]["step"] > 20
    for ours, theirs in zip(again.parameters(), whole.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-6)
    with pytest.raises(CourseError, match="別の設定"):
        pretrain.train(tiny(len(tokenizer)), dev, tokenizer, settings(mlm_probability=0.3), save=file)


def test_training_learns_in_both_dtypes(dev, tokenizer):
    """Held-out loss falls well below that of the untrained model, and bfloat16 is not worse than float32."""
    measured = pretrain.fixed_batches(dev, tokenizer, 64, limit=4)
    losses = {}
    for dtype in ("float32", "bfloat16"):
        model = tiny(len(tokenizer))
        before = pretrain.figures(pretrain.answers(model, measured))["mlm_loss"]
        pretrain.train(model, dev, tokenizer, settings(tokens=100_000, dtype=dtype, learning_rate=3e-3))
        losses[dtype] = pretrain.figures(pretrain.answers(model, measured))["mlm_loss"]
        assert losses[dtype] < before - 1.5
    assert losses["bfloat16"] == pytest.approx(losses["float32"], abs=0.1)


def test_a_loss_that_is_no_number_stops_the_run_and_the_advice_works(dev, tokenizer, tmp_path):
    model, file = tiny(len(tokenizer)), tmp_path / "run.pt"

    def spoil(row):
        with torch.no_grad():
            model.cls.predictions.bias[7] = float("nan")

    with pytest.raises(CourseError, match="learning_rate"):
        pretrain.train(model, dev, tokenizer, settings(), every=5, save=file, save_every=4, report=spoil)
    again = tiny(len(tokenizer))
    log = pretrain.train(again, dev, tokenizer, settings(learning_rate=5e-4), every=5, save=file)
    assert log.rows[-1]["tokens"] >= 30_000
    assert all(parameter.isfinite().all() for parameter in again.parameters())


def test_a_checkpoint_that_does_not_fit_its_tokenizer_gets_a_sentence(dev, tokenizer):
    with pytest.raises(CourseError, match="語彙"):
        pretrain.train(tiny(100), dev, tokenizer, settings())


# ---------------------------------------------------------------- the checkpoints


def test_bert_ja_mini_is_what_it_says():
    folder = models.path("bert-ja")
    assert sum(file.stat().st_size for file in folder.iterdir()) <= 22_000_000
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert type(tokenizer).__name__ == "BertJapaneseTokenizer"
    model = BertForPreTraining.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager"
    ).eval()
    assert model.config.vocab_size == len(tokenizer)
    assert (model.config.hidden_act, model.config.layer_norm_eps) == ("gelu_pytorch_tanh", 1e-12)
    assert model.config.max_position_embeddings == 512
    assert model.num_parameters() == models.entry("bert-ja").parameters
    scored = json.loads((folder / "test.json").read_text("utf-8"))
    figures = scored["test"]
    assert figures["mlm_accuracy"]["low"] >= 0.42 > figures["unigram"]["high"]
    assert figures["nsp_other_manual"]["value"] >= 0.92 and figures["nsp_same_manual"]["value"] >= 0.75
    # The stored figures are of this checkpoint: dev again, masked words with masks, next sentences without.
    encoded = corpus.encode(corpus.documents("dev"), tokenizer)
    for probability, names in ((0.15, ["mlm_accuracy"]), (0.0, ["nsp_other_manual", "nsp_same_manual"])):
        measured = pretrain.fixed_batches(encoded, tokenizer, mlm_probability=probability)
        found = pretrain.figures(pretrain.answers(model, measured))
        for name in names:
            assert found[name] == pytest.approx(scored["dev"][name]["value"], abs=0.01), name


def test_the_log_counts_on_from_round_to_round():
    lines = (models.path("bert-ja") / "training.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    for name in ("step", "tokens", "seconds"):
        assert all(b[name] >= a[name] for a, b in itertools.pairwise(rows)), name
    scored = json.loads((models.path("bert-ja") / "test.json").read_text("utf-8"))["dev"]
    assert rows[-1]["mlm_accuracy"] == pytest.approx(scored["mlm_accuracy"]["value"], abs=0.01)
    assert rows[-1]["nsp_other_manual"] == pytest.approx(scored["masked_nsp_other_manual"]["value"], abs=0.01)


def test_the_trio_is_small_and_each_is_what_its_name_says():
    folders = {name: models.path(f"bert-ja-{name}") for name in ("nsp", "mlm", "ltr")}
    assert sum(file.stat().st_size for folder in folders.values() for file in folder.iterdir()) <= 13_000_000
    tokenizer = AutoTokenizer.from_pretrained(folders["nsp"])
    encoded = corpus.encode(corpus.documents("dev")[:40], tokenizer)
    measured = pretrain.fixed_batches(encoded, tokenizer)
    batch = {
        key: torch.from_numpy(value) for key, value in measured[0][0].items() if key.endswith(("ids", "mask"))
    }
    changed = batch | {"input_ids": batch["input_ids"].clone()}
    changed["input_ids"][:, 20:] = 100
    accuracy = {}
    for name, folder in folders.items():
        model = BertForPreTraining.from_pretrained(
            folder, dtype=torch.float32, attn_implementation="eager"
        ).eval()
        with torch.no_grad():
            before, after = (model.bert(**inputs).last_hidden_state[:, :20] for inputs in (batch, changed))
        # Only the left-to-right one sees nothing of what comes later.
        assert torch.allclose(before, after, atol=1e-5) == (name == "ltr")
        accuracy[name] = pretrain.figures(pretrain.answers(model, measured))
    # Masked words were learnt by two of them, next sentences by one.
    assert min(accuracy["nsp"]["mlm_accuracy"], accuracy["mlm"]["mlm_accuracy"]) > 0.25
    assert accuracy["ltr"]["mlm_accuracy"] < 0.1
    assert accuracy["nsp"]["nsp_other_manual"] > 0.6
