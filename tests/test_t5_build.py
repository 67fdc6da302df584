"""Span corruption against the published procedure, and the English-Japanese segments: aligned, split by document."""

import collections
import gzip
import itertools
import json
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import stats
from transformers import T5Config, T5ForConditionalGeneration, T5TokenizerFast
from transformers.models.t5.modeling_t5 import T5Attention

from llmlab.errors import CourseError

ROOT = Path(__file__).resolve().parent.parent
SEGMENTS = ROOT / "data" / "corpus" / "enja"
MODEL = ROOT / "data" / "models" / "t5-enja-mini"
SPLITS = ("train", "dev", "test")


@pytest.fixture(scope="module")
def t5(build_script):
    return build_script("t5")


@pytest.fixture(scope="module")
def tasks(build_script):
    return build_script("t5_tasks")


@pytest.fixture(scope="module")
def segments(build_script):
    return build_script("segments")


@pytest.fixture(scope="module")
def rows():
    found = {}
    for split in SPLITS:
        with gzip.open(SEGMENTS / f"{split}.jsonl.gz", "rt", encoding="utf-8") as lines:
            found[split] = [json.loads(line) for line in lines]
    return found


def spans_of(mask):
    """Return the lengths of the runs of noise."""
    return [len(list(group)) for noise, group in itertools.groupby(mask.tolist()) if noise]


MARKS = list(range(12_099, 11_999, -1))


# --- span corruption


@pytest.mark.parametrize("length", [2, 3, 5, 7, 20, 64, 141, 512])
def test_the_original_comes_back_from_input_and_target(t5, length):
    rng = np.random.default_rng(length)
    for _ in range(50):
        ids = rng.integers(3, 12_000, length)
        mask = t5.noise_mask(length, rng)
        source, target = t5.corrupt(ids, mask, MARKS)
        np.testing.assert_array_equal(t5.restore(source, target, MARKS), ids)
        # Nothing stands on both sides but the sentinels and the end.
        assert len(source) + len(target) == length + 2 * len(spans_of(mask)) + 2


def test_tokens_that_look_like_nothing_else_are_neither_lost_nor_doubled(t5):
    ids = np.array([10, 11, 12, 13, 14, 15, 16])
    mask = np.array([False, True, True, False, False, True, False])
    source, target = t5.corrupt(ids, mask, MARKS)
    assert source.tolist() == [10, MARKS[0], 13, 14, MARKS[1], 16, t5.EOS]
    assert target.tolist() == [MARKS[0], 11, 12, MARKS[1], 15, t5.EOS]


def test_share_number_and_mean_length_of_the_spans(t5):
    rng = np.random.default_rng(0)
    for length in (50, 100, 141, 400):
        noise, spans = round(length * 0.15), round(round(length * 0.15) / 3)
        for _ in range(200):
            mask = t5.noise_mask(length, rng)
            runs = spans_of(mask)
            # As many runs as spans: no two noise spans are adjacent, or they would be one run.
            assert mask.sum() == noise and len(runs) == spans
            assert not mask[0] and mask[-1]
        assert abs(noise / length - 0.15) < 0.011 and abs(noise / spans - 3) < 0.35


def test_a_chunk_becomes_an_input_of_128_and_a_target_of_29(t5):
    rows = np.random.default_rng(0).integers(3, 12_000, (4, t5.CHUNK))
    source, target = t5.example(rows, "span", np.random.default_rng(0), MARKS)
    assert source.shape == (4, 128) and target.shape == (4, 29)


def test_every_division_is_equally_likely(t5):
    # 6 tokens in 3 parts: 10 divisions. A right generator fails this with a probability of 1e-9.
    rng = np.random.default_rng(0)
    counts = dict.fromkeys(
        [found for found in itertools.product(range(1, 5), repeat=3) if sum(found) == 6], 0
    )
    for _ in range(20_000):
        counts[tuple(t5.parts(6, 3, rng).tolist())] += 1
    assert len(counts) == 10
    assert stats.chisquare(list(counts.values())).pvalue > 1e-9


def test_lengths_of_spans_are_those_of_random_divisions(t5):
    # 21 noise tokens in 7 spans: a span is of length k in C(20 - k, 5) of the C(20, 6) divisions.
    from math import comb

    rng = np.random.default_rng(1)
    seen = np.zeros(16)
    for _ in range(4000):
        seen[spans_of(t5.noise_mask(141, rng))[0]] += 1  # one span a draw: the draws are independent
    expected = np.array([0.0] + [comb(20 - k, 5) / comb(20, 6) for k in range(1, 16)]) * 4000
    seen, expected = np.append(seen[1:10], seen[10:].sum()), np.append(expected[1:10], expected[10:].sum())
    assert stats.chisquare(seen, expected).pvalue > 1e-9


def test_sentinels_stand_in_order_on_both_sides(t5):
    rng = np.random.default_rng(3)
    for _ in range(50):
        ids = rng.integers(3, 12_000, 141)
        source, target = t5.corrupt(ids, t5.noise_mask(141, rng), MARKS)
        for side in (source, target):
            assert [token for token in side.tolist() if token in MARKS] == MARKS[:7]
        assert target[0] == MARKS[0] and source[-1] == target[-1] == t5.EOS


def test_sentinels_that_run_out_and_texts_that_are_too_short_are_said(t5):
    mask = t5.noise_mask(400, np.random.default_rng(0))
    with pytest.raises(CourseError, match="20 個.*5 個"):
        t5.corrupt(np.arange(3, 403), mask, MARKS[:5])
    with pytest.raises(CourseError, match="1 トークン"):
        t5.noise_mask(1, np.random.default_rng(0))


def test_prefix_language_modelling_sees_every_token_once(t5):
    rows = np.random.default_rng(0).integers(3, 12_000, (4, t5.CHUNK))
    source, target = t5.example(rows, "lm", np.random.default_rng(0), MARKS)
    np.testing.assert_array_equal(np.concatenate([source, target], axis=1), rows)


def test_the_rate_rises_stays_and_falls_to_zero(t5):
    settings = t5.Settings()
    rates = [t5.rate(step, 2000, settings) for step in range(2000)]
    assert rates[0] == pytest.approx(1 / settings.warmup) and max(rates) == 1
    assert all(rate == 1 for rate in rates[settings.warmup : 1700])
    assert rates[1850] == pytest.approx(0.5) and 0 < rates[-1] < 0.01


def test_a_run_that_goes_on_sees_the_same_batches(t5, monkeypatch):
    monkeypatch.setattr(t5, "sentinels", lambda: MARKS)
    documents = [np.random.default_rng(n).integers(3, 12_000, 500).astype(np.int32) for n in range(40)]
    settings = t5.Settings(batch=8, easy=30)
    whole = list(itertools.islice(t5.stream(documents, settings, 0), 40))
    rest = list(itertools.islice(t5.stream(documents, settings, 25), 15))
    for one, other in zip(whole[25:], rest, strict=True):
        for left, right in zip(one, other, strict=True):
            np.testing.assert_array_equal(left, right)
    assert any((a[0] != b[0]).any() for a, b in itertools.pairwise(whole))


def test_training_begins_with_spans_of_one_token(t5, monkeypatch):
    monkeypatch.setattr(t5, "sentinels", lambda: MARKS)
    documents = [np.random.default_rng(n).integers(3, 12_000, 500).astype(np.int32) for n in range(40)]
    settings = t5.Settings(batch=8, easy=3)
    shapes = [target.shape for _, target in itertools.islice(t5.stream(documents, settings, 0), 5)]
    assert shapes == [(8, 2 * 21 + 1)] * 3 + [(8, 21 + 7 + 1)] * 2


def test_an_untrained_model_reads_near_places_first(t5):
    bias = t5.position_bias(t5.READING, two_sided=True)
    bucket = T5Attention._relative_position_bucket(torch.arange(-60, 61), True, 32, 128)
    for head, (left, right) in enumerate(t5.READING):
        row = bias[bucket, head]
        assert row[60] == 0 and (row <= 0).all() and row.min() >= -8
        assert (row[:60].diff() >= 0).all() and (row[61:].diff() <= 0).all()
        assert row[59] == pytest.approx(-left) and row[61] == pytest.approx(-right)


def test_an_untrained_model_looks_at_the_same_sentinel(t5):
    torch.manual_seed(0)
    rows = np.random.default_rng(0).integers(3, 12_000, (8, t5.CHUNK))
    source, target = map(torch.from_numpy, t5.example(rows, "span", np.random.default_rng(0), MARKS))
    before = torch.cat([torch.zeros_like(target[:, :1]), target[:, :-1]], dim=1)
    asked = before >= t5.PIECES
    same = (before[:, :, None] == source[:, None]) & asked[:, :, None]

    def share(model):
        model.set_attn_implementation("eager")
        with torch.no_grad():
            found = model.eval()(input_ids=source, decoder_input_ids=before, output_attentions=True)
        each = torch.stack(found.cross_attentions).mean((0, 2))  # over layers and heads
        return float((each * same).sum(-1)[asked].mean())

    plain = T5ForConditionalGeneration(T5Config(vocab_size=t5.PIECES + t5.SENTINELS, **t5.MODEL))
    assert share(t5.new_model()) > 0.5 > 0.1 > share(plain)


# --- the tokenizer


def test_the_tokenizer_holds_both_languages_and_100_sentinels(t5):
    tokenizer = T5TokenizerFast.from_pretrained(MODEL)
    assert len(tokenizer) == t5.PIECES + t5.SENTINELS
    assert tokenizer.convert_tokens_to_ids(["<pad>", "</s>", "<unk>"]) == [t5.PAD, t5.EOS, t5.UNK]
    assert tokenizer.convert_tokens_to_ids([f"<extra_id_{n}>" for n in range(100)]) == MARKS
    for text in ("Choose the file, then press 2.6 of it.", "ファイルを開いて、「保存」を選んでください。"):
        ids = tokenizer(text)["input_ids"]
        assert ids[-1] == t5.EOS and t5.UNK not in ids
        assert tokenizer.decode(ids, skip_special_tokens=True) == text
    # Figures are single tokens.
    assert [piece.lstrip("▁") for piece in tokenizer.tokenize("2.6")][-3:] == ["2", ".", "6"]


# --- the segments


def test_no_document_is_in_two_splits(segments, rows):
    pages = {split: {row["id"].split("#")[0] for row in rows[split]} for split in SPLITS}
    for one, other in itertools.combinations(SPLITS, 2):
        assert not pages[one] & pages[other]
    for split in SPLITS:
        assert all(segments.split_of(page) == split for page in pages[split])


def test_the_splits_are_those_of_the_japanese_corpus(rows):
    where = {}
    for split in SPLITS:
        with gzip.open(
            ROOT / "data" / "corpus" / "ja" / f"{split}.jsonl.gz", "rt", encoding="utf-8"
        ) as lines:
            where |= {json.loads(line)["id"]: split for line in lines}
    both = 0
    for split in SPLITS:
        for page in {row["id"].split("#")[0] for row in rows[split]}:
            if page in where:
                both += 1
                assert where[page] == split, page
    assert both > 1000


def test_no_text_of_test_or_dev_is_in_training(segments, rows):
    for side in ("en", "ja"):
        texts = {split: {segments.normal(row[side]) for row in rows[split]} for split in SPLITS}
        assert not texts["test"] & texts["train"]
        assert not texts["dev"] & texts["train"]
        assert not texts["dev"] & texts["test"]


def test_segments_are_short_translated_and_licensed(rows):
    assert {split: len(found) > 1000 for split, found in rows.items()} == dict.fromkeys(SPLITS, True)
    ids = [row["id"] for found in rows.values() for row in found]
    assert len(ids) == len(set(ids))
    for row in itertools.chain.from_iterable(rows.values()):
        assert set(row) == {"id", "en", "ja", "license"} and row["license"]
        assert len(row["en"].split()) <= 40 and len(row["ja"]) <= 120
        assert re.search("[A-Za-z]{2}", row["en"]) and re.search("[ぁ-んァ-ヶ一-鿿]", row["ja"])
    assert sum(file.stat().st_size for file in SEGMENTS.iterdir() if file.is_file()) < 6_000_000


def page(segments, html, japanese=False):
    return segments.elements(f"<html><body>{html}</body></html>".encode(), japanese=japanese)


def test_elements_align_by_their_id(segments):
    english = page(
        segments, '<p id="a">Open the file.</p><p id="b">Close it.</p><p id="c">x</p><p id="c">y</p>'
    )
    japanese = page(
        segments, '<p id="b">閉じます。</p><p id="a">ファイルを開きます。</p><p id="c">z</p>', True
    )
    assert list(segments.by_id(english, japanese)) == [
        ("a", "Open the file.", "ファイルを開きます。"),
        ("b", "Close it.", "閉じます。"),
    ]


def test_a_part_that_does_not_align_is_left_out_and_said(segments):
    english = page(segments, "<h1>One</h1><p>First.</p><h2>Two</h2><p>Second.</p><p>Third.</p>")
    japanese = page(segments, "<h1>一</h1><p>最初。</p><h2>二</h2><p>二番目と三番目。</p>", True)
    report = []
    found = list(segments.by_structure("manual/page", english, japanese, report))
    assert ("2", "First.", "最初。") in found and not any("Second" in en for _, en, _ in found)
    assert len(report) == 1 and "manual/page" in report[0] and "'Two' 3 elements" in report[0]


def test_pages_with_other_headings_are_refused_in_one_sentence(segments):
    english = page(segments, "<h1>One</h1><p>First.</p>")
    japanese = page(segments, "<h1>一</h1><p>最初。</p><h2>二</h2><p>二番目。</p>", True)
    with pytest.raises(segments.SegmentError, match="manual/page: 2 headings in English, 3 in Japanese"):
        list(segments.by_structure("manual/page", english, japanese, []))


def test_an_element_is_cut_into_sentences_only_where_both_sides_have_as_many(segments):
    both = list(segments.segments("7", "Open it. Then close it.", "開きます。次に閉じます。"))
    assert both == [("7.1", "Open it.", "開きます。"), ("7.2", "Then close it.", "次に閉じます。")]
    one = list(segments.segments("7", "Open it. Then close it.", "開いてから閉じます。"))
    assert one == [("7", "Open it. Then close it.", "開いてから閉じます。")]


def test_training_gives_way_to_what_is_held_out(segments):
    def made(name, split, *pairs):
        pairs = [{"id": f"{name}#{n}", "en": en, "ja": ja} for n, (en, ja) in enumerate(pairs)]
        return {"id": name, "split": split, "license": "x", "pairs": pairs}

    kept, gone = segments.drop_doubles(
        [
            made(
                "a", "train", ("Open the file 1", "ファイルを開く"), ("New", "新規"), ("Save as", "保存する")
            ),
            made("b", "test", ("open the FILE 2", "開く"), ("Keep", "保存する")),
        ]
    )
    assert [row["en"] for row in kept["train"]] == ["New"]
    assert len(kept["test"]) == 2 and gone["held out"] == 2


# --- the tasks


@pytest.fixture(scope="module")
def model(tasks):
    """An untrained model whose output head is wide enough that its probabilities differ."""
    torch.manual_seed(0)
    found = tasks.t5.new_model().eval()
    for parameter in found.parameters():
        if parameter.ndim == 2:
            parameter.data *= 2
    return found


def test_the_loss_at_the_labels_alone_is_that_of_the_library(tasks, model, monkeypatch):
    monkeypatch.setattr(tasks.rows, "fast_dtype", lambda: "float32")
    batch = [([5, 9, 7, 1], [8, 1]), ([4, 1], [6, 7, 9, 1])]
    source, labels = tasks.padded([one for one, _ in batch], 0), tasks.padded([two for _, two in batch], -100)
    with torch.no_grad():
        ours = tasks.loss_of(model, batch)
        theirs = model(input_ids=source, attention_mask=(source != 0).long(), labels=labels).loss
    assert float(ours) == pytest.approx(float(theirs), rel=1e-4)


def test_the_expected_rating_is_the_sum_over_all_numbers(tasks, model):
    found = [tasks.Item("rating", text, "0.0", "", "films") for text in ("Good.", "What a dull, long film.")]
    ids = tasks.t5.tokenizer().convert_tokens_to_ids
    signs, figures = ids(["▁", "▁-"]), ids(list("0123456789"))
    for one, mean in zip(found, tasks.expected(model, found), strict=True):
        source, total = torch.tensor([tasks.encode([one])[0][0]]), 0.0
        for sign, figure in itertools.product(range(2), range(5)):
            before = torch.tensor([[0, signs[sign], figures[figure], ids(".")]])
            with torch.no_grad():
                logits = model(input_ids=source, decoder_input_ids=before).logits[0]
            chance = logits[0, signs].softmax(-1)[sign] * logits[1, figures[:5]].softmax(-1)[figure]
            tenths = logits[3, figures].softmax(-1)
            for tenth in range(10):
                total += float(chance * tenths[tenth]) * (figure + tenth / 10) * (1 - 2 * sign)
        assert mean == pytest.approx(total, abs=1e-4)


def test_ratings_are_written_and_read_as_numbers(tasks):
    written = [tasks.as_text(value) for value in (-0.05, 0.12, 2.57, -1.33, 4, -4)]
    assert written == ["0.0", "0.2", "2.6", "-1.4", "4.0", "-4.0"]
    tokenizer = tasks.t5.tokenizer()
    for step in range(-20, 21):
        text = tasks.as_text(step / 5)
        assert tasks.number(
            tokenizer.decode(tokenizer(text)["input_ids"], skip_special_tokens=True)
        ) == float(text)
        assert len(tokenizer(text)["input_ids"]) == 5
    assert tasks.number("good") is None and tasks.number("") is None and tasks.number("12.0") is None


def test_made_entailment_items_stand_with_every_label_and_share_nothing_with_the_written_ones(tasks):
    made = tasks.made_entailment(np.random.default_rng(0), 300)
    labels = collections.defaultdict(set)
    for one in made:
        labels[one.cluster].add(one.target)
    assert all(found == set(tasks.LABELS) for found in labels.values())
    assert len({one.source.split("hypothesis: ")[1] for one in made}) > 200
    written = tomllib.loads(tasks.ENTAILMENT.read_text(encoding="utf-8"))["hypothesis"]
    texts = {one["text"] for one in written} | {row["text"] for one in written for row in one["premise"]}
    used = {part for one in made for part in re.split("premise: | hypothesis: ", one.source)}
    assert not texts & used


def test_no_training_item_of_a_task_is_a_test_item(tasks):
    for task in ("translation", "headline", "rating", "sentiment"):
        clusters = {split: {one.cluster for one in tasks.items(task, split)} for split in SPLITS}
        assert not clusters["train"] & clusters["test"] and not clusters["dev"] & clusters["test"]
        sources = {split: {one.source for one in tasks.items(task, split)} for split in SPLITS}
        assert not sources["train"] & sources["test"], task


def test_batches_hold_every_example_once(tasks):
    pairs = [([n] * (1 + n % 50), [n]) for n in range(1000)]
    found = list(tasks.batches(pairs, np.random.default_rng(0)))
    assert sorted(target[0] for batch in found for _, target in batch) == list(range(1000))
    padding = sum(max(len(source) for source, _ in batch) * len(batch) for batch in found)
    assert padding < 1.2 * sum(len(source) for source, _ in pairs)  # of like length
