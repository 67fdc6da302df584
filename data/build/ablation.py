"""BERT's Table 5 in miniature: with next sentence, without, left-to-right without (data/measured/06_ablation.json).

``python data/build/ablation.py`` fine-tunes the three models of data/models/bert-ja-ablation on the tasks of
downstream.py with 1,000 labels, three draws each, and scores on the test pages; it also measures each model on what it
was trained for. A stopped run goes on (build/ablation).

How a sentence becomes one vector decides much here, so it is reported twice. ``mean`` pools the same way in all three
(the mean of all T_i); ``one`` is as the models are used (C, and the last [SEP] of the left-to-right one, whose [CLS]
sees only itself). ``tokens`` (tagging) reads T_i at each word: left-to-right, it has seen nothing after the word.
"""

import itertools
from collections import defaultdict
from pathlib import Path

import rows

ROOT = rows.ROOT
MODELS = ROOT / "data" / "models" / "bert-ja-ablation"
NAMES = ("nsp", "mlm", "ltr")
KINDS = (
    ("tagging", "tokens"),
    ("section", "mean"),
    ("heading", "mean"),
    ("section", "one"),
    ("heading", "one"),
)
LABELS, SEEDS = 1000, 3
EPOCHS, LEAST = 4, 60
# The rate of learning is chosen on dev pages for each task and pooling, by the mean over the three models: so it is
# the same for all three. Fewer labels there, one draw.
RATES, DEV_LABELS = (5e-4, 1e-3, 2e-3), 300


def start(tasks: dict, folder: Path) -> None:
    """Give a process its tasks and the folder of the three models."""
    start.tasks, start.folder = tasks, folder


def row(job: dict) -> dict:
    """Return accuracy, n and right or wrong per answer of one model, one task, one draw."""
    import downstream
    from transformers import set_seed

    task, split = start.tasks[job["task"]], job["split"]
    set_seed(job["seed"])
    model = downstream.pooled_bert(start.folder / job["model"], task, job["pooling"])
    items, tagging = task.draw(job["labels"], job["seed"]), job["pooling"] == "tokens"
    steps = downstream.steps_of(len(items), EPOCHS, LEAST)
    downstream.fine_tune(model, items, tagging, job["learning_rate"], steps, job["seed"])
    right = (downstream.predict(model, task.items[split], tagging) == task.answers(split)).astype(int)
    return {"accuracy": round(float(right.mean()), 4), "n": len(right), "right": "".join(map(str, right))}


def held_out(folder: Path, name: str, tokenizer, encoded) -> dict:
    """Return what a model was trained for, on held-out pages; what it was not trained for is left out.

    The losses of masked words and of the next word are not comparable: the one sees both sides, the other is asked
    everywhere.
    """
    import numpy as np
    from transformers import BertForPreTraining

    from llmlab import pretrain

    model = BertForPreTraining.from_pretrained(folder / name, attn_implementation="eager").float()
    if name == "ltr":
        measured = pretrain.fixed_batches(encoded, tokenizer, mlm_probability=0.0)
        found = pretrain.answers(model, [(batch, pretrain.left_to_right(batch)) for batch, _ in measured])
        right = found["mlm_label"] == found["mlm_answer"]
        return {
            "ltr_loss": round(float(np.mean(found["mlm_loss"])), 4),
            "ltr_accuracy": round(float(right.mean()), 4),
        }
    found = pretrain.figures(pretrain.answers(model, pretrain.fixed_batches(encoded, tokenizer)))
    return {key: round(value, 4) for key, value in found.items() if name == "nsp" or key.startswith("mlm")}


def main() -> None:
    parser = rows.options(__doc__.splitlines()[0], "06_ablation.json")
    parser.add_argument("--models", type=Path, default=MODELS, help="folder of nsp/, mlm/ and ltr/")
    parser.add_argument("--labels", type=int, default=LABELS)
    options = parser.parse_args()
    import time

    import downstream
    from transformers import AutoTokenizer

    from llmlab import corpus

    begin = time.monotonic()
    tokenizer = AutoTokenizer.from_pretrained(options.models / NAMES[0])
    tasks = downstream.make_tasks(tokenizer)
    made_from = {
        name: rows.made_from(EPOCHS, LEAST, options.models / name / "model.safetensors") for name in NAMES
    }

    def job(model, kind, split, labels, seed, rate):
        named = {
            "model": model,
            "task": kind[0],
            "pooling": kind[1],
            "labels": labels,
            "seed": seed,
            "split": split,
        }
        return named | {"learning_rate": rate, "made_from": made_from[model]}

    def done(jobs):
        left = options.minutes - (time.monotonic() - begin) / 60
        work = ROOT / "build" / "ablation" / "rows.jsonl"
        return rows.run(jobs, row, work, left, options.workers, start, (tasks, options.models))

    # A seed that no scored run has.
    few = min(DEV_LABELS, options.labels)
    grid = [
        job(model, kind, "dev", few, 1000, rate)
        for kind, model, rate in itertools.product(KINDS, NAMES, RATES)
    ]
    tried = done(grid)
    if len(tried) < len(grid):
        return
    sums = defaultdict(float)
    for one in tried:
        sums[one["task"], one["pooling"], one["learning_rate"]] += one["accuracy"] / len(NAMES)
    best = {kind: max(RATES, key=lambda rate, kind=kind: sums[*kind, rate]) for kind in KINDS}
    # Seed by seed: a run that is stopped leaves models and tasks equally far.
    seeds = range(options.seeds or SEEDS)
    jobs = [
        job(model, kind, "test", options.labels, seed, best[kind])
        for seed, kind, model in itertools.product(seeds, KINDS, NAMES)
    ]
    found = done(jobs)
    encoded = corpus.encode(corpus.documents("test"), tokenizer)
    about = {
        name: {"classes": task.classes, "n": len(task.answers("test")), "pages": task.pages("test").tolist()}
        for name, task in tasks.items()
    }
    for one in found:
        del one["split"]
    content = {
        "tasks": about,
        "models": {name: held_out(options.models, name, tokenizer, encoded) for name in NAMES},
        "chosen_on_dev": [
            {"task": task, "pooling": pooling, "learning_rate": rate, "accuracy": round(value, 4)}
            for (task, pooling, rate), value in sums.items()
        ],
        "rows": found,
        "machine": rows.machine(),
        "made_by": "data/build/ablation.py",
    }
    rows.write(options.out, content)


if __name__ == "__main__":
    main()
