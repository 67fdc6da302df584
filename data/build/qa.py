"""A model that points at answers: a head and LoRA on MiniLM (data/models/qa-minilm-lora, data/measured/11_qa.json).

``python data/build/qa.py`` trains on the questions made by rule (data/qa/train.jsonl.gz, qa_items.py), chooses a
setting on the written questions of dev.toml, and answers those of test.toml, once:

``sliding window``  no model: llmlab.qa_questions
``untrained head``  MiniLM with a random head
``tuned``           the adapter and its head, loaded again from the half-precision file

Answers come from the pipeline of llmlab.question_answering, with its defaults, in two ways: ``forced`` must name a span
(to be scored on the questions that the text answers), ``free`` may say nothing. Exact match and F1 as SQuAD's, from
torchmetrics. Devlin et al. (2018), section 4.2 and 4.3, for the head and for [CLS] as "no answer"; Hu et al. (2021) for
LoRA. A stopped run goes on where it was (build/qa).
"""

import gzip
import json
import shutil
import time
from pathlib import Path

import downstream
import numpy as np
import prefix
import rows

ROOT = rows.ROOT
TRAIN = ROOT / "data" / "qa" / "train.jsonl.gz"
FOLDER = ROOT / "data" / "models" / "qa-minilm-lora"
BUILD = ROOT / "build" / "qa"
LAYERS = r".*\.(query|key|value|dense)"  # all linear layers of the body
LENGTH = 192  # tokens of question and text together; the longest training item has 190
BATCH = 16
SEED = 11
WARM = 0.1  # share of the steps
KEEP_EVERY = 100  # steps between two copies of a running training
LOOK_EVERY = 190  # steps between two looks at dev: half a pass
# Compared on dev. So far a single setting: about 25 minutes of one core's own time each. The log says how dev went.
TRIED = ({"rank": 16, "rate": 1e-3, "epochs": 2},)
SPLITS = ("dev", "test")
WAYS = ("sliding window", "untrained head", "tuned")


# ---------------------------------------------------------------- questions to tokens


def training_items() -> list[dict]:
    """Return the training questions: ``context``, ``question``, ``answer`` and ``start``, None where there is none."""
    with gzip.open(TRAIN, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def encode(tokenizer, items: list[dict], length: int = LENGTH) -> list[dict]:
    """Return each item's token ids and kinds, and the places of the answer's first and last token: 0, [CLS], for none.

    Items whose answer a cut at ``length`` tokens takes away are left out.
    """
    batch = tokenizer(
        [one["question"] for one in items],
        [one["context"] for one in items],
        truncation="only_second",
        max_length=length,
        return_token_type_ids=True,
    )
    found = []
    for number, one in enumerate(items):
        first = last = 0
        if one["answer"] is not None:
            first = batch.char_to_token(number, one["start"], 1)
            last = batch.char_to_token(number, one["start"] + len(one["answer"]) - 1, 1)
            if first is None or last is None:
                continue
        kinds = batch["token_type_ids"][number]
        found.append({"ids": batch["input_ids"][number], "kinds": kinds, "span": (first, last)})
    return found


def together(items: list[dict], pad: int = 0) -> dict:
    """Return encoded items as one batch of tensors, padded on the right, with the answers' places."""
    import torch

    size = (len(items), max(len(one["ids"]) for one in items))
    ids, kinds, mask = torch.full(size, pad), torch.zeros(size, dtype=int), torch.zeros(size, dtype=int)
    for line, one in enumerate(items):
        ids[line, : len(one["ids"])] = torch.tensor(one["ids"])
        kinds[line, : len(one["ids"])] = torch.tensor(one["kinds"])
        mask[line, : len(one["ids"])] = 1
    spans = torch.tensor([one["span"] for one in items])
    return {
        "input_ids": ids,
        "token_type_ids": kinds,
        "attention_mask": mask,
        "start_positions": spans[:, 0],
        "end_positions": spans[:, 1],
    }


def batches(lengths: list[int], epochs: int, size: int = BATCH, seed: int = SEED) -> list[list[int]]:
    """Return the items of each step: ``epochs`` passes in random order, items of like length together."""
    rng, steps = np.random.default_rng(seed), []
    for _ in range(epochs):
        order, chosen = rng.permutation(len(lengths)), []
        for first in range(0, len(order), 16 * size):
            part = order[first : first + 16 * size]
            inside = prefix.alike([lengths[place] for place in part], size)
            chosen += [part[places].tolist() for places in inside]
        steps += [chosen[place] for place in rng.permutation(len(chosen))]
    return steps


# ---------------------------------------------------------------- the model


def body() -> Path:
    """Return the folder of MiniLM."""
    from llmlab import models

    return models.path("encoder", "cpu")


def fresh(folder: Path, seed: int = SEED):
    """Return a checkpoint's body with a new head that gives each token two scores."""
    import torch
    from transformers import AutoModelForQuestionAnswering

    torch.manual_seed(seed)
    # For texts this short, plain attention is the faster one on a CPU.
    options = {"dtype": torch.float32, "attn_implementation": "eager"}
    return AutoModelForQuestionAnswering.from_pretrained(folder, **options)


def adapted(model, rank: int):
    """Return the model with new LoRA matrices on all linear layers of its body; the head is trained whole."""
    from peft import LoraConfig, get_peft_model

    # For this kind of task peft trains and stores the head, qa_outputs, by itself.
    options = {"r": rank, "lora_alpha": 2 * rank, "target_modules": LAYERS, "lora_dropout": 0.05}
    return get_peft_model(model, LoraConfig(task_type="QUESTION_ANS", **options))


def tuned(folder: Path, adapter: Path):
    """Return a checkpoint's body with a saved adapter worked in, and its head."""
    from peft import PeftModel

    return PeftModel.from_pretrained(fresh(folder), adapter).merge_and_unload().eval()


def save(model, folder: Path) -> None:
    """Write adapter and head in half precision, without the traces of the machine that made them."""
    import copy

    model = copy.deepcopy(model)
    model.peft_config["default"].base_model_name_or_path = "sentence-transformers/all-MiniLM-L6-v2"
    for weight in model.parameters():
        if weight.requires_grad:
            weight.data = weight.data.half()
    model.save_pretrained(folder, save_embedding_layers=False)  # else peft asks the hub
    (folder / "README.md").unlink(missing_ok=True)


def train(model, data: list[dict], rate: float, epochs: int, keep: Path | None = None, look=None) -> list:
    """Train adapter and head in place: AdamW, warm-up, then linearly to zero.

    Parameters
    ----------
    keep
        A file for copies of the running training; when it is there, the training goes on from it.
    look
        Called with the model every ``LOOK_EVERY`` steps and after the last; what it returns is kept.

    Returns
    -------
    list
        A dictionary every so many steps: ``step``, the mean ``loss`` since the last one (nats), what ``look`` returned.
    """
    import torch

    weights = [weight for weight in model.parameters() if weight.requires_grad]
    # Called by itself, peft's model for question answering (0.21) drops token_type_ids; the one inside it does not.
    inner = model.base_model
    optimizer = torch.optim.AdamW(weights, lr=rate, weight_decay=0.01, fused=True)
    steps = batches([len(one["ids"]) for one in data], epochs)
    begin, log, losses = 0, [], []
    torch.manual_seed(SEED)
    if keep and keep.exists():
        kept = torch.load(keep, weights_only=True)
        for weight, value in zip(weights, kept["weights"], strict=True):
            weight.data.copy_(value)
        optimizer.load_state_dict(kept["optimizer"])
        torch.set_rng_state(kept["random"])
        begin, log, losses = kept["step"], kept["log"], kept["losses"]
    model.train()
    for step in range(begin, len(steps)):
        share = min((step + 1) / (WARM * len(steps)), (len(steps) - step) / ((1 - WARM) * len(steps)))
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1.0, share)
        with downstream.bf16():
            loss = inner(**together([data[place] for place in steps[step]])).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(float(loss.detach()))
        done = step + 1
        if done % LOOK_EVERY == 0 or done == len(steps):
            state = torch.get_rng_state()
            model.eval()
            log.append({"step": done, "loss": round(float(np.mean(losses)), 4)} | (look(model) if look else {}))
            model.train()
            torch.set_rng_state(state)
            losses = []
            print(log[-1], flush=True)
        if keep and done % KEEP_EVERY == 0:
            keep.parent.mkdir(parents=True, exist_ok=True)
            torch.save(
                {
                    "step": done,
                    "weights": [weight.data for weight in weights],
                    "optimizer": optimizer.state_dict(),
                    "random": torch.get_rng_state(),
                    "log": log,
                    "losses": losses,
                },
                keep.with_suffix(".new"),
            )
            keep.with_suffix(".new").replace(keep)
    model.eval()
    return log


# ---------------------------------------------------------------- answers and their scores


def said_by(model, tokenizer, asked: list, nothing: bool = True) -> list[dict]:
    """Return what the pipeline answers to each question.

    Parameters
    ----------
    nothing
        Whether to look up the probability of "not in the text" too; that takes longer.

    Returns
    -------
    list of dict
        ``forced`` and its probability ``score``; ``free``, empty for "not in the text"; ``nothing``, the probability
        of that.
    """
    from transformers import pipeline

    from llmlab import question_answering  # noqa: F401  registers the task

    reader = pipeline("question-answering", model=model, tokenizer=tokenizer, device="cpu")
    texts = {
        "question": [one.question for one in asked],
        "context": [one.context for one in asked],
        "batch_size": 16,
    }
    forced = reader(**texts)
    free = reader(**texts, handle_impossible_answer=True)
    found = [
        {"forced": one["answer"], "score": one["score"], "free": other["answer"]}
        for one, other in zip(forced, free, strict=True)
    ]
    if nothing:  # among all answers of a question, the empty one
        for one, some in zip(found, reader(**texts, handle_impossible_answer=True, top_k=5000), strict=True):
            one["nothing"] = next(answer["score"] for answer in some if not answer["answer"])
    return found


def window_says(asked: list, limit: float) -> list[dict]:
    """Return what the sliding window answers; below ``limit`` (a share of the question's weight) it says nothing."""
    from llmlab import qa_questions

    found = []
    for one in asked:
        answer = qa_questions.sliding_window(one.question, one.context)
        said = answer["answer"] if answer["score"] >= limit else ""
        found.append({"forced": answer["answer"], "score": answer["score"], "free": said})
    return found


def measured(said: list[str], asked: list) -> dict[str, list[float]]:
    """Return exact match and F1 of each answer in 0…1; to say nothing is right where the text has no answer."""
    from torchmetrics.functional.text import squad

    found: dict[str, list[float]] = {"em": [], "f1": []}
    for text, one in zip(said, asked, strict=True):
        right = list(one.answers) or [""]
        target = {"answers": {"answer_start": [0] * len(right), "text": right}, "id": "0"}
        scores = squad([{"prediction_text": text, "id": "0"}], [target])
        for name, key in (("em", "exact_match"), ("f1", "f1")):
            found[name].append(round(float(scores[key]) / 100, 4))
    return found


SUBSETS = {
    "forced answerable": ("forced", lambda one: bool(one.answers)),
    "free all": ("free", lambda one: True),
    "free answerable": ("free", lambda one: bool(one.answers)),
    "free impossible": ("free", lambda one: not one.answers),
}


def row_of(said: list[dict], asked: list) -> dict:
    """Return the scores of all ways to count, with what was said and scored for each question."""
    found = {}
    for view in ("forced", "free"):
        each = measured([one[view] for one in said], asked)
        found[view] = {
            "answers": [one[view] for one in said],
            "em": rows.bits(each["em"]),
            "f1": each["f1"],
        }
    for name in ("score", "nothing"):
        if name in said[0]:
            found[name] = [round(one[name], 4) for one in said]
    return {"mean": means(found, asked)} | found


def means(row: dict, asked: list) -> dict:
    """Return exact match, F1 and n of each way to count."""
    found = {}
    for name, (view, chosen) in SUBSETS.items():
        places = [place for place, one in enumerate(asked) if chosen(one)]
        em = np.mean([row[view]["em"][place] == "1" for place in places])
        f1 = np.mean([row[view]["f1"][place] for place in places])
        found[name] = {"em": round(float(em), 4), "f1": round(float(f1), 4), "n": len(places)}
    return found


def best_limit(asked: list) -> float:
    """Return the sliding window's limit with the highest F1 on ``asked``; the lowest one of several."""
    said = window_says(asked, 0)
    limits = sorted({0.0} | {one["score"] + 1e-9 for one in said})

    def f1(limit):
        return np.mean(
            measured([one["forced"] if one["score"] >= limit else "" for one in said], asked)["f1"]
        )

    return float(max(limits, key=f1))


def intervals(row: dict, asked: list, less: dict | None = None) -> dict:
    """Return mean and 95 % interval of each way to count, or of the difference to ``less``; whole texts are drawn."""
    from llmlab import claims

    found = {}
    for name, (view, chosen) in SUBSETS.items():
        places = [place for place, one in enumerate(asked) if chosen(one)]
        groups = [asked[place].group for place in places]
        found[name] = {"n": len(places), "texts": len(set(groups))}
        for metric in ("em", "f1"):
            values = np.array([float(row[view][metric][place]) for place in places])
            if less:
                values -= [float(less[view][metric][place]) for place in places]
            found[name][metric] = [round(one, 4) for one in claims.bootstrap(values, cluster=groups)]
    return found


# ---------------------------------------------------------------- running


def adapter_of(job: dict) -> Path:
    """Return the folder of a tried adapter."""
    return BUILD / f"rank{job['rank']}-rate{job['rate']:g}-epochs{job['epochs']}"


def train_row(job: dict) -> dict:
    """Train one setting, store its adapter under build/, and return its log and its answers on dev."""
    from transformers import AutoTokenizer

    from llmlab import qa_questions

    tokenizer, asked = AutoTokenizer.from_pretrained(body()), qa_questions.questions("dev")
    model = adapted(fresh(body()), job["rank"])
    data = encode(tokenizer, training_items())

    def look(model):
        # A copy: working the adapter in would end the training.
        save(model, adapter_of(job))
        said = said_by(tuned(body(), adapter_of(job)), tokenizer, asked, nothing=False)
        found = row_of(said, asked)["mean"]
        return {"dev": {name: one["f1"] for name, one in found.items()}}

    begin, keep = time.process_time(), BUILD / f"{adapter_of(job).name}.pt"
    log = train(model, data, job["rate"], job["epochs"], keep, look)
    seconds = time.process_time() - begin
    save(model, adapter_of(job))
    row = row_of(said_by(tuned(body(), adapter_of(job)), tokenizer, asked), asked)
    return {"items": len(data), "seconds": round(seconds), "log": log, "dev": row}


def ask_row(job: dict) -> dict:
    """Return one way's answers to one split."""
    from transformers import AutoTokenizer

    from llmlab import qa_questions

    asked = qa_questions.questions(job["split"])
    if job["way"] == "sliding window":
        return row_of(window_says(asked, job["limit"]), asked)
    model = tuned(body(), FOLDER) if job["way"] == "tuned" else fresh(body()).eval()
    return row_of(said_by(model, AutoTokenizer.from_pretrained(body()), asked), asked)


def store(tried: dict) -> None:
    """Put the chosen adapter where the course looks for it, with the log of its training."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    shutil.copytree(adapter_of(tried), FOLDER)
    lines = [json.dumps(one) for one in tried["log"]]
    (FOLDER / "training.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    parser = rows.options(__doc__.splitlines()[0], "11_qa.json")
    parser.add_argument("--tune", action="store_true", help="only train the settings: test stays unread")
    options = parser.parse_args()
    begin = time.monotonic()

    from llmlab import models, qa_questions

    asked = {split: qa_questions.questions(split) for split in SPLITS}
    encoder = models.entry("encoder", "cpu").sha256
    made = rows.fingerprint(TRAIN, LENGTH, BATCH, SEED, WARM, LAYERS, encoder, repr(asked["dev"]))

    def done(name, jobs, work):
        left = options.minutes - (time.monotonic() - begin) / 60
        return rows.run(jobs, work, BUILD / f"{name}.jsonl", left, 0)

    jobs = [one | {"seed": SEED, "made_from": made} for one in TRIED]
    tried = done("tune", jobs, train_row)
    if len(tried) < len(TRIED) or options.tune:
        return
    chosen = max(tried, key=lambda one: one["dev"]["mean"]["free all"]["f1"])
    store(chosen)
    weights = rows.fingerprint(FOLDER / "adapter_model.safetensors", repr(asked))
    limit = best_limit(asked["dev"])
    jobs = [
        {"way": way, "split": split, "made_from": weights}
        | ({"limit": round(limit, 6)} if way == "sliding window" else {})
        for split in SPLITS
        for way in WAYS
    ]
    found = done("ask", jobs, ask_row)
    if len(found) < len(jobs):
        return
    test = {row["way"]: row for row in found if row["split"] == "test"}
    rows.write(
        options.out,
        {
            "rows": found,
            "items": {split: [one.id for one in some] for split, some in asked.items()},
            "groups": {split: [one.group for one in some] for split, some in asked.items()},
            "kinds": {split: [one.kind for one in some] for split, some in asked.items()},
            "answerable": {split: rows.bits(one.answers for one in some) for split, some in asked.items()},
            "intervals": {way: intervals(row, asked["test"]) for way, row in test.items()},
            "gains": {
                way: intervals(test["tuned"], asked["test"], test[way]) for way in WAYS if way != "tuned"
            },
            "tried": [one | {"dev": {"mean": one["dev"]["mean"]}} for one in tried],
            "chosen": {name: chosen[name] for name in ("rank", "rate", "epochs", "seed")},
            "training": {"items": chosen["items"], "seconds": chosen["seconds"], "log": chosen["log"]},
            "model": models.entry("encoder", "cpu").name,
            "dtype": rows.fast_dtype(),
            "machine": rows.machine(),
            "made_by": "data/build/qa.py",
        },
    )


if __name__ == "__main__":
    main()
