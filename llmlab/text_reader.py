"""A small network with learnt questions that reads, from a language model's vectors, which digits a text asks for."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import torch

NOTHING = 10  # the answer for a place where no digit stands


def make(width: int, size: int = 64, questions: int = 8) -> torch.nn.Module:
    """Return an untrained reader: learnt questions are asked of a text's vectors by attention.

    Called with vectors (texts, places, ``width``) and which places are real (texts, places) it returns the logits of
    three digits, in the middle, on the left, on the right: (texts, 3, 11), the last one for no digit. Its ``states``
    returns what was read before it is named: (texts, ``size``). The buffers ``middle`` and ``spread`` say how the
    vectors are standardised.

    Learnt questions that attend to another network's vectors are the resampler of Flamingo (Alayrac et al. 2022,
    arXiv:2204.14198), here in miniature.

    Parameters
    ----------
    width
        Entries of a text vector.
    size, questions
        Entries of an answer, and how many questions there are.
    """
    return _kind()(width, size, questions)


@cache
def _kind():
    import torch
    from torch import nn

    class Reader(nn.Module):
        def __init__(self, width, size, questions):
            super().__init__()
            self.register_buffer("middle", torch.zeros(width))
            self.register_buffer("spread", torch.ones(width))
            self.project = nn.Linear(width, size)
            self.questions = nn.Parameter(torch.randn(1, questions, size))
            self.attend = nn.ModuleList(nn.MultiheadAttention(size, 4, batch_first=True) for _ in range(2))
            self.state = nn.Sequential(nn.Flatten(), nn.Linear(questions * size, size), nn.GELU())
            self.answer = nn.Linear(size, 3 * (NOTHING + 1))

        def states(self, vectors, real):
            keys = self.project((vectors - self.middle) / self.spread)
            found = self.questions.expand(len(keys), -1, -1)
            for attend in self.attend:
                found = found + attend(found, keys, keys, key_padding_mask=~real)[0]
            return self.state(found)

        def forward(self, vectors, real):
            return self.answer(self.states(vectors, real)).view(-1, 3, NOTHING + 1)

    return Reader


def save(reader: torch.nn.Module, folder: Path) -> None:
    """Write a reader's weights in half precision to ``folder / "reader.safetensors"``."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    halves = {name: values.half().contiguous() for name, values in reader.state_dict().items()}
    save_file(halves, folder / "reader.safetensors")


def load(folder: Path) -> torch.nn.Module:
    """Return the reader that :func:`save` wrote below ``folder``, ready to read."""
    from safetensors.torch import load_file

    weights = {name: values.float() for name, values in load_file(folder / "reader.safetensors").items()}
    reader = make(len(weights["middle"]))
    reader.load_state_dict(weights)
    return reader.eval()
