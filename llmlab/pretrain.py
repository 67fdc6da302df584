"""Pre-train a BERT from sentence pairs, fast on a CPU: the loop that lesson 06 and data/build/ share."""

from __future__ import annotations

import copy
import json
import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from llmlab.corpus import Encoded, batches, make_pairs
from llmlab.errors import CourseError

if TYPE_CHECKING:
    import numpy as np

IGNORED = -100  # the label of a place that no loss looks at (torch's default)
FREQUENT = 300  # tokens that rename_words leaves alone: particles, endings, punctuation


def mask_tokens(input_ids, attention_mask, tokenizer, mlm_probability=0.15, rng=None):
    """Choose tokens to predict and hide them: of the chosen 80 % [MASK], 10 % another token, 10 % as they were.

    Parameters
    ----------
    input_ids, attention_mask
        ``(batch, length)`` integer arrays.
    mlm_probability
        Share of the ordinary tokens that is chosen.
    rng
        ``numpy.random.Generator``.

    Returns
    -------
    tuple of numpy arrays
        ``input_ids`` with the hidden tokens and ``labels`` (the true id at a chosen place, −100 elsewhere).
        Method: Devlin et al. 2019, section 3.1.
    """
    import numpy as np

    rng = rng or np.random.default_rng()
    special = np.isin(input_ids, tokenizer.all_special_ids) | (attention_mask == 0)
    chosen = (rng.random(input_ids.shape) < mlm_probability) & ~special
    labels = np.where(chosen, input_ids, IGNORED)
    how = rng.random(input_ids.shape)
    hidden = np.where(chosen & (how < 0.8), tokenizer.mask_token_id, input_ids)
    swapped = chosen & (how >= 0.9)
    hidden[swapped] = rng.integers(0, len(tokenizer), int(swapped.sum()))
    return hidden, labels


def rename_words(input_ids, kept, rng, share=0.5):
    """Exchange words for others, in each pair its own way, and the same word for the same other word.

    What a pair is about is lost then; that a word stands in both of its halves is not. Trained on such pairs, a
    next-sentence model cannot rely on knowing which topics go together.

    Parameters
    ----------
    input_ids
        ``(batch, length)`` integer array.
    kept
        ``(vocabulary,)`` of bool: tokens that stay as they are (special ones, frequent ones).
    share
        Share of the words that are exchanged.
    """
    import numpy as np

    others = np.flatnonzero(~kept)
    table = rng.choice(others, size=(len(input_ids), len(kept)))  # its row: what becomes of each word
    stays = (rng.random(table.shape) >= share) | kept
    return np.take_along_axis(np.where(stays, np.arange(len(kept)), table), input_ids, axis=1)


def to_tensors(batch: dict, device="cpu") -> dict:
    """Return a batch of numpy arrays as torch tensors; an ``attention_mask`` of ones alone is left out."""
    import torch

    tensors = {name: torch.from_numpy(array).to(device) for name, array in batch.items()}
    if batch["attention_mask"].all():
        del tensors["attention_mask"]
    return tensors


def spares_last_layer(model) -> bool:
    """Return whether ``forward`` may leave out what no loss looks at in the last layer of this model.

    Not for left-to-right models (nearly every place is asked there), and not on a GPU, where the sizes that this
    takes from the labels would have to be waited for. Attention by another way than the library's two usual ones is
    left to the library too.
    """
    config = model.config
    return (
        not config.is_decoder
        and config._attn_implementation in ("eager", "sdpa")
        and config.num_hidden_layers > 0
        and next(model.parameters()).device.type == "cpu"
    )


def encoder_layer(layer, hidden, mask, places=None):
    """Return an encoder layer's output, at every place or at the asked places alone.

    Queries, keys and values come from one product instead of three. With ``places`` every place of a sequence is
    looked at (keys and values), but only the asked ones look (queries), and only they go on through the output
    projection, the norms and the feed-forward part. In the last layer, what is left out so reaches no loss: the
    losses and the gradients are those of the whole layer.

    Parameters
    ----------
    layer
        ``BertLayer``.
    hidden
        ``(batch, length, hidden)``, what the layer before gave.
    mask
        ``(batch, 1, 1, length)``, added to the attention scores; ``None`` when there is no padding.
    places
        ``(asked,)``, ascending positions in ``batch × length``; ``None`` for all.

    Returns
    -------
    tensor
        ``(batch, length, hidden)``, or ``(asked, hidden)`` with ``places``.
    """
    import torch

    from llmlab.products import feed_forward, products

    attention = layer.attention.self
    batch, length, width = hidden.shape
    shape = (batch, -1, attention.num_attention_heads, attention.attention_head_size)
    if places is None:
        query, key, value = products(hidden, attention.query, attention.key, attention.value)
        seen = attend(attention, query.view(shape), key.view(shape), value.view(shape), mask)
        return feed_forward(layer, layer.attention.output(seen.reshape(hidden.shape), hidden))
    asking = hidden.flatten(0, 1).index_select(0, places)  # (asked, hidden)
    # A sequence's queries lie side by side, as many as the sequence with the most has: ``slots`` of them are real.
    row = places // length
    counts = torch.bincount(row, minlength=batch)
    most = int(counts.max())
    slots = row * most + torch.arange(len(places)) - (counts.cumsum(0) - counts)[row]
    query = hidden.new_zeros(batch * most, width).index_copy(0, slots, attention.query(asking))
    key, value = products(hidden, attention.key, attention.value)
    seen = attend(attention, query.view(shape), key.view(shape), value.view(shape), mask)
    seen = seen.reshape(batch * most, width).index_select(0, slots)
    return feed_forward(layer, layer.attention.output(seen, asking))


def attend(attention, query, key, value, mask):
    """Return what each query sees: ``(batch, queries, heads, size)`` from three of that form.

    Whatever the model's kind of attention: in one fused step in float32, by two products in bfloat16, as was faster
    in ``make bench``.
    """
    import torch
    from torch.nn.functional import dropout, scaled_dot_product_attention

    query, key, value = (tensor.transpose(1, 2) for tensor in (query, key, value))
    share = attention.dropout.p if attention.training else 0.0
    if query.dtype == torch.float32:
        seen = scaled_dot_product_attention(query, key, value, mask, share, scale=attention.scaling)
    else:
        weights = query * attention.scaling @ key.transpose(2, 3)  # (batch, heads, queries, length)
        if mask is not None:
            weights = weights + mask
        seen = dropout(weights.softmax(-1), share) @ value
    return seen.transpose(1, 2)


def asked_vectors(bert, batch: dict, places):
    """Return T_i at ``places`` (positions in batch × length) ``(asked, hidden)`` and C ``(batch, hidden)``."""
    import torch

    hidden = bert.embeddings(input_ids=batch["input_ids"], token_type_ids=batch["token_type_ids"])
    mask = batch.get("attention_mask")
    if mask is not None:
        least = torch.finfo(hidden.dtype).min
        mask = hidden.new_zeros(mask.shape).masked_fill(mask == 0, least)[:, None, None]
    *before, last = bert.encoder.layer
    for layer in before:
        hidden = encoder_layer(layer, hidden, mask)
    size, length = batch["input_ids"].shape
    firsts = torch.arange(size) * length
    both, back = torch.cat([places, firsts]).unique(return_inverse=True)
    found = encoder_layer(last, hidden, mask, both)
    return found.index_select(0, back[: len(places)]), found.index_select(0, back[len(places) :])


def forward(model, batch: dict, labels):
    """Return the logits at the labelled places, their labels, and the next-sentence logits.

    Only the vectors T_i of labelled places go through the vocabulary's matrix: at 15 % that spares 85 % of
    its work. The last layer, where it can, computes those T_i and C alone (``encoder_layer``).

    Parameters
    ----------
    model
        ``BertForPreTraining``.
    batch
        Tensors ``input_ids``, ``token_type_ids`` ``(batch, length)`` and, when there is padding,
        ``attention_mask``.
    labels
        ``(batch, length)``, −100 where nothing is asked.

    Returns
    -------
    tuple of tensors
        ``(asked, vocabulary)``, ``(asked,)`` and ``(batch, 2)``.
    """
    places = (labels.flatten() != IGNORED).nonzero().squeeze(1)
    if spares_last_layer(model):
        vectors, first = asked_vectors(model.bert, batch, places)
    else:
        hidden = model.bert(
            input_ids=batch["input_ids"],
            token_type_ids=batch["token_type_ids"],
            attention_mask=batch.get("attention_mask"),
        ).last_hidden_state
        vectors, first = hidden.flatten(0, 1).index_select(0, places), hidden[:, 0]
    return (
        model.cls.predictions(vectors),
        labels.flatten().index_select(0, places),
        model.cls.seq_relationship(model.bert.pooler(first[:, None])),
    )


@dataclass
class Settings:
    """What a run of pre-training does.

    Attributes
    ----------
    tokens
        Tokens to train on (padding included), the whole budget.
    batch_tokens
        Tokens of one step.
    learning_rate
        The peak; it rises over ``warmup`` of the budget and falls linearly to zero.
    objective
        ``mlm+nsp``, ``mlm`` (no next sentence) or ``ltr`` (left-to-right: every token from those before it).
    dtype
        ``float32``, ``bfloat16`` or ``auto`` (a timed trial decides).
    optimizer
        ``adamw`` or ``muon`` (Muon for the matrices of the encoder, AdamW for the rest).
    nsp_weight, nsp_weight_from
        The weight of the next-sentence loss, from this share of the budget on; before that it is 1.
    unmasked
        Share of the steps that train next sentences alone, on whole pairs without masks.
    renamed
        Share of those steps' pairs in which words are exchanged (``rename_words``).
    """

    tokens: int
    max_length: int = 128
    batch_tokens: int = 8192
    learning_rate: float = 1e-3
    warmup: float = 0.06
    weight_decay: float = 0.01
    mlm_probability: float = 0.15
    other_manual: float = 0.2
    same_manual: float = 0.3
    objective: str = "mlm+nsp"
    dtype: str = "auto"
    optimizer: str = "adamw"
    nsp_weight: float = 1.0
    nsp_weight_from: float = 0.0
    unmasked: float = 0.0
    renamed: float = 0.0
    seed: int = 0


class Doubled:
    """A model in float32 and its copy in a faster dtype: the copy computes, the original is updated.

    Small updates vanish in bfloat16's 8 bits, so the weights that the optimizer holds stay float32
    (mixed precision with master weights: Micikevicius et al. 2018).
    """

    def __init__(self, model, dtype):
        self.model = model
        self.fast = copy.deepcopy(model).to(dtype)
        self.sources = list(model.parameters())
        self.targets = list(self.fast.parameters())

    def pull_gradients(self) -> None:
        """Move the copy's gradients to the original."""
        for source, target in zip(self.sources, self.targets, strict=True):
            source.grad = None if target.grad is None else target.grad.to(source.dtype)
            target.grad = None

    def push_weights(self) -> None:
        """Write the original's weights into the copy."""
        import torch

        with torch.no_grad():
            torch._foreach_copy_(self.targets, self.sources)


def make_optimizers(model, settings: Settings) -> list:
    """Return the optimizers of a run; biases, norms and embeddings are not decayed."""
    import torch

    matrices, decayed, plain = [], [], []
    for name, parameter in model.named_parameters():
        if parameter.ndim < 2 or "embeddings" in name:
            plain.append(parameter)
        elif settings.optimizer == "muon" and "encoder.layer" in name:
            matrices.append(parameter)
        else:
            decayed.append(parameter)
    groups = [
        {"params": decayed, "weight_decay": settings.weight_decay},
        {"params": plain, "weight_decay": 0.0},
    ]
    found = [torch.optim.AdamW(groups, lr=settings.learning_rate, betas=(0.9, 0.98), eps=1e-6, fused=True)]
    if matrices:
        found.append(
            torch.optim.Muon(
                matrices,
                lr=settings.learning_rate,
                weight_decay=settings.weight_decay,
                adjust_lr_fn="match_rms_adamw",
            )
        )
    return found


def loss_of(model, batch: dict, labels, settings: Settings, nsp_weight: float = 1.0):
    """Return the run's loss on one batch: masked words, and next sentence where the objective has it.

    A batch without masks has the second alone.
    """
    from torch.nn.functional import cross_entropy

    logits, asked, nsp = forward(model, batch, labels)
    losses = [cross_entropy(logits.float(), asked)] if len(asked) else []
    if settings.objective == "mlm+nsp":
        losses.append(nsp_weight * cross_entropy(nsp.float(), batch["next_sentence_label"]))
    return sum(losses)


def stream(
    encoded: Encoded, tokenizer, settings: Settings, start: int = 0
) -> Iterator[tuple[dict, np.ndarray]]:
    """Yield batches and their labels without end; epoch after epoch the pairs and masks are drawn anew.

    ``start`` skips so many batches: a run that goes on sees what it would have seen.
    """
    import numpy as np

    counts = np.bincount(encoded.ids, minlength=len(tokenizer))
    kept = counts >= np.sort(counts)[-FREQUENT]
    kept[tokenizer.all_special_ids] = True
    number = 0
    for epoch in range(1_000_000):
        rng = np.random.default_rng((settings.seed, epoch))
        pairs = make_pairs(encoded, settings.max_length, rng, settings.other_manual, settings.same_manual)
        for batch in batches(encoded, pairs, tokenizer, settings.batch_tokens, rng, bucket=200):
            number += 1
            if number <= start:
                continue
            rng_mask = np.random.default_rng((settings.seed, epoch, number))
            if settings.objective == "ltr":
                yield batch, left_to_right(batch)
            elif settings.unmasked and rng_mask.random() < settings.unmasked:
                renamed = rng_mask.random(len(batch["input_ids"])) < settings.renamed
                batch["input_ids"][renamed] = rename_words(batch["input_ids"][renamed], kept, rng_mask)
                yield batch, np.full_like(batch["input_ids"], IGNORED)
            else:
                batch["input_ids"], labels = mask_tokens(
                    batch["input_ids"], batch["attention_mask"], tokenizer, settings.mlm_probability, rng_mask
                )
                yield batch, labels


def left_to_right(batch: dict) -> np.ndarray:
    """Return the labels of left-to-right training: at each place the next token, −100 at the end."""
    import numpy as np

    ids = np.where(batch["attention_mask"] == 1, batch["input_ids"], IGNORED)
    return np.concatenate([ids[:, 1:], np.full((len(ids), 1), IGNORED)], axis=1)


def fastest_dtype(model, tokenizer, settings: Settings, seconds: float = 1.0) -> str:
    """Return ``bfloat16`` or ``float32``, whichever trains this model faster on this machine (timed)."""
    import torch

    shape = (max(1, settings.batch_tokens // 4 // settings.max_length), settings.max_length)
    ids = torch.randint(5, len(tokenizer), shape)
    batch = {"input_ids": ids, "token_type_ids": torch.zeros_like(ids)}
    batch["next_sentence_label"] = torch.zeros(len(ids), dtype=torch.long)
    labels = torch.where(torch.rand(shape) < settings.mlm_probability, ids, IGNORED)
    times = {}
    for name in ("float32", "bfloat16"):
        trial = copy.deepcopy(model).to(getattr(torch, name))
        laps = []
        while len(laps) < 3 or (sum(laps) < seconds and len(laps) < 20):
            begin = time.perf_counter()
            loss_of(trial, batch, labels, settings).backward()
            laps.append(time.perf_counter() - begin)
        times[name] = min(laps)
    return min(times, key=times.get)


@dataclass
class Log:
    """What a run wrote down: one row per report."""

    rows: list[dict] = field(default_factory=list)

    def write(self, file: Path) -> None:
        """Write as JSON lines."""
        file.write_text("".join(json.dumps(row) + "\n" for row in self.rows), encoding="utf-8")


def train(
    model,
    encoded: Encoded,
    tokenizer,
    settings: Settings,
    evaluate: Callable[[object], dict] | None = None,
    every: int = 50,
    evaluate_every: int = 500,
    save: Path | None = None,
    save_every: int = 200,
    report: Callable[[dict], None] | None = None,
    seconds: float | None = None,
) -> Log:
    """Train ``model`` in place and return its log.

    Parameters
    ----------
    model
        ``BertForPreTraining`` in float32 (for ``ltr`` with ``is_decoder=True`` in its configuration).
    evaluate
        Called with the model every ``evaluate_every`` steps and at the end; its figures join the log.
    save
        Checkpoint file. When it exists, the run goes on from there.
    report
        Called with each row of the log.
    seconds
        Stop after so long, whatever is left of the budget; the rate of learning falls in the same time.

    Raises
    ------
    CourseError
        When the loss is no longer a number, or the checkpoint belongs to other settings.
    """
    import torch

    if model.config.vocab_size < len(tokenizer):
        raise CourseError(
            f"モデルの語彙は {model.config.vocab_size} 語、トークナイザーの語彙は {len(tokenizer)} 語です。"
            "同じフォルダーのモデルとトークナイザーを使ってください。"
        )
    device = next(model.parameters()).device
    dtype = settings.dtype
    if dtype == "auto":
        dtype = fastest_dtype(model, tokenizer, settings) if device.type == "cpu" else "float32"
    optimizers = make_optimizers(model, settings)
    log, step, tokens, spent = Log(), 0, 0, 0.0
    if save and save.exists():
        state = torch.load(save, map_location=device, weights_only=True)
        # Another rate is what the sentence on a loss that is no number advises.
        if Settings(**state["settings"] | {"learning_rate": settings.learning_rate}) != settings:
            raise CourseError(
                f"途中の保存「{save.name}」は、別の設定で学習したものです。"
                "続けるなら設定を元に戻し、初めからなら、このファイルを消してください。"
            )
        model.load_state_dict(state["model"])
        for optimizer, saved in zip(optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        log, step, tokens, spent = Log(state["log"]), state["step"], state["tokens"], state["seconds"]
        if tokens >= settings.tokens:
            model.eval()
            return log
    doubled = Doubled(model, torch.bfloat16) if dtype == "bfloat16" else None
    worker = doubled.fast if doubled else model
    worker.train()
    begin = time.perf_counter() - spent
    losses = []
    for batch, labels in stream(encoded, tokenizer, settings, start=step):
        done = max(tokens / settings.tokens, (time.perf_counter() - begin) / seconds if seconds else 0.0)
        if done >= 1:
            break
        rate = (
            settings.learning_rate
            * min(1.0, done / settings.warmup + 1e-3)
            * min(1.0, (1 - done) / (1 - settings.warmup))
        )
        weight = settings.nsp_weight if done >= settings.nsp_weight_from else 1.0
        loss = loss_of(
            worker, to_tensors(batch, device), torch.from_numpy(labels).to(device), settings, weight
        )
        losses.append(loss.detach())
        loss.backward()
        if doubled:
            doubled.pull_gradients()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.step()
            optimizer.zero_grad()
        if doubled:
            doubled.push_weights()
        step, tokens = step + 1, tokens + batch["input_ids"].size
        if step % every == 0:
            row = {"step": step, "tokens": tokens, "seconds": round(time.perf_counter() - begin, 1)}
            row["loss"] = round(float(torch.stack(losses).mean()), 4)
            losses.clear()
            _check(row["loss"], step)
            if evaluate and step % evaluate_every == 0:
                row |= evaluate(worker)
                worker.train()
            log.rows.append(row)
            if report:
                report(row)
        if save and step % save_every == 0:
            _check(float(losses[-1]) if losses else row["loss"], step)
            keep(save, model, optimizers, settings, log, step, tokens, time.perf_counter() - begin)
    row = {"step": step, "tokens": tokens, "seconds": round(time.perf_counter() - begin, 1)}
    if losses:
        row["loss"] = round(float(torch.stack(losses).mean()), 4)
        _check(row["loss"], step)
    if evaluate:
        row |= evaluate(worker)
    log.rows.append(row)
    if report:
        report(row)
    if save:  # a finished run that is called again returns at once
        keep(save, model, optimizers, settings, log, step, tokens, time.perf_counter() - begin)
    model.eval()
    return log


def _check(loss: float, step: int) -> None:
    """Stop a run whose loss is no number, before its weights are saved."""
    if not math.isfinite(loss):
        raise CourseError(
            f"{step} ステップ目で損失が数でなくなりました（{loss}）。学習を止めました。"
            "learning_rate を半分にして、前の保存から続けてください。"
        )


def keep(
    file: Path, model, optimizers: list, settings: Settings, log: Log, step: int, tokens: int, spent: float
) -> None:
    """Save a run so that it can go on; a stop while writing leaves the earlier save whole."""
    import torch

    state = {
        "settings": settings.__dict__,
        "model": model.state_dict(),
        "optimizers": [optimizer.state_dict() for optimizer in optimizers],
        "log": log.rows,
        "step": step,
        "tokens": tokens,
        "seconds": spent,
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    torch.save(state, file.with_suffix(".part"))
    file.with_suffix(".part").replace(file)


def fixed_batches(
    encoded: Encoded, tokenizer, max_length=128, mlm_probability=0.15, seed=0, limit: int | None = None
) -> list[tuple[dict, np.ndarray]]:
    """Return the same masked batches at every call: what a model is measured on."""
    import numpy as np

    rng = np.random.default_rng(seed)
    pairs = make_pairs(encoded, max_length, rng, 1 / 3, 1 / 3)
    found = []
    for batch in batches(encoded, pairs, tokenizer, 8192, rng):
        batch["input_ids"], labels = mask_tokens(
            batch["input_ids"], batch["attention_mask"], tokenizer, mlm_probability, rng
        )
        found.append((batch, labels))
        if limit and len(found) >= limit:
            break
    return found


def answers(model, measured: Iterable[tuple[dict, np.ndarray]]) -> dict[str, np.ndarray]:
    """Return what a model answers on masked batches, place by place and pair by pair.

    Returns
    -------
    dict of numpy arrays
        ``mlm_label``, ``mlm_answer``, ``mlm_loss`` (nats), ``mlm_page`` per masked place; ``nsp_label``,
        ``nsp_answer``, ``negative``, ``nsp_page`` per pair. The pages are what an interval clusters by.
    """
    import numpy as np
    import torch
    from torch.nn.functional import cross_entropy

    was = model.training
    model.eval()
    device = next(model.parameters()).device
    names = (
        "mlm_label",
        "mlm_answer",
        "mlm_loss",
        "mlm_page",
        "nsp_label",
        "nsp_answer",
        "negative",
        "nsp_page",
    )
    rows = {name: [] for name in names}
    with torch.inference_mode():
        for batch, labels in measured:
            logits, asked, nsp = forward(
                model, to_tensors(batch, device), torch.from_numpy(labels).to(device)
            )
            rows["mlm_label"].append(asked.cpu().numpy())
            rows["mlm_answer"].append(logits.argmax(-1).cpu().numpy())
            rows["mlm_loss"].append(cross_entropy(logits.float(), asked, reduction="none").cpu().numpy())
            rows["mlm_page"].append(batch["page"][np.nonzero(labels != IGNORED)[0]])
            rows["nsp_page"].append(batch["page"])
            rows["nsp_label"].append(batch["next_sentence_label"])
            rows["nsp_answer"].append(nsp.argmax(-1).cpu().numpy())
            rows["negative"].append(batch["negative"])
    model.train(was)
    return {name: np.concatenate(parts) for name, parts in rows.items()}


def figures(found: dict[str, np.ndarray]) -> dict[str, float]:
    """Return the accuracies in ``answers``: masked words, next sentence against each kind of negative.

    The next-sentence figures are balanced: the mean of the accuracy on pairs that follow and on the negatives.
    """
    right = found["nsp_label"] == found["nsp_answer"]
    follows = right[found["negative"] == 0].mean()
    return {
        "mlm_loss": float(found["mlm_loss"].mean()),
        "mlm_accuracy": float((found["mlm_label"] == found["mlm_answer"]).mean()),
        "nsp_other_manual": float((follows + right[found["negative"] == 1].mean()) / 2),
        "nsp_same_manual": float((follows + right[found["negative"] == 2].mean()) / 2),
    }
