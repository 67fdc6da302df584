"""Few labels: fine-tuning, the same network from scratch, and counted words (data/measured/06_few_labels.json).

``python data/build/few_labels.py`` takes 10 to 1,000 labels of each task in downstream.py, three draws each, and
scores on the test pages. First it chooses the rate of learning (for the baseline C) on the dev pages; the result says
what every try gave. A stopped run goes on (build/few_labels).

For ``tagging`` a label is a labelled sentence, and n counts words.
"""

import itertools
from pathlib import Path

import rows

ROOT = rows.ROOT
MODEL = ROOT / "data" / "models" / "bert-ja-mini"
TASKS = ("section", "heading", "tagging")
LABELS = (10, 30, 100, 300, 1000)
SEEDS = 3
# Six epochs, at least 60 steps: fixed beforehand, the same for pre-trained and from scratch, no early stop.
EPOCHS, LEAST = 6, 60
# Tried on dev pages with DEV_LABELS labels, drawn with a seed that no scored row has; the best serves all label counts.
# A rate of learning (pretrained, scratch) or scikit-learn's C (baseline).
GRID = {"pretrained": (2e-4, 5e-4, 1e-3), "scratch": (5e-4, 1e-3, 2e-3), "baseline": (1, 10, 100)}
METHODS = tuple(GRID)
DEV_LABELS, DEV_SEED = 100, 1000


def start(tasks: dict, folder: Path) -> None:
    """Give a process its tasks and its model."""
    start.tasks, start.folder = tasks, folder


def row(job: dict) -> dict:
    """Return accuracy, n and right or wrong per answer of one draw, one method."""
    import downstream
    from transformers import set_seed

    task, split = start.tasks[job["task"]], job["split"]
    items = task.draw(job["labels"], job["seed"])
    if job["method"] == "baseline":
        found = downstream.baseline(task, items, split, job["setting"])
    else:
        set_seed(job["seed"])
        model = downstream.bert(start.folder, task, pretrained=job["method"] == "pretrained")
        steps = downstream.steps_of(job["labels"], EPOCHS, LEAST)
        tagging = task.name == "tagging"
        downstream.fine_tune(model, items, tagging, job["setting"], steps, job["seed"])
        found = downstream.predict(model, task.items[split], tagging)
    right = (found == task.answers(split)).astype(int)
    return {"accuracy": round(float(right.mean()), 4), "n": len(right), "right": "".join(map(str, right))}


def main() -> None:
    parser = rows.options(__doc__.splitlines()[0], "06_few_labels.json")
    parser.add_argument("--model", type=Path, default=MODEL, help="folder of bert-ja-mini")
    parser.add_argument("--labels", type=int, nargs="*", default=LABELS)
    parser.add_argument("--tasks", nargs="*", default=TASKS)
    options = parser.parse_args()
    import time

    import downstream
    from transformers import AutoTokenizer

    begin = time.monotonic()
    tasks = downstream.make_tasks(AutoTokenizer.from_pretrained(MODEL), options.tasks)
    # A row is done again when the model, the task's code or the corpus has changed.
    made_from = dict.fromkeys(METHODS, rows.made_from(EPOCHS, LEAST))
    made_from["pretrained"] = rows.made_from(EPOCHS, LEAST, options.model / "model.safetensors")

    def job(task, method, labels, seed, split, setting):
        named = {"task": task, "method": method, "labels": labels, "seed": seed, "split": split}
        return named | {"setting": setting, "made_from": made_from[method]}

    def done(jobs):
        left = options.minutes - (time.monotonic() - begin) / 60
        work = ROOT / "build" / "few_labels" / "rows.jsonl"
        return rows.run(jobs, row, work, left, options.workers, start, (tasks, options.model))

    few = min(DEV_LABELS, max(options.labels))
    grid = [
        job(task, method, few, DEV_SEED, "dev", setting)
        for task, method in itertools.product(options.tasks, METHODS)
        for setting in GRID[method]
    ]
    tried = done(grid)
    if len(tried) < len(grid):
        return
    best = {}
    for one in tried:
        key = one["task"], one["method"]
        if key not in best or one["accuracy"] > best[key]["accuracy"]:
            best[key] = one
    # Seed by seed: a run that is stopped leaves every curve with the same draws.
    jobs = [
        job(task, method, labels, seed, "test", best[task, method]["setting"])
        for seed, labels, task, method in itertools.product(
            range(options.seeds or SEEDS), options.labels, options.tasks, METHODS
        )
    ]
    found = done(jobs)
    about = {}
    for name, task in tasks.items():
        answers = task.answers("test")
        about[name] = {
            "classes": task.classes,
            "n": len(answers),
            "items": len(task.items["test"]),
            "label": "sentence" if name == "tagging" else "item",
            # What always answering the most frequent class would give.
            "most_frequent": round(max(float((answers == k).mean()) for k in range(len(task.classes))), 4),
            "pages": task.pages("test").tolist(),
        }
    for one in found:
        del one["split"]
    content = {
        "tasks": about,
        "training": {"epochs": EPOCHS, "least_steps": LEAST, "batch": downstream.BATCH},
        "chosen_on_dev": [
            {name: one[name] for name in ("task", "method", "labels", "setting", "accuracy", "n")}
            for one in tried
        ],
        "rows": found,
        "machine": rows.machine(),
        "made_by": "data/build/few_labels.py",
    }
    rows.write(options.out, content)


if __name__ == "__main__":
    main()
