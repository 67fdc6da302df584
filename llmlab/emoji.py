"""Small emoji pictures by their names, the prompts that ask for them, and a judge that reads what was drawn.

Every picture is 32×32 pixels in three colours on white, values from -1 to 1. The sets of drawings (``fonts``) never mix:
from some a drawing model learns (role ``draw``), from others the judge (``judge``), and on one the judge is tested.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from llmlab import data

if TYPE_CHECKING:
    from pathlib import Path

    import torch

SIZE = 32


@dataclass(frozen=True)
class Prompt:
    """A text and what it asks for.

    Attributes
    ----------
    text
        What the model is told.
    name
        The picture that it asks for, by its known name.
    kind
        What is new in it: nothing (``known``, ``colours``), the ``template``, the ``synonym``, or colour and shape
        together (``combination``).
    template
        The id of its template in ``data/images/emoji.toml``.
    """

    text: str
    name: str
    kind: str
    template: str


def table() -> dict:
    """Return ``data/images/emoji.toml``."""
    return data.load("images/emoji.toml")


def names() -> list[str]:
    """Return the names of all pictures, in the order of the sheets."""
    return [row["name"] for row in table()["picture"]]


def fonts(role: str) -> list[str]:
    """Return the ids of the sets of drawings that have a role: ``draw``, ``judge`` or ``test``."""
    return [row["id"] for row in table()["font"] if row["role"] == role]


@cache
def sheet(font: str) -> torch.Tensor:
    """Return all pictures of a set (names, 3, 32, 32), from -1 to 1; one that the set lacks is white."""
    import numpy as np
    import torch
    from PIL import Image

    with Image.open(data.find(f"images/emoji/{font}.png")) as opened:
        pixels = np.asarray(opened.convert("RGB"))
    rows, columns = pixels.shape[0] // SIZE, pixels.shape[1] // SIZE
    tiles = pixels.reshape(rows, SIZE, columns, SIZE, 3).transpose(0, 2, 4, 1, 3).reshape(-1, 3, SIZE, SIZE)
    return torch.tensor(tiles[: len(names())] / 127.5 - 1, dtype=torch.float32)


def real(*chosen: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the pictures of these sets, white ones left out, and the number of each one's name."""
    import torch

    pictures = torch.cat([sheet(font) for font in chosen])
    numbers = torch.arange(len(names())).repeat(len(chosen))
    there = (pictures < 1).flatten(1).any(1)
    return pictures[there], numbers[there]


def network(count: int, width: int = 24) -> torch.nn.Module:
    """Return an untrained convolutional network from pictures (n, 3, 32, 32) to the logits of so many names."""
    from torch import nn

    layers, before = [], 3
    for after in (width, 2 * width, 3 * width, 4 * width):
        layers += [nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
        layers += [nn.MaxPool2d(2)] if after < 4 * width else [nn.AvgPool2d(2)]
        before = after
    return nn.Sequential(*layers, nn.Flatten(), nn.Dropout(0.3), nn.Linear(4 * before, count))


class Judge:
    """Reads a picture with a network whose weights are stored in a file."""

    def __init__(self, file: str | Path):
        from safetensors.torch import load_file

        self.network = network(len(names()))
        self.network.load_state_dict(load_file(file))
        self.network.float().eval()

    def read(self, pictures) -> list[str]:
        """Return the name that each picture (n, 3, 32, 32) is read as."""
        import torch

        with torch.inference_mode():
            found = self.network(pictures).argmax(1)
        known = names()
        return [known[number] for number in found.tolist()]


@cache
def judge() -> Judge:
    """Return the judge as ``data/build/emoji.py`` trained it; it has seen the sets of role ``judge`` alone."""
    from llmlab import models

    return Judge(models.path("emoji-diffusion") / "judge.safetensors")


def kept(split: str | None = None) -> list[str]:
    """Return the names that are asked for: all, or of ``train`` (drawn in training), ``dev`` or ``test``."""
    rows = [row for row in table()["picture"] if row.get("kept", True)]
    return [row["name"] for row in rows if split in (None, row.get("split", "train"))]


def prompts(split: str) -> list[Prompt]:
    """Return the prompts of a split: ``train``, ``dev`` or ``test``."""
    rows = table()
    templates = {
        name: [row for row in rows["template"] if row["split"] == name] for name in ("train", "dev", "test")
    }
    asked = [row for row in rows["picture"] if row.get("kept", True)]
    learnt = [row for row in asked if row.get("split", "train") == "train"]
    plain = [row for row in learnt if "shape" not in row]
    coloured = [row for row in learnt if "shape" in row]

    def ask(kind, picture, chosen, said=""):
        for template in chosen:
            text = template["text"].format(a=said or picture["name"])
            yield Prompt(text, picture["name"], kind, template["id"])

    def some(place, chosen, count):
        """Return ``count`` of the templates, others for each place, so that all are used alike."""
        turned = chosen[place % len(chosen) :] + chosen[: place % len(chosen)]
        return turned[:: max(1, len(chosen) // count)][:count]

    if split == "train":
        return list(itertools.chain.from_iterable(ask("known", row, templates["train"]) for row in learnt))
    few = 1 if split == "dev" else 5
    found = []
    for place, row in enumerate(plain):
        found += ask("known", row, some(place, templates["train"], few))
    for place, row in enumerate(plain):
        found += ask("template", row, some(place, templates[split], few))
    spoken = [(row, said) for row in plain for said in row.get(split, [])]
    for place, (row, said) in enumerate(spoken):
        found += ask("synonym", row, some(place, templates["train"], 4), said)
    for place, row in enumerate(coloured):
        found += ask("colours", row, some(place, templates["train"], 4 if split == "dev" else 12))
    for row in asked:
        if row.get("split") == split:
            found += ask("combination", row, templates["train"])
    return found
