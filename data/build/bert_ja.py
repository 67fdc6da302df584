"""Train the Japanese BERTs of data/models/: ``python data/build/bert_ja.py mini`` (or ``nsp``, ``mlm``, ``ltr``).

``mini`` is bert-ja-mini; the three others are the ablation of BERT's Table 5 in miniature, each with the same
budget. A run that was stopped goes on from its last save in build/. score.py scores the result.
"""

import argparse
import json
import os
import shutil
import sys
from pathlib import Path

# Freed memory is kept by the process: without it every step asks the system for its pages again.
if os.name == "posix" and "MALLOC_TRIM_THRESHOLD_" not in os.environ:
    os.environ |= {
        "MALLOC_TRIM_THRESHOLD_": str(2**32),
        "MALLOC_MMAP_THRESHOLD_": str(2**32),
        "GOMP_SPINCOUNT": "20000",
    }
    os.execv(sys.executable, [sys.executable, *sys.argv])

import numpy as np
import torch
from transformers import AutoTokenizer, BertConfig, BertForPreTraining, set_seed

from llmlab import corpus, pretrain

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "data" / "models"
TOKENIZER = MODELS / "bert-ja-mini"
WORK = ROOT / "build" / "bert_ja"
FULL = ROOT / "build" / "corpus"  # the committed pages and the manual pages

SIZES = {
    "mini": {"hidden_size": 256, "num_hidden_layers": 4},
    "ablation": {"hidden_size": 128, "num_hidden_layers": 2},
}
COMMON = {"learning_rate": 2e-3, "optimizer": "muon"}
LATER = {"batch_tokens": 4096, "nsp_weight": 6.0, "optimizer": "muon"}
# A run is one or more rounds; each begins with the weights of the one before and a rate of learning of its own.
# mini: by half of the first round masked words were well on their way (dev accuracy 0.50) and next sentences lagged
# behind (0.76 and 0.64 on dev), so from there on their loss weighs more; the rounds after it are for them.
# The fifth mends what the earlier ones got wrong about how pairs are judged: 62 % of the training pairs were from man
# pages, of which there are none in dev and test, and all of them were masked.
RUNS = {
    "mini": (
        "mini",
        [
            pretrain.Settings(
                tokens=36_000_000, batch_tokens=4096, nsp_weight=4.0, nsp_weight_from=0.5, **COMMON
            ),
            pretrain.Settings(
                tokens=8_000_000, learning_rate=1e-3, other_manual=0.3, same_manual=0.2, seed=1, **LATER
            ),
            pretrain.Settings(
                tokens=20_000_000, learning_rate=1e-3, other_manual=0.35, same_manual=0.15, seed=2, **LATER
            ),
            pretrain.Settings(
                tokens=6_000_000, learning_rate=5e-4, other_manual=0.35, same_manual=0.15, seed=3, **LATER
            ),
            pretrain.Settings(
                tokens=12_000_000,
                learning_rate=1.5e-3,
                other_manual=0.4,
                same_manual=0.1,
                unmasked=0.7,
                renamed=0.5,
                seed=4,
                **LATER,
            ),
        ],
    ),
}
for objective, name in (("mlm+nsp", "nsp"), ("mlm", "mlm"), ("ltr", "ltr")):
    RUNS[name] = (
        "ablation",
        [pretrain.Settings(tokens=20_000_000, batch_tokens=2048, objective=objective, **COMMON)],
    )
# The share of the man pages that a round trains on, where it is not all of them.
MAN_PAGES = {("mini", 5): 0.2}


def encoded(split: str, tokenizer, man_pages: float = 1.0) -> corpus.Encoded:
    """Return a split's token ids, kept in build/ after the first time; of the man pages this share."""
    vocabulary = (TOKENIZER / "vocab.txt").stat().st_mtime_ns
    part = "" if man_pages == 1 else f"-{man_pages}"
    file = WORK / f"{split}{part}-{vocabulary}.npz"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        pages, rng = corpus.documents(split, FULL), np.random.default_rng(0)
        taken = [page for page in pages if "manpages" not in page["manual"] or rng.random() < man_pages]
        corpus.encode(taken, tokenizer, progress=True).save(file)
    return corpus.Encoded.load(file)


def new_model(size: str, vocab_size: int, objective: str) -> BertForPreTraining:
    """Return an untrained BERT whose settings KerasHub's BERT can read too."""
    sizes = SIZES[size]
    config = BertConfig(
        vocab_size=vocab_size,
        **sizes,
        num_attention_heads=sizes["hidden_size"] // 64,
        intermediate_size=4 * sizes["hidden_size"],
        hidden_act="gelu_pytorch_tanh",
        layer_norm_eps=1e-12,
        max_position_embeddings=512,
        pad_token_id=0,
        # Few epochs and masks drawn anew: what dropout would prevent does not happen.
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        is_decoder=objective == "ltr",
        use_cache=False,
    )
    # In float32 both kinds of attention are as fast at these lengths (make bench); in bfloat16 alone the fused one was
    # slower on a CPU with AVX-512.
    return BertForPreTraining._from_config(config, attn_implementation="eager")


def store(model, name: str, log: pretrain.Log) -> None:
    """Write the checkpoint in fp16 with its tokenizer and its log."""
    folder = MODELS / name
    model.half().save_pretrained(folder)
    if folder != TOKENIZER:
        for file in ("vocab.txt", "tokenizer_config.json"):
            shutil.copyfile(TOKENIZER / file, folder / file)
    log.write(folder / "training.jsonl")


def run(name: str) -> None:
    size, rounds = RUNS[name]
    objective = rounds[0].objective
    tokenizer = AutoTokenizer.from_pretrained(TOKENIZER)
    dev = encoded("dev", tokenizer)
    measured = pretrain.fixed_batches(dev, tokenizer)
    set_seed(rounds[0].seed)
    model = new_model(size, len(tokenizer), objective)
    print(f"{name}: {sum(p.numel() for p in model.parameters()):,} parameters", flush=True)

    def evaluate(current):
        found = pretrain.figures(pretrain.answers(current, measured))
        return {key: round(value, 4) for key, value in found.items()}

    whole = pretrain.Log()
    for number, settings in enumerate(rounds, 1):
        log = pretrain.train(
            model,
            encoded("train", tokenizer, MAN_PAGES.get((name, number), 1.0)),
            tokenizer,
            settings,
            evaluate=evaluate if objective != "ltr" else None,
            every=100,
            evaluate_every=1000,
            save=WORK / f"{name}-{number}.pt",
            save_every=500,
            report=lambda row: print(json.dumps(row), flush=True),
        )
        # Steps, tokens and seconds count on from round to round: one curve.
        before = whole.rows[-1] if whole.rows else {}
        counted = ("step", "tokens", "seconds")
        whole.rows += [
            {"round": number} | row | {key: round(row[key] + before.get(key, 0), 1) for key in counted}
            for row in log.rows
        ]
    store(model, "bert-ja-mini" if name == "mini" else f"bert-ja-ablation/{name}", whole)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=RUNS)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="1: two runs side by side")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    run(arguments.name)
