"""Tokens per second of the course's pre-training against the stock way: ``make bench`` (an idle machine, 15 minutes).

Stock: ``Trainer`` with ``DataCollatorForLanguageModeling``, float32, pairs in random order padded to the longest of
the batch, logits at every place. Ours: ``llmlab.pretrain``. The steps between are measured too, each on top of the
one before; all interleaved, median of five. Same model, same pairs; only real tokens are counted, no padding.
Then both train on the same number of tokens and the held-out loss is compared (three seeds).
"""

import argparse
import contextlib
import dataclasses
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path
from unittest import mock

# Freed memory is kept, as in data/build/bert_ja.py; the stock way gets the same, so the ratio is not won by it.
if os.name == "posix" and "MALLOC_TRIM_THRESHOLD_" not in os.environ:
    os.environ |= {"MALLOC_TRIM_THRESHOLD_": str(2**32), "MALLOC_MMAP_THRESHOLD_": str(2**32)}
    os.execv(sys.executable, [sys.executable, *sys.argv])

import numpy as np
import torch
from torch.nn.functional import cross_entropy
from transformers import (
    AutoTokenizer,
    BertConfig,
    BertForPreTraining,
    DataCollatorForLanguageModeling,
    Trainer,
    TrainerCallback,
    TrainingArguments,
    logging,
    set_seed,
)

from llmlab import corpus, pretrain

ROOT = Path(__file__).resolve().parent.parent
SIZES = {"mini": (256, 4), "ablation": (128, 2)}
LENGTH = 128


def flags() -> str:
    """Return the CPU's name, cores and the flags that decide the fast dtype."""
    text = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    name = next(
        (line.split(":")[1].strip() for line in text.splitlines() if line.startswith("model name")),
        platform.machine(),
    )
    found = [flag for flag in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if f" {flag}" in text]
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    return f"{name}, {os.cpu_count()} cores, {' '.join(found)}, load {load:.1f}, torch {torch.__version__}"


def model_of(size: str, vocab_size: int, attention: str, seed: int = 0) -> BertForPreTraining:
    set_seed(seed)
    hidden, layers = SIZES[size]
    config = BertConfig(
        vocab_size=vocab_size,
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=hidden // 64,
        intermediate_size=4 * hidden,
        hidden_act="gelu_pytorch_tanh",
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    return BertForPreTraining._from_config(config, attn_implementation=attention)


class PairCollator(DataCollatorForLanguageModeling):
    """The library's collator; what it does not know (next_sentence_label) passes through."""

    def torch_call(self, examples):
        label = torch.tensor([example.pop("next_sentence_label") for example in examples])
        batch = super().torch_call(examples)
        batch["next_sentence_label"] = label
        return batch


def examples(encoded, pairs, tokenizer) -> list[dict]:
    """Return the pairs as a list of dictionaries, the way a Trainer takes them."""
    rows = []
    for number in range(len(pairs)):
        one = corpus.collate(encoded, pairs, np.array([number]), tokenizer)
        rows.append(
            {
                "input_ids": one["input_ids"][0].tolist(),
                "token_type_ids": one["token_type_ids"][0].tolist(),
                "attention_mask": one["attention_mask"][0].tolist(),
                "next_sentence_label": int(one["next_sentence_label"][0]),
            }
        )
    return rows


class Ends(TrainerCallback):
    """When each step of a Trainer ended."""

    def __init__(self):
        self.times = []

    def on_step_end(self, *_, **__):
        self.times.append(time.perf_counter())


def stock(model, rows, tokenizer, steps: int, batch_size: int, rate: float = 1e-3, seed: int = 0) -> list:
    """Train with transformers' Trainer at its defaults; return when each step ended."""
    ends = Ends()
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder,
            per_device_train_batch_size=batch_size,
            max_steps=steps,
            learning_rate=rate,
            warmup_steps=max(1, int(0.06 * steps)),
            weight_decay=0.01,
            lr_scheduler_type="linear",
            seed=seed,
            save_strategy="no",
            logging_strategy="no",
            report_to=[],
            disable_tqdm=True,
            use_cpu=True,
            remove_unused_columns=False,
            dataloader_pin_memory=False,
        )
        collator = PairCollator(tokenizer, mlm_probability=0.15)
        data = rows_copied(rows)
        Trainer(model, arguments, train_dataset=data, data_collator=collator, callbacks=[ends]).train()
    return ends.times


class rows_copied(torch.utils.data.Dataset):
    """A dataset whose rows the collator may change."""

    def __init__(self, rows):
        self.rows = rows

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, number):
        return dict(self.rows[number])


@dataclasses.dataclass
class Way:
    """One way to train: what is switched on."""

    name: str
    masked_only: bool = False
    layers: bool = False
    last_layer: bool = False
    buckets: bool = False
    fused: bool = False
    dtype: str = "float32"


def ways(dtype: str) -> list[Way]:
    """Return the steps from the stock way to ours, each on top of the one before."""
    names = {
        "masked_only": "+ logits at masked places only",
        "layers": "+ layers with fewer passes over memory",
        "last_layer": "+ last layer at asked places only",
        "buckets": "+ lengths in buckets",
        "fused": "+ fused AdamW",
    }
    found, on = [Way("own loop, every logit")], {}
    for field, name in names.items():
        on[field] = True
        found.append(Way(name, **on))
    if dtype != "float32":
        found.append(Way(f"+ dtype by timed trial: {dtype}", **on, dtype=dtype))
    return found


@contextlib.contextmanager
def forward_of(way: Way):
    """Let ``llmlab.pretrain`` compute the encoder as this way does."""
    ours = pretrain.encoder_layer

    def whole(layer, hidden, mask, places=None):
        found = ours(layer, hidden, mask)
        return found if places is None else found.flatten(0, 1).index_select(0, places)

    with contextlib.ExitStack() as stack:
        if not way.layers:
            stack.enter_context(mock.patch.object(pretrain, "spares_last_layer", lambda model: False))
        if not way.last_layer:
            stack.enter_context(mock.patch.object(pretrain, "encoder_layer", whole))
        yield


def lap(way: Way, size: str, encoded, pairs, tokenizer, batch_tokens: int, steps: int) -> float:
    """Return the real tokens per second of one way over some steps (two more to warm up)."""
    model = model_of(size, len(tokenizer), "sdpa")
    doubled = pretrain.Doubled(model, torch.bfloat16) if way.dtype == "bfloat16" else None
    worker = (doubled.fast if doubled else model).train()
    optimizer = torch.optim.AdamW(
        model.parameters(), 1e-3, fused=way.fused, foreach=False if way.fused else None
    )
    rng = np.random.default_rng(0)
    source = corpus.batches(encoded, pairs, tokenizer, batch_tokens, rng, bucket=200 if way.buckets else 1)
    begin, tokens = 0.0, 0
    for number, batch in enumerate(source):
        if number == 2:
            begin, tokens = time.perf_counter(), 0
        if number == steps + 2:
            break
        tokens += int(batch["attention_mask"].sum())
        batch["input_ids"], labels = pretrain.mask_tokens(
            batch["input_ids"], batch["attention_mask"], tokenizer, rng=rng
        )
        tensors, labels = pretrain.to_tensors(batch), torch.from_numpy(labels)
        if way.masked_only:
            with forward_of(way):
                loss = pretrain.loss_of(worker, tensors, labels, pretrain.Settings(tokens=1))
        else:
            keys = ("input_ids", "token_type_ids", "attention_mask", "next_sentence_label")
            output = worker(**{key: tensors[key] for key in keys if key in tensors})
            loss = cross_entropy(output.prediction_logits.flatten(0, 1), labels.flatten())
            loss = loss + cross_entropy(output.seq_relationship_logits, tensors["next_sentence_label"])
        loss.backward()
        if doubled:
            doubled.pull_gradients()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        if doubled:
            doubled.push_weights()
    return tokens / (time.perf_counter() - begin)


def stock_lap(size: str, rows, tokenizer, batch_size: int, steps: int) -> float:
    """Return the real tokens per second of the Trainer over some steps (two more to warm up)."""
    ends = stock(model_of(size, len(tokenizer), "sdpa"), rows, tokenizer, steps + 2, batch_size)
    mean = statistics.fmean(len(row["input_ids"]) for row in rows)
    return mean * batch_size * steps / (ends[-1] - ends[1])


def product_rate(dtype: str, hidden: int, seconds: float = 1.0) -> float:
    """Return the matrix products' rate of this machine in GFLOP/s, at the shapes of the feed-forward layer."""
    a = torch.randn(4096, hidden).to(getattr(torch, dtype))
    b = torch.randn(hidden, 4 * hidden).to(getattr(torch, dtype))
    best, until = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < until:
        begin = time.perf_counter()
        a @ b
        best = min(best, time.perf_counter() - begin)
    return 2 * 4096 * hidden * 4 * hidden / best / 1e9


def flop_per_token(size: str, vocabulary: int, share: float = 0.15) -> float:
    """Return the floating-point operations of one trained token: matrices, attention, logits at ``share``."""
    hidden, layers = SIZES[size]
    return (
        6 * layers * 12 * hidden**2
        + 12 * layers * LENGTH * hidden
        + 6 * share * hidden * (vocabulary + hidden)
    )


def equal_loss(
    size: str, encoded, pairs, rows, dev, tokenizer, tokens: int, batch_size: int, dtype: str
) -> dict:
    """Train both ways on the same number of tokens; return the held-out losses of three seeds."""
    measured = pretrain.fixed_batches(dev, tokenizer, LENGTH)
    mean = statistics.fmean(len(row["input_ids"]) for row in rows)
    found = {"stock": [], "ours": []}
    for seed in range(3):
        model = model_of(size, len(tokenizer), "sdpa", seed)
        stock(model, rows, tokenizer, int(tokens / mean / batch_size), batch_size, seed=seed)
        found["stock"].append(pretrain.figures(pretrain.answers(model, measured))["mlm_loss"])
        model = model_of(size, len(tokenizer), "eager", seed)
        settings = pretrain.Settings(
            tokens=tokens, batch_tokens=int(mean * batch_size), dtype=dtype, seed=seed
        )
        settings.other_manual = settings.same_manual = 0.25
        pretrain.train(model, encoded, tokenizer, settings)
        found["ours"].append(pretrain.figures(pretrain.answers(model, measured))["mlm_loss"])
        print(
            f"held-out loss, seed {seed}: stock {found['stock'][-1]:.3f}, ours {found['ours'][-1]:.3f}",
            flush=True,
        )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", choices=SIZES, default="mini")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--loss-tokens", type=int, default=300_000, help="0: no comparison")
    options = parser.parse_args()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    tokenizer = AutoTokenizer.from_pretrained(ROOT / "data" / "models" / "bert-ja-mini")
    encoded = corpus.encode(corpus.documents("train")[::3], tokenizer)
    dev = corpus.encode(corpus.documents("dev"), tokenizer)
    pairs = corpus.make_pairs(encoded, LENGTH, np.random.default_rng(0), 0.25, 0.25)
    rows = examples(encoded, pairs, tokenizer)
    batch_size = 32
    batch_tokens = batch_size * LENGTH
    model = model_of(options.size, len(tokenizer), "eager")
    dtype = pretrain.fastest_dtype(
        model, tokenizer, pretrain.Settings(tokens=1, batch_tokens=4 * batch_tokens)
    )
    print(flags())
    print(
        f"{options.size}: {sum(p.numel() for p in model.parameters()):,} parameters; timed trial: {dtype}",
        flush=True,
    )
    steps = ways(dtype)
    rates = {name: [] for name in ("stock", *(way.name for way in steps))}
    for turn in range(options.rounds):
        with contextlib.redirect_stdout(None):
            rates["stock"].append(stock_lap(options.size, rows, tokenizer, batch_size, options.steps))
        for way in steps:
            rates[way.name].append(
                lap(way, options.size, encoded, pairs, tokenizer, batch_tokens, options.steps)
            )
        print(f"round {turn + 1}/{options.rounds}", flush=True)
    base = statistics.median(rates["stock"])
    table = {}
    for name, values in rates.items():
        ratio = statistics.median(value / first for value, first in zip(values, rates["stock"], strict=True))
        table[name] = {"tokens_per_second": round(statistics.median(values)), "ratio": round(ratio, 2)}
        print(f"{name:42s} {statistics.median(values):8.0f} tok/s  {ratio:5.2f} ×", flush=True)
    peak = product_rate(dtype, SIZES[options.size][0])
    share = (
        table[steps[-1].name]["tokens_per_second"] * flop_per_token(options.size, len(tokenizer)) / 1e9 / peak
    )
    print(
        f"matrix products here: {peak:.0f} GFLOP/s in {dtype}; training uses {share:.0%} of it (stock {base:.0f} tok/s)"
    )
    threads = {}
    for number in sorted({1, os.cpu_count() or 1}):
        torch.set_num_threads(number)
        threads[number] = round(
            lap(steps[-1], options.size, encoded, pairs, tokenizer, batch_tokens, options.steps)
        )
    torch.set_num_threads(os.cpu_count() or 1)
    print("threads:", ", ".join(f"{number}: {rate} tok/s" for number, rate in threads.items()), flush=True)
    losses = {}
    if options.loss_tokens:
        losses = equal_loss(
            options.size, encoded, pairs, rows, dev, tokenizer, options.loss_tokens, batch_size, dtype
        )
    result = {
        "machine": flags(),
        "table": table,
        "share_of_peak": round(share, 3),
        "threads": threads,
        "loss": losses,
    }
    out = ROOT / "build" / "bench_pretrain.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
