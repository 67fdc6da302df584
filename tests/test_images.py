"""Lesson 03's digits, prompts, drawing model and measured rows, against references of their own."""

import itertools
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from llmlab import data, images

ROOT = Path(__file__).resolve().parent.parent
MEASURED = ROOT / "data" / "measured" / "03_digits.json"


pytestmark = pytest.mark.usefixtures("build_path")


@pytest.fixture(scope="module")
def measured():
    return json.loads(MEASURED.read_text(encoding="utf-8"))


# ---------------------------------------------------------------- digits and judge


def test_the_groups_share_the_digits_out_and_nothing_twice():
    from sklearn.datasets import load_digits

    source, labels = load_digits(return_X_y=True)
    known = {
        tuple(row): label for row, label in zip(source.astype(int).tolist(), labels.tolist(), strict=True)
    }
    assert len(known) == len(source)  # no doubles in the source
    seen = Counter()
    for group, count in images.GROUPS.items():
        pictures, found = images.digits(group)
        assert pictures.shape == (count, 8, 8) and found.shape == (count,)
        assert max(abs(share - count / 10) for share in np.bincount(found)) < 6
        for picture, label in zip(pictures, found, strict=True):
            pixels = tuple(np.rint((picture.ravel() + 1) * 8).astype(int).tolist())
            assert known[pixels] == label
            seen[pixels] += 1
    assert set(seen.values()) == {1} and len(seen) == len(known)


def test_a_canvas_keeps_every_pixel():
    pictures, _ = images.digits("test")
    one, two = images.canvas(pictures), images.canvas(pictures, pictures[::-1])
    assert one.shape == two.shape == (len(pictures), 8, 16)
    assert np.array_equal(one[:, :, 4:12], pictures)
    assert (one[:, :, :4] == -1).all() and (one[:, :, 12:] == -1).all()
    assert np.array_equal(two[:, :, :8], pictures) and np.array_equal(two[:, :, 8:], pictures[::-1])


def test_the_judge_reads_real_digits_that_it_has_not_seen():
    pictures, labels = images.digits("test")
    judge = images.judge()
    hits = [
        reading == (label,)
        for reading, label in zip(judge.read(images.canvas(pictures)), labels, strict=True)
    ]
    assert np.mean(hits) > 0.97
    other = np.roll(np.arange(len(labels)), 41)
    readings = judge.read(images.canvas(pictures, pictures[other]))
    assert (
        np.mean(
            [r == pair for r, pair in zip(readings, zip(labels, labels[other], strict=True), strict=True)]
        )
        > 0.95
    )
    # Noise is nothing in particular: no digit is read most of the time.
    noise = np.clip(np.random.default_rng(0).normal(size=(300, 8, 16)), -1, 1)
    assert np.mean([reading == (7,) for reading in judge.read(noise)]) < 0.5


# ---------------------------------------------------------------- prompts


def test_article_before_a_vowel():
    assert images.spell("a {a} left of a {b}", a="eight", b="three") == "an eight left of a three"
    assert images.spell("A {a}", a="8") == "An 8" and images.spell("a {a}", a="VII") == "a VII"
    assert images.spell("a small {a}", a="eight") == "a small eight"


def test_the_splits_of_the_prompts_share_no_text_but_the_known_ones():
    train, dev, test = (images.prompts(split) for split in ("train", "dev", "test"))
    texts = {prompt.text for prompt in train}
    assert len(texts) == len(train)
    for prompts in (dev, test):
        for prompt in prompts:
            assert (prompt.text in texts) == (prompt.kind in ("known", "pair")), prompt
    new = [{p.text for p in prompts if p.kind not in ("known", "pair")} for prompts in (dev, test)]
    assert not new[0] & new[1]


def test_held_out_names_never_stand_in_a_training_prompt():
    import digits

    known = set(digits.vocabulary())
    for row in data.load("images/prompts.toml")["words"]:
        names = {name.lower() for name in row["names"] if name}
        assert len(row["names"]) == 10
        if row["split"] == "train":
            assert names <= known
        else:
            # The only one that stands there means something else: "I would like …".
            assert names & known <= {"i"}, row["id"]
    facts = [row for row in data.load("images/prompts.toml")["describe"] if row["kind"] == "fact"]
    names = set(images.vocabulary("cardinal"))
    assert len(facts) == 20 and not any(set(digits.words_of(row["text"])) & names for row in facts)


def test_pairs_are_held_out_in_both_orders_and_every_bag_of_words_is_asked_twice():
    import digits

    pairs = {
        split: {p.digits for p in images.prompts(split) if p.kind == kind}
        for split, kind in (("train", "pair"), ("dev", "order"), ("test", "order"))
    }
    for one, other in itertools.combinations(pairs.values(), 2):
        assert not one & other
    assert set().union(*pairs.values()) == set(itertools.permutations(range(10), 2))
    for split in ("dev", "test"):
        bags = {}
        for prompt in images.prompts(split):
            if len(prompt.digits) == 2:
                bag = tuple(sorted(digits.words_of(prompt.text)))
                bags.setdefault(bag, []).append(prompt.digits)
        # The same words ask as often for one order as for the other: without order, half is the most.
        for asked in bags.values():
            assert Counter(asked) == Counter(pair[::-1] for pair in asked)


def test_names_mean_their_digit():
    roman = images.vocabulary("roman")
    values = {"I": 1, "V": 5, "X": 10}
    for digit, name in enumerate(roman):
        steps = [values[letter] for letter in name]
        total = sum(-v if v < max(steps[i:]) else v for i, v in enumerate(steps))
        assert total == digit
    assert images.vocabulary("numeral") == list("0123456789") == images.vocabulary("numeral-ja")
    for prompt in [*images.prompts("train"), *images.prompts("test")]:
        if prompt.words == "cardinal":
            named = [images.vocabulary("cardinal")[digit] for digit in prompt.digits]
            said = [word.strip(",") for word in prompt.text.split() if word.strip(",") in named]
            assert said == (named[::-1] if prompt.said == "backward" else named), prompt


# ---------------------------------------------------------------- text vectors, noise, sampling


def test_text_vectors_are_minilms():
    import digits
    import minilm
    import torch

    texts = ["a seven left of a three", "", "seven"]
    tokenizer, body = minilm.load()
    tokens, real = digits.encode(texts, "tokens3")
    mean, _ = digits.encode(texts, "mean6")
    both, _ = digits.encode(texts, "tokens3+mean6")
    for place, text in enumerate(texts):
        with torch.inference_mode():  # alone, without padding
            layers = body(**tokenizer(text, return_tensors="pt"), output_hidden_states=True).hidden_states
        assert int(real[place].sum()) == layers[3].shape[1]
        assert torch.allclose(tokens[place][real[place]], layers[3][0], atol=1e-4)
        assert torch.allclose(mean[place, 0], layers[6][0].mean(0), atol=1e-4)
    assert torch.equal(both[:, :, :384], tokens) and torch.equal(both[:, 5, 384:], mean[:, 0])


def test_a_bag_of_words_has_no_order():
    import digits
    import torch

    told = digits.conditions(["a seven left of a three", "a three left of a seven"], "words")
    one, other = told["encoder_hidden_states"]
    real = told["encoder_attention_mask"]
    assert torch.equal(one.sum(0), other.sum(0)) and torch.equal(real[0], real[1])
    torch.manual_seed(0)
    model = digits.make(one.shape[1], one.shape[1]).eval()
    canvas = torch.randn(1, 1, 8, 16).repeat(2, 1, 1, 1)
    with torch.inference_mode():
        guess = model(canvas, 500, **told).sample
    assert torch.allclose(guess[0], guess[1], atol=1e-5)
    unknown, real = digits.encode(["a VII", "a"], "words")
    assert torch.equal(unknown[0], unknown[1])


def test_a_bag_of_words_with_a_reader_has_no_order_either():
    import digits
    import torch

    texts = ["a seven left of an eight", "an eight left of a seven"]
    told = digits.conditions(texts, "words+reader")["class_labels"]
    assert torch.allclose(told[0], told[1], atol=1e-5)
    told = digits.conditions(texts, "tokens3+mean6+reader")["class_labels"]
    assert (told[0] - told[1])[384:].abs().max() > 0.5  # MiniLM's vectors tell the orders apart


def test_a_reader_answers_from_the_real_places_alone_and_is_stored_whole(tmp_path):
    import torch

    from llmlab import text_reader

    torch.manual_seed(0)
    reader = text_reader.make(6).eval()
    reader.middle, reader.spread = torch.randn(6), torch.rand(6) + 0.5
    vectors, real = torch.randn(3, 5, 6), torch.arange(5) < torch.tensor([[5], [2], [4]])
    with torch.no_grad():
        found = reader(vectors, real)
        assert found.shape == (3, 3, 11)
        other = torch.where(real[:, :, None], vectors, 99.0)  # what stands behind the text's end is not read
        assert torch.allclose(reader(other, real), found, atol=1e-5)
        short = reader(vectors[1:2, :2], real[1:2, :2])
        assert torch.allclose(short, found[1:2], atol=1e-5)
        flipped = reader.middle + (vectors - reader.middle) * 2
        reader.spread *= 2
        assert torch.allclose(reader(flipped, real), found, atol=1e-5)  # scaled as the buffers say
        reader.spread /= 2
        text_reader.save(reader, tmp_path)
        assert torch.allclose(text_reader.load(tmp_path)(vectors, real), found, atol=0.02)


def test_noise_is_added_as_the_formula_says():
    import digits
    import torch
    from diffusers import DDPMScheduler

    scheduler = DDPMScheduler(**digits.NOISE)
    clean, noise = torch.randn(5, 1, 8, 16), torch.randn(5, 1, 8, 16)
    when = torch.tensor([0, 1, 250, 700, 999])
    # Nichol & Dhariwal (2021): the squared cosine, its steps cut at 0.999; computed here anew.
    curve = np.cos((np.arange(1001) / 1000 + 0.008) / 1.008 * np.pi / 2) ** 2
    kept = np.cumprod(1 - np.minimum(1 - curve[1:] / curve[:-1], 0.999))[when]
    kept = torch.tensor(kept, dtype=torch.float32)[:, None, None, None]
    expected = kept.sqrt() * clean + (1 - kept).sqrt() * noise
    assert torch.allclose(scheduler.add_noise(clean, noise, when), expected, atol=1e-4)


class Perfect:
    """Stands in for the UNet: knows which canvas each text asks for, and names the noise without error."""

    def __init__(self, canvases, scheduler):
        self.canvases, self.kept, self.asked = canvases, scheduler.alphas_cumprod, []

    def __call__(self, noisy, when, encoder_hidden_states, class_labels):
        from types import SimpleNamespace

        self.asked.append(len(noisy))
        clean = self.canvases[encoder_hidden_states[:, 0, 0].long()][:, None]
        kept = self.kept[int(when)]
        return SimpleNamespace(sample=(noisy - kept.sqrt() * clean) / (1 - kept).sqrt())


@pytest.mark.parametrize("guidance", [0.0, 1.0, 2.5])
def test_sampling_finds_the_canvas_that_the_guess_points_at(monkeypatch, guidance):
    import digits
    import torch
    from diffusers import DDPMScheduler

    canvases = torch.rand(3, 8, 16) - 0.5
    number = {"x": 0, "y": 1, "": 2}

    def told(texts, kind):
        numbers = torch.tensor([[[float(number[text])]] for text in texts])
        return {"encoder_hidden_states": numbers, "class_labels": numbers[:, 0]}

    monkeypatch.setattr(digits, "conditions", told)
    model = Perfect(canvases, DDPMScheduler(**digits.NOISE))
    found = torch.from_numpy(digits.sample(model, "any", ["x", "y", "x"], guidance, 20, seed=0, batch=2))
    # Guidance goes from the empty prompt's guess through the prompt's and beyond; the clean canvas goes alike.
    expected = canvases[2] + guidance * (canvases[[0, 1, 0]] - canvases[2])
    assert torch.allclose(found, expected.clamp(-1, 1), atol=0.02)
    assert set(model.asked) == ({2, 1} if guidance in (0.0, 1.0) else {4, 2})


def test_distances():
    import digits
    from scipy.spatial.distance import cdist, pdist

    rng = np.random.default_rng(0)
    some, known = rng.normal(size=(7, 8, 8)), rng.normal(size=(11, 8, 8))
    flat = some.reshape(7, -1)
    assert digits.spread_of(some) == pytest.approx(pdist(flat).mean() / 8)
    assert digits.nearest(some, known) == pytest.approx(
        (cdist(flat, known.reshape(11, -1)).min(1) / 8).tolist(), abs=1e-4
    )


def test_training_batches_ask_for_one_and_for_two_alike():
    import digits
    import torch

    prompts = images.prompts("train")
    places = digits.drawn(prompts, 2000, torch.Generator().manual_seed(0))
    assert Counter(len(prompts[place].digits) for place in places) == {1: 1000, 2: 1000}
    assert len(set(places)) > 600


# ---------------------------------------------------------------- what was measured


def test_the_measured_rows_fit_their_prompts(measured):
    import digits

    asked, test = digits.test_prompts(), measured["test"]
    assert test["text"] == [prompt.text for prompt in asked]
    assert test["digits"] == ["".join(map(str, prompt.digits)) for prompt in asked]
    assert test["kind"] == [prompt.kind for prompt in asked] and min(test["n"].values()) >= 200
    chosen = measured["chosen"]["text"]
    assert [row["text"] for row in measured["rows"]] == [
        chosen,
        "words+reader",
        chosen.removesuffix("+reader"),
    ]
    for row in measured["rows"]:
        assert len(row["right"]) == len(asked)
        # What was read and whether it is right are one thing.
        assert row["right"] == "".join(
            "1" if seen == wanted else "0" for seen, wanted in zip(row["read"], test["digits"], strict=True)
        )
        assert len(row["nearest"]) == test["n"]["known"]
        assert {row["guidance"], row["steps"]} == {
            measured["chosen"]["guidance"],
            measured["chosen"]["steps"],
        }
    assert len(measured["judge"]["one"]) == images.GROUPS["test"] == len(measured["real"]["nearest"])
    settings = {(row["guidance"], row["steps"]) for row in measured["knobs"]}
    assert settings == set(itertools.product(digits.GUIDANCE, digits.DDIM_STEPS))
    for row in measured["knobs"]:
        assert len(row["right"]) == 10 * digits.PER_DIGIT and len(row["diversity"]) == 10


def test_the_choices_were_made_on_dev(measured):
    import digits

    both = [row for row in measured["read"] if "+" in row["text"]]
    best, chosen = max(both, key=lambda row: digits.score(row["fidelity"])), measured["chosen"]
    assert (f"{best['text']}+reader", best["sigma"]) == (chosen["text"], chosen["sigma"])
    points = {
        (row["steps"], row["guidance"]): np.mean(list(row["dev"].values())) for row in measured["knobs"]
    }
    close = {key for key, value in points.items() if value >= max(points.values()) - 0.01}
    assert (chosen["steps"], chosen["guidance"]) == min(close)
    assert len(measured["read"]) == 2 * len(digits.READ) - 1


def test_the_stored_model_draws_what_was_measured(measured, monkeypatch):
    import digits
    import torch
    from diffusers import UNet2DConditionModel

    from llmlab import models, text_reader

    folder = models.path("digits-diffusion", "cpu")
    about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    assert about["words"] == list(digits.vocabulary()) and about["text"] == measured["chosen"]["text"]
    model = UNet2DConditionModel.from_pretrained(folder, subfolder="unet", torch_dtype=torch.float32).eval()
    reader = text_reader.load(folder / "reader")
    monkeypatch.setattr(
        digits, "reader_of", lambda kind: reader
    )  # the stored one, instead of learning it anew
    asked = [prompt for prompt in images.prompts("train") if prompt.template == "one/train-03"] * 4
    asked += [p for p in images.prompts("train") if set(p.digits) == {7, 8} and p.kind == "pair"]
    found = digits.sample(
        model, about["text"], [prompt.text for prompt in asked], about["guidance"], about["steps"], seed=11
    )
    assert np.mean(digits.hits_of(asked, found)) > 0.8
