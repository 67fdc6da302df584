"""Lesson 03's emoji: pictures, prompts, judge, drawing model and measured rows, against references of their own."""

import itertools
import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch

from llmlab import data, emoji

ROOT = Path(__file__).resolve().parent.parent
MEASURED = ROOT / "data" / "measured" / "03_emoji.json"
LICENCES = {"Apache-2.0", "MIT", "CC-BY-4.0", "CC-BY-SA-4.0"}


pytestmark = pytest.mark.usefixtures("build_path")


@pytest.fixture(scope="module")
def script(build_script, build_path):
    return build_script("emoji")


@pytest.fixture(scope="module")
def measured():
    return json.loads(MEASURED.read_text(encoding="utf-8"))


# ---------------------------------------------------------------- pictures


def test_every_set_has_one_role_and_an_open_licence():
    table = emoji.table()["font"]
    assert len({row["id"] for row in table}) == len(table)
    assert {row["role"] for row in table} == {"draw", "judge", "test"}
    assert all(row["license"] in LICENCES and row["author"] and row["url"] for row in table)
    # The drawing model's weights must not inherit a share-alike licence.
    assert {row["license"] for row in table if row["role"] == "draw"} <= {"Apache-2.0", "CC-BY-4.0", "MIT"}
    readme = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    for row in table:
        line = next(line for line in readme.splitlines() if f"`images/emoji/{row['id']}.png`" in line)
        assert row["license"].replace("-", " ").split()[0] in line.replace("-", " "), row["id"]


def test_the_sheets_hold_every_picture_that_is_drawn_and_none_twice():
    from PIL import Image

    seen = Counter()
    for row in emoji.table()["font"]:
        sheet = emoji.sheet(row["id"])
        assert sheet.shape == (len(emoji.names()), 3, 32, 32) and sheet.min() >= -1 and sheet.max() <= 1
        with Image.open(data.find(f"images/emoji/{row['id']}.png")) as opened:
            tile = np.asarray(opened.convert("RGB"))[32:64, 64:96]  # second line, third tile
        assert np.allclose(sheet[14].permute(1, 2, 0), tile / 127.5 - 1, atol=1e-6)
        seen.update(picture.numpy().tobytes() for picture in emoji.real(row["id"])[0])
    # The same pixels in two sets would mean that the judge knows what the drawing model learnt.
    assert set(seen.values()) == {1}
    for font in emoji.fonts("draw"):
        there = {emoji.names()[number] for number in emoji.real(font)[1]}
        assert set(emoji.kept()) <= there


def test_pictures_come_with_their_names_and_white_ones_are_left_out():
    font = emoji.fonts("test")[0]
    pictures, numbers = emoji.real(*emoji.fonts("draw"), font)
    assert len(pictures) == len(numbers) and not (pictures == 1).flatten(1).all(1).any()
    white = int((emoji.sheet(font) == 1).flatten(1).all(1).sum())
    assert white > 0 and len(emoji.real(font)[0]) == len(emoji.names()) - white
    start = len(emoji.real(*emoji.fonts("draw"))[0])
    for place in (0, 30, len(pictures) - start - 1):
        assert torch.equal(pictures[start + place], emoji.sheet(font)[numbers[start + place]])


@pytest.mark.parametrize("font", ["noto", "twemoji"])
def test_colours_are_what_their_names_say(font):
    import colorsys

    hues = {
        "red": (0.92, 1.05),
        "yellow": (0.09, 0.18),
        "green": (0.22, 0.45),
        "blue": (0.5, 0.7),
        "purple": (0.7, 0.9),
    }
    for place, row in enumerate(emoji.table()["picture"]):
        if row.get("colour") in hues:
            middle = (emoji.sheet(font)[place, :, 14:20, 14:20].mean((1, 2)) + 1) / 2
            hue = colorsys.rgb_to_hsv(*middle.tolist())[0]
            low, high = hues[row["colour"]]
            assert low <= hue <= high or low <= hue + 1 <= high, (row["name"], hue)


def test_moved_pictures_stay_whole_and_white_comes_in(script):
    square = torch.ones(200, 3, 32, 32)
    square[:, :, 12:20, 12:16] = -1  # left of the middle: a mirrored one lies right of it
    still = script.moved(square, torch.Generator().manual_seed(0), 0.0, (1.0, 1.0))
    mirrored = [not torch.allclose(one, square[0], atol=1e-4) for one in still]
    assert 60 < sum(mirrored) < 140
    assert all(
        torch.allclose(one.flip(-1) if turned else one, square[0], atol=1e-4)
        for one, turned in zip(still, mirrored, strict=True)
    )
    found = script.moved(square, torch.Generator().manual_seed(1))
    ink = (1 - found).sum((1, 2, 3)) / (1 - square).sum((1, 2, 3))
    assert 0.7 < ink.min() < 0.85 and 1.0 < ink.max() < 1.1  # the area goes with the square of the size
    assert (found[:, :, 0] == 1).all() and found.std(0).max() > 0.3


# ---------------------------------------------------------------- prompts


def test_the_splits_of_the_prompts_share_no_text_but_the_known_ones():
    train, dev, test = (emoji.prompts(split) for split in ("train", "dev", "test"))
    texts = {prompt.text for prompt in train}
    assert len(texts) == len(train)
    for prompt in [*dev, *test]:
        assert (prompt.text in texts) == (prompt.kind in ("known", "colours")), prompt
    new = [{p.text for p in prompts if p.kind not in ("known", "colours")} for prompts in (dev, test)]
    assert not new[0] & new[1]
    assert {prompt.name for prompt in [*train, *dev, *test]} == set(emoji.kept())


def test_other_names_stand_in_no_training_prompt(script):
    known = set(script.vocabulary())
    said = Counter()
    for row in emoji.table()["picture"]:
        for name in [*row.get("dev", []), *row.get("test", [])]:
            assert not set(script.words_of(name)) & known, name
            said[name.lower()] += 1
    assert set(said.values()) == {1}
    asked = {(prompt.name, prompt.text) for prompt in emoji.prompts("test") if prompt.kind == "synonym"}
    assert len({text for _, text in asked}) == len(asked) >= 120
    rows = {row["name"]: row for row in emoji.table()["picture"]}
    for name, text in asked:
        assert any(re.search(rf"\b{re.escape(said)}\b", text) for said in rows[name]["test"])
    assert sum(len(rows[name].get("test", [])) for name in emoji.kept()) >= 40


def test_combinations_are_new_but_their_colour_and_their_shape_are_not():
    rows = {row["name"]: row for row in emoji.table()["picture"] if "shape" in row}
    learnt = [rows[name] for name in emoji.kept("train") if name in rows]
    train = {prompt.text for prompt in emoji.prompts("train")}
    for split in ("dev", "test"):
        held_out = [rows[name] for name in emoji.kept(split)]
        assert held_out
        for row in held_out:
            assert row["name"] == f"{row['colour']} {row['shape']}"
            assert not any(row["name"] in text for text in train)
            assert row["colour"] in {other["colour"] for other in learnt}
            assert sum(row["shape"] == other["shape"] for other in learnt) >= 3
    assert len(emoji.kept("test")) >= 5


def test_every_row_has_two_hundred_drawings(script):
    counts = Counter(prompt.kind for prompt in script.test_prompts())
    assert set(counts) == {"known", "template", "synonym", "colours", "combination"}
    assert min(counts.values()) >= 200
    # Each template is used about as often as any other.
    for kind in counts:
        used = Counter(prompt.template for prompt in script.test_prompts() if prompt.kind == kind)
        assert max(used.values()) <= 2 * min(used.values()), (kind, used)


# ---------------------------------------------------------------- text vectors and sampling


def test_text_vectors_are_minilms(script):
    import minilm

    texts = ["the automobile emoji", "", "a picture of the green square"]
    tokenizer, body = minilm.load()
    told = script.conditions(texts, "layer4")
    for place, text in enumerate(texts):
        with torch.inference_mode():  # alone, without padding
            layers = body(**tokenizer(text, return_tensors="pt"), output_hidden_states=True).hidden_states
        real = told["encoder_attention_mask"][place]
        assert int(real.sum()) == layers[4].shape[1]
        assert torch.allclose(told["encoder_hidden_states"][place][real], layers[4][0], atol=1e-4)
        assert torch.allclose(told["class_labels"][place], layers[4][0].mean(0), atol=1e-4)


def test_a_bag_of_words_cannot_read_what_it_has_never_seen(script):
    told = script.conditions(["the automobile emoji", "the emoji", "the car emoji"], "words")["class_labels"]
    assert torch.equal(told[0], told[1]) and not torch.equal(told[0], told[2])


class Perfect:
    """Stands in for the UNet: knows which picture each text asks for."""

    def __init__(self, pictures):
        self.pictures, self.asked = pictures, []

    def __call__(self, noisy, when, class_labels):
        from types import SimpleNamespace

        self.asked.append(len(noisy))
        return SimpleNamespace(sample=self.pictures[class_labels[:, 0].long()])


@pytest.mark.parametrize("guidance", [1.0, 2.5])
def test_sampling_finds_the_picture_that_the_guess_points_at(monkeypatch, script, guidance):
    pictures = torch.rand(3, 3, 32, 32) - 0.5
    number = {"x": 0, "y": 1, "": 2}
    monkeypatch.setattr(
        script,
        "conditions",
        lambda texts, kind: {"class_labels": torch.tensor([[float(number[t])] for t in texts])},
    )
    blocks = torch.nn.functional.pixel_unshuffle(pictures, script.BLOCK)
    model = Perfect(blocks)
    found = script.sample(model, "any", ["x", "y", "x"], guidance, 20, seed=0, batch=2)
    expected = pictures[2] + guidance * (pictures[[0, 1, 0]] - pictures[2])
    assert torch.allclose(found, expected.clamp(-1, 1), atol=0.02)
    assert set(model.asked) == ({2, 1} if guidance == 1 else {4, 2})


def test_the_nearest_picture_is_one_that_was_trained_on(script):
    learnt = script.of_names(emoji.fonts("draw"), emoji.kept("train"))
    assert len(learnt) == 2 * len(emoji.kept("train"))
    assert max(script.nearest(learnt[:5])) == 0
    # A picture of a name that was kept out is not among them.
    out = script.of_names(emoji.fonts("draw"), emoji.kept("test"))
    assert len(out) == 2 * len(emoji.kept("test")) and min(script.nearest(out)) > 0
    # One value is one root of a mean, computed here without the script's distance.
    squares = ((out[:1, None] - learnt[None]) ** 2).mean((2, 3, 4))
    assert script.nearest(out[:1])[0] == pytest.approx(float(squares.min().sqrt()), abs=1e-3)


# ---------------------------------------------------------------- judge


def test_the_judge_reads_real_pictures_that_it_has_not_seen():
    judge = emoji.judge()
    pictures, numbers = emoji.real(*emoji.fonts("draw"))
    known = np.array(emoji.names())[numbers]
    kept = np.isin(known, emoji.kept())
    hits = np.array(judge.read(pictures)) == known
    assert hits[kept].mean() >= 0.95
    assert 60 <= len(emoji.kept()) < len(emoji.names())
    # Without a picture no name is read nearly always.
    noise = torch.rand(200, 3, 32, 32, generator=torch.Generator().manual_seed(0)) * 2 - 1
    white = [*judge.read(noise), *judge.read(torch.ones(1, 3, 32, 32))]
    assert len({name for name in white if name in emoji.kept()}) < len(emoji.kept()) / 2


# ---------------------------------------------------------------- what was measured


def test_the_measured_rows_fit_their_prompts(measured, script):
    asked, test = script.test_prompts(), measured["test"]
    for key in ("text", "kind", "name", "template"):
        assert test[key] == [getattr(prompt, key) for prompt in asked]
    assert min(test["n"].values()) >= 200
    assert [row["text"] for row in measured["rows"]] == [measured["chosen"]["text"], "words"]
    for row in measured["rows"]:
        hits = [seen == name for seen, name in zip(row["read"], test["name"], strict=True)]
        assert row["right"] == "".join("1" if hit else "0" for hit in hits)
        assert set(row["read"]) <= set(emoji.names())
        assert len(row["nearest"]) == test["n"]["known"] + test["n"]["combination"]
        assert {row["guidance"], row["steps"]} == {
            measured["chosen"]["guidance"],
            measured["chosen"]["steps"],
        }


def test_names_were_kept_by_real_pictures_and_settings_chosen_on_dev(measured, script):
    judge, chosen = measured["judge"], measured["chosen"]
    surely = [min(hits) >= script.KEPT for hits in zip(*judge["moved"].values(), strict=True)]
    assert set(emoji.kept()) <= {name for name, sure in zip(emoji.names(), surely, strict=True) if sure}
    assert list(judge["moved"]) == emoji.fonts("draw") and judge["kept"] == len(emoji.kept())
    heard = [row for row in measured["read"] if row["text"] != "words"]
    best = max(heard, key=script.read_rank)
    assert (best["text"], best["sigma"]) == (chosen["text"], chosen["sigma"])
    points = {(row["steps"], row["guidance"]): script.score(row["dev"]) for row in measured["knobs"]}
    assert set(points) == set(itertools.product(script.DDIM_STEPS, script.GUIDANCE))
    close = {key for key, value in points.items() if value >= max(points.values()) - 0.01}
    assert (chosen["steps"], chosen["guidance"]) == min(close)


def test_the_stored_model_draws_what_was_measured(measured, script):
    from diffusers import UNet2DConditionModel

    from llmlab import models

    folder = models.path("emoji-diffusion", "cpu")
    about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    chosen = measured["chosen"]
    assert (f"layer{about['layer']}", about["guidance"], about["steps"]) == (
        chosen["text"],
        chosen["guidance"],
        chosen["steps"],
    )
    model = UNet2DConditionModel.from_pretrained(folder, subfolder="unet", torch_dtype=torch.float32).eval()
    asked = [prompt for prompt in emoji.prompts("test") if prompt.kind == "known"][::6]
    texts = [prompt.text for prompt in asked]
    found = script.sample(model, chosen["text"], texts, chosen["guidance"], chosen["steps"], seed=11)
    hits = [seen == prompt.name for seen, prompt in zip(emoji.judge().read(found), asked, strict=True)]
    known = [
        int(hit)
        for hit, kind in zip(measured["rows"][0]["right"], measured["test"]["kind"], strict=True)
        if kind == "known"
    ]
    assert np.mean(hits) > np.mean(known) - 0.2
