"""A small network with learnt questions that reads, from a language model's vectors, which digits a text asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from pathlib import Path

NOTHING = 10  # the answer for a place where no digit stands


class Reader(nn.Module):
    """Learnt questions, asked of a text's vectors by attention; the answers name three digits: middle, left, right.

    Learnt questions that attend to another network's vectors are the resampler of Flamingo (Alayrac et al. 2022,
    arXiv:2204.14198), here in miniature.

    Parameters
    ----------
    width
        Entries of a text vector.
    size, questions
        Entries of an answer, and how many questions there are.
    """

    def __init__(self, width: int, size: int = 64, questions: int = 8):
        super().__init__()
        self.register_buffer("middle", torch.zeros(width))
        self.register_buffer("spread", torch.ones(width))
        self.project = nn.Linear(width, size)
        self.questions = nn.Parameter(torch.randn(1, questions, size))
        self.attend = nn.ModuleList(nn.MultiheadAttention(size, 4, batch_first=True) for _ in range(2))
        self.state = nn.Sequential(nn.Flatten(), nn.Linear(questions * size, size), nn.GELU())
        self.answer = nn.Linear(size, 3 * (NOTHING + 1))

    def states(self, vectors, real):
        """Return what was read, (texts, size), from vectors (texts, places, width) and which places are real."""
        keys = self.project((vectors - self.middle) / self.spread)
        found = self.questions.expand(len(keys), -1, -1)
        for attend in self.attend:
            found = found + attend(found, keys, keys, key_padding_mask=~real)[0]
        return self.state(found)

    def forward(self, vectors, real):
        """Return the logits of the three digits, (texts, 3, 11); the last one means that no digit stands there."""
        return self.answer(self.states(vectors, real)).view(-1, 3, NOTHING + 1)

    def save(self, folder: Path) -> None:
        """Write the weights in half precision to ``folder / "reader.safetensors"``."""
        from safetensors.torch import save_file

        folder.mkdir(parents=True, exist_ok=True)
        halves = {name: values.half().contiguous() for name, values in self.state_dict().items()}
        save_file(halves, folder / "reader.safetensors")

    @classmethod
    def load(cls, folder: Path) -> Reader:
        """Return the reader that ``save`` wrote below ``folder``, ready to read."""
        from safetensors.torch import load_file

        weights = {name: values.float() for name, values in load_file(folder / "reader.safetensors").items()}
        reader = cls(len(weights["middle"]))
        reader.load_state_dict(weights)
        return reader.eval()
