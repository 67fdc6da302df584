"""Prompts that begin alike: the beginning is read once, its keys and values stand before every prompt's own end."""

import copy
from collections.abc import Iterator


def read(model, ids: list[int]):
    """Return the keys and values of a beginning (tokens), or None for an empty one."""
    import torch

    if not ids:
        return None
    with torch.no_grad():  # no inference mode: generating adds to what it returns
        return model(torch.tensor([ids]), use_cache=True, logits_to_keep=1).past_key_values


def repeated(beginning, times: int):
    """Return a copy of a beginning for ``times`` prompts at once; generating writes into it."""
    cache = copy.deepcopy(beginning)
    if cache is not None:
        cache.batch_repeat_interleave(times)
    return cache


def alike(lengths: list[int], size: int) -> Iterator[list[int]]:
    """Yield the places of ``size`` prompts of like length at a time, shortest first."""
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    for first in range(0, len(order), size):
        yield order[first : first + size]


def padded(beginning: list[int], ends: list[list[int]], pad: int) -> dict:
    """Return ``input_ids`` and ``attention_mask`` [prompts, tokens] to generate from.

    Padding stands between the beginning and each prompt's own end, so all prompts end together.
    """
    import torch

    width = max(map(len, ends))
    gaps = [width - len(end) for end in ends]
    return {
        "input_ids": torch.tensor(
            [beginning + [pad] * gap + end for gap, end in zip(gaps, ends, strict=True)]
        ),
        "attention_mask": torch.tensor(
            [[1] * len(beginning) + [0] * gap + [1] * (width - gap) for gap in gaps]
        ),
    }
