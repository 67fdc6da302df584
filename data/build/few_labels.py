"""Few labels: fine-tuning, the same network from scratch, and counted words (data/measured/06_few_labels.json).

``python data/build/few_labels.py`` takes 10 to 1,000 labels of each task in downstream.py, three draws each, and
scores on the test pages. A stopped run goes on (build/few_labels). ``--dev`` is how SETTINGS were chosen.
"""

from pathlib import Path

import rows

ROOT = rows.ROOT
MODEL = ROOT / "data" / "models" / "bert-ja-mini"
LABELS = (10, 30, 100, 300, 1000)
SEEDS = 3
METHODS = ("pretrained", "scratch", "baseline")

SETTINGS = {
    ("section", "pretrained"): {"learning_rate": 5e-4, "epochs": 6, "least": 60},
    ("section", "scratch"): {"learning_rate": 1e-3, "epochs": 6, "least": 60},
    ("section", "baseline"): {"c": 10},
    ("heading", "pretrained"): {"learning_rate": 5e-4, "epochs": 6, "least": 60},
    ("heading", "scratch"): {"learning_rate": 1e-3, "epochs": 6, "least": 60},
    ("heading", "baseline"): {"c": 10},
    ("tagging", "pretrained"): {"learning_rate": 5e-4, "epochs": 6, "least": 60},
    ("tagging", "scratch"): {"learning_rate": 1e-3, "epochs": 6, "least": 60},
    ("tagging", "baseline"): {"c": 10},
}
GRID = {"pretrained": (2e-4, 5e-4, 1e-3), "scratch": (5e-4, 1e-3, 2e-3)}


def start(tasks: dict, folder: Path) -> None:
    """Give a process its tasks and its model."""
    import torch
    from transformers.utils import logging

    torch.set_num_threads(1)
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    start.tasks, start.folder = tasks, folder


def row(job: dict) -> dict:
    """Return accuracy, n and right or wrong per answer of one draw, one method."""
    import downstream
    from transformers import set_seed

    task, split = start.tasks[job["task"]], job.get("split", "test")
    items, settings = task.draw(job["labels"], job["seed"]), job["settings"]
    if job["method"] == "baseline":
        found = downstream.baseline(task, items, split, settings["c"])
    else:
        set_seed(job["seed"])
        model = downstream.bert(start.folder, task, pretrained=job["method"] == "pretrained")
        steps = downstream.steps_of(job["labels"], settings["epochs"], settings["least"])
        tagging = task.name == "tagging"
        downstream.fine_tune(model, items, tagging, settings["learning_rate"], steps, job["seed"])
        found = downstream.predict(model, task.items[split], tagging)
    right = (found == task.answers(split)).astype(int)
    return {"accuracy": round(float(right.mean()), 4), "n": len(right), "right": "".join(map(str, right))}


def main() -> None:
    parser = rows.options(__doc__.splitlines()[0], "06_few_labels.json")
    parser.add_argument("--model", type=Path, default=MODEL, help="folder of bert-ja-mini")
    parser.add_argument("--labels", type=int, nargs="*", default=LABELS)
    parser.add_argument("--tasks", nargs="*", default=("section", "heading", "tagging"))
    parser.add_argument("--dev", action="store_true", help="print the grid on dev pages; write no result")
    options = parser.parse_args()
    import downstream
    from transformers import AutoTokenizer

    tasks = downstream.make_tasks(AutoTokenizer.from_pretrained(MODEL), options.tasks)
    # A row is done again when the model, the task's code or the corpus has changed.
    corpus = ROOT / "data" / "corpus" / "ja"
    files = [Path(downstream.__file__), *(corpus / f"{split}.jsonl.gz" for split in ("train", "dev", "test"))]
    made_from = {
        "baseline": rows.fingerprint(*files),
        "scratch": rows.fingerprint(*files),
        "pretrained": rows.fingerprint(*files, options.model / "model.safetensors"),
    }
    jobs = []
    for seed in range(options.seeds or SEEDS):
        for labels in options.labels:
            for task in options.tasks:
                for method in METHODS:
                    job = {"task": task, "method": method, "labels": labels, "seed": seed}
                    job |= {"settings": SETTINGS[task, method], "made_from": made_from[method]}
                    if not options.dev:
                        jobs.append(job)
                    elif method != "baseline":
                        for rate in GRID[method]:
                            jobs.append(
                                job | {"split": "dev", "settings": job["settings"] | {"learning_rate": rate}}
                            )
    work = ROOT / "build" / "few_labels" / ("dev.jsonl" if options.dev else "rows.jsonl")
    found = rows.run(jobs, row, work, options.minutes, options.workers, start, (tasks, options.model))
    if options.dev:
        return
    for one in found:
        del one["settings"]
    about = {}
    for name, task in tasks.items():
        answers, pages = task.answers("test"), task.pages("test")
        share = max(int((answers == k).sum()) for k in range(len(task.classes))) / len(answers)
        about[name] = {
            "classes": task.classes,
            "n": len(answers),
            "items": len(task.items["test"]),
            "most_frequent": round(share, 4),
            "unit": "sentence" if name == "tagging" else "item",
            "pages": pages.tolist(),
        }
    settings = {f"{task} {method}": value for (task, method), value in SETTINGS.items()}
    content = {"tasks": about, "settings": settings, "rows": found, "machine": rows.machine()}
    rows.write(options.out, content | {"made_by": "data/build/few_labels.py"})


if __name__ == "__main__":
    main()
