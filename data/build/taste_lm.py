"""Language models of lesson 09's taste: batches, LoRA training that goes on where it stopped, losses (taste.py)."""

import time
from pathlib import Path

import downstream
import numpy as np
import rows
import style
import torch

from llmlab import ratings, taste

RANKS, RANK = {"small": 16, "large": 8}, 8  # of the adapters for plain text, and of all others
TOKENS = 1000  # of a batch, padding included
VOCABULARY = 10_000  # tokens of the small model
MOST = 80  # tokens of a text
OTHER = ("products", "editorials")  # plain text beside the films'; their ratings are not used


def halves() -> tuple[list, list]:
    """Return the film sentences of the text blocks in two halves, by block: plain text, demonstrations."""
    found = taste.films("text")
    order = sorted({one.group for one in found})
    first = set(order[::2])
    return [one for one in found if one.group in first], [one for one in found if one.group not in first]


def plain_texts() -> list[str]:
    """Return the plain text: film sentences twice, sentences of product reviews and editorials once."""
    texts = [taste.tidy(one.text) for one in halves()[0]] * 2
    return texts + [taste.tidy(one.text) for source in OTHER for one in ratings.sentences(source, "train")]


def plain(tokenizer, texts: list[str]) -> list[tuple[list[int], int]]:
    """Return texts as (tokens, first token that is learnt)."""
    return [(row[:MOST], 1) for row in ([*taste.ids_of(tokenizer, text), taste.END] for text in texts)]


def vocabulary() -> list[int]:
    """Return the small model's vocabulary: the most frequent tokens of the text blocks and the other sources' train."""
    texts = [
        taste.prompt(direction, taste.tidy(one.text))
        for one in taste.films("text")
        for direction in taste.DIRECTIONS
    ]
    texts += [
        taste.tidy(one.text)
        for source in ("products", "editorials", "posts")
        for one in ratings.sentences(source, "train")
    ]
    return taste.vocabulary(taste.language_tokenizer(), texts, VOCABULARY)


def shown(tokenizer, part: str) -> list[tuple[list[int], int]]:
    """Return demonstrations as (tokens, where the answer begins): only the answer is learnt."""
    found = []
    if part == "text":
        groups = {one.group for one in halves()[1]}
        chosen = [one for one in taste.films("text") if one.group in groups]
    else:
        chosen = taste.films(part)
    for one in chosen:
        words = taste.tidy(one.text).split()
        if abs(one.mean) >= taste.CLEAR and len(words) > taste.WORDS:
            asked = taste.ids_of(
                tokenizer, taste.prompt(taste.DIRECTIONS[one.mean < 0], " ".join(words[: taste.WORDS]))
            )
            answer = tokenizer.encode(" " + " ".join(words[taste.WORDS :]))
            found.append(((asked + answer + [taste.END])[:MOST], len(asked)))
    return found


def batches(items: list[tuple[list[int], int]], seed: int) -> list[list[int]]:
    """Return the items' numbers in batches of like length, ``TOKENS`` at most with the padding, in shuffled order."""
    rng = np.random.default_rng(seed)
    order = sorted(rng.permutation(len(items)).tolist(), key=lambda place: len(items[place][0]))
    found, now = [], []
    for place in order:
        if now and (len(now) + 1) * len(items[place][0]) > TOKENS:
            found.append(now)
            now = []
        now.append(place)
    found.append(now)
    return [found[place] for place in rng.permutation(len(found))]


def together(items: list[tuple[list[int], int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return tokens and labels, padded on the right; -100 where nothing is learnt."""
    longest = max(len(tokens) for tokens, _ in items)
    ids = torch.full((len(items), longest), taste.END)
    labels = torch.full_like(ids, -100)
    for row, (tokens, first) in enumerate(items):
        ids[row, : len(tokens)] = torch.tensor(tokens)
        labels[row, first : len(tokens)] = torch.tensor(tokens[first:])
    return ids, labels


def answer_losses(model, ids: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Return the loss (nats) of each token that is learnt, in one row; logits are made at these places only."""
    inner = model.get_base_model() if hasattr(model, "get_base_model") else model
    with downstream.bf16():
        hidden = inner.model(input_ids=ids).last_hidden_state[:, :-1]
        learnt = labels[:, 1:] != -100
        logits = inner.lm_head(hidden[learnt])
    return torch.nn.functional.cross_entropy(logits.float(), labels[:, 1:][learnt], reduction="none")


def lora(model, rank: int):
    """Return a model, its own weights in bfloat16 where the CPU computes in it, with a new adapter on all layers."""
    model = model.to(getattr(torch, rows.fast_dtype()))
    return style.adapted(model, model.config.num_hidden_layers, rank)


def train(model, items, rate: float, epochs: float, seed: int, place: Path, minutes: float) -> list | None:
    """Train an adapter (AdamW, warm-up over a tenth, then linearly to zero); keep its state in ``place``.

    Returns
    -------
    list or None
        A row per ten steps: step, mean loss (nats a token), seconds of CPU so far; None when the time was up.
    """
    steps = [one for epoch in range(int(np.ceil(epochs))) for one in batches(items, seed + 1000 * epoch)]
    steps = steps[: round(len(steps) * epochs / np.ceil(epochs))]
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=rate, weight_decay=0.0)
    first, log, spent = 0, [], 0.0
    if place.exists():
        state = torch.load(place, weights_only=False)
        for weight, kept in zip(weights, state["weights"], strict=True):
            weight.data.copy_(kept)
        optimizer.load_state_dict(state["optimizer"])
        first, log, spent = state["step"], state["log"], state["seconds"]
    begin, wall, losses = time.process_time(), time.monotonic(), []
    kept_at = wall
    model.train()
    for step in range(first, len(steps)):
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / (0.1 * len(steps))) * (1 - step / len(steps))
        loss = answer_losses(model, *together([items[one] for one in steps[step]])).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(float(loss.detach()))
        seconds = round(spent + time.process_time() - begin, 1)
        if (step + 1) % 10 == 0 or step + 1 == len(steps):
            log.append([step + 1, round(float(np.mean(losses)), 4), seconds])
            print(f"step {step + 1} of {len(steps)}: {log[-1][1]} nats a token, {seconds} s", flush=True)
            losses = []
        late = time.monotonic() - wall > 60 * minutes
        if late or time.monotonic() - kept_at > 60:
            kept_at = time.monotonic()
            place.parent.mkdir(parents=True, exist_ok=True)
            state = {"weights": [weight.data for weight in weights], "optimizer": optimizer.state_dict()}
            torch.save(state | {"step": step + 1, "log": log, "seconds": seconds}, place.with_suffix(".new"))
            place.with_suffix(".new").replace(place)
        if late and step + 1 < len(steps):
            return None
    model.eval()
    return log


@torch.inference_mode()
def losses_on(model, items: list[tuple[list[int], int]]) -> list[tuple[float, int]]:
    """Return of each item the loss of what is learnt (nats, summed) and its number of tokens."""
    found = [(0.0, 0)] * len(items)
    for chosen in batches(items, 0):
        ids, labels = together([items[one] for one in chosen])
        each = answer_losses(model, ids, labels)
        counts = (labels[:, 1:] != -100).sum(1).tolist()
        for place, part in zip(chosen, each.split(counts), strict=True):
            found[place] = (round(float(part.sum()), 3), len(part))
    return found


def per_letter(losses: list[tuple[float, int]], items, tokenizer) -> float:
    """Return nats a letter: the summed loss by the number of characters of what was learnt (a unit any tokenizer shares)."""
    letters = sum(len(tokenizer.decode(tokens[first:])) for tokens, first in items)
    return sum(loss for loss, _ in losses) / letters
