"""MiniLM's vectors of texts: the mean of the last layer's vectors over a text's tokens."""

from collections.abc import Callable

import numpy as np
import prefix


def load():
    """Return MiniLM's tokenizer and body."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    from llmlab import models

    folder = models.path("encoder", "cpu")
    body = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()
    return AutoTokenizer.from_pretrained(folder), body


def mean_vectors(body, tokenizer, texts: list[str], max_length: int):
    """Return the vectors [texts, width], with their gradients; a text is cut after ``max_length`` tokens."""
    batch = tokenizer(texts, padding=True, truncation=True, max_length=max_length, return_tensors="pt")
    weights = batch["attention_mask"].unsqueeze(2)
    return (body(**batch).last_hidden_state * weights).sum(1) / weights.sum(1)


def in_batches(texts: list[str], compute: Callable, size: int = 64) -> np.ndarray:
    """Return ``compute`` of all texts, a row each, computed without gradients in batches of like length."""
    import torch

    found: dict[int, np.ndarray] = {}
    with torch.inference_mode():
        for chosen in prefix.alike([len(text) for text in texts], size):
            found |= zip(chosen, compute([texts[i] for i in chosen]).float().numpy(), strict=True)
    return np.array([found[i] for i in range(len(texts))])


_loaded = None


def embed(texts: list[str], max_length: int = 256) -> np.ndarray:
    """Return the untouched body's vectors in float32, scaled to length 1."""
    global _loaded
    _loaded = _loaded or load()
    tokenizer, body = _loaded
    vectors = in_batches(texts, lambda some: mean_vectors(body, tokenizer, some, max_length), 32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
