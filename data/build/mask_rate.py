"""How many tokens to mask: the same network and budget at five rates (data/measured/06_mask_rate.json).

``python data/build/mask_rate.py`` trains the small model of bert_ja.py on masked words alone and measures every
model on the same dev batches with 15 % masked. A stopped run goes on (build/mask_rate), a row at a time.
"""

import time

import rows

ROOT = rows.ROOT
RATES = (0.15, 0.05, 0.5, 0.3, 0.8)
SEEDS = 2
TOKENS = 1_500_000
MAX_LENGTH = 64


def row(job: dict) -> dict:
    """Train one model and measure it on the fixed dev batches."""
    import bert_ja
    from transformers import AutoTokenizer, set_seed

    from llmlab import pretrain

    tokenizer = AutoTokenizer.from_pretrained(bert_ja.TOKENIZER)
    set_seed(job["seed"])
    model = bert_ja.new_model("ablation", len(tokenizer), "mlm")
    settings = bert_ja.RUNS["nsp"][1][0].__dict__ | {
        "tokens": job["tokens"],
        "max_length": MAX_LENGTH,
        "objective": "mlm",
        "mlm_probability": job["mlm_probability"],
        "seed": job["seed"],
    }
    begin = time.monotonic()
    pretrain.train(model, bert_ja.encoded("train", tokenizer), tokenizer, pretrain.Settings(**settings))
    seconds = round(time.monotonic() - begin, 1)
    measured = pretrain.fixed_batches(bert_ja.encoded("dev", tokenizer), tokenizer, max_length=MAX_LENGTH)
    found = pretrain.figures(pretrain.answers(model, measured))
    asked = sum(int((labels != pretrain.IGNORED).sum()) for _, labels in measured)
    figures = {name: round(found[name], 4) for name in ("mlm_loss", "mlm_accuracy")}
    return figures | {"n": asked, "seconds": seconds}


def main() -> None:
    parser = rows.options(__doc__.splitlines()[0], "06_mask_rate.json")
    parser.add_argument("--tokens", type=int, default=TOKENS)
    options = parser.parse_args()
    import bert_ja
    from transformers import AutoTokenizer

    # Made once here, so that two processes do not write the same file.
    tokenizer = AutoTokenizer.from_pretrained(bert_ja.TOKENIZER)
    for split in ("train", "dev"):
        bert_ja.encoded(split, tokenizer)
    files = [bert_ja.FULL / f"{split}.jsonl.gz" for split in ("train", "dev")] + [
        bert_ja.TOKENIZER / "vocab.txt"
    ]
    made_from = rows.fingerprint(*files, bert_ja.RUNS["nsp"], MAX_LENGTH)
    jobs = [
        {"mlm_probability": rate, "tokens": options.tokens, "seed": seed, "made_from": made_from}
        for seed in range(options.seeds or SEEDS)
        for rate in RATES
    ]
    work = ROOT / "build" / "mask_rate" / "rows.jsonl"
    found = rows.run(jobs, row, work, options.minutes, options.workers)
    found.sort(key=lambda one: (one["mlm_probability"], one["seed"]))
    rows.write(options.out, {"rows": found, "machine": rows.machine(), "made_by": "data/build/mask_rate.py"})


if __name__ == "__main__":
    main()
