"""An own style by LoRA, against asking for it (data/models/smollm2-style, data/measured/02_style.json).

``python data/build/style.py`` trains adapters of SmolLM2 on the 80 answers of data/style/answers.toml, chooses one on
the dev prompts, and scores on the test prompts, once:

``plain``   the untouched model, the bare question
``asked``   the untouched model, the style described (wording chosen on dev)
``shown``   described, and four of the answers shown as earlier turns (three draws)
``tuned``   the adapter, the bare question

and what was forgotten: general questions, and the loss on other text, before and after. Greedy decoding. Seconds are
of one core's own time. A stopped run goes on (build/style).
"""

import re
import shutil
import time
import tomllib
from pathlib import Path

import minilm
import numpy as np
import rows

ROOT = rows.ROOT
FOLDER = ROOT / "data" / "models" / "smollm2-style"
LABELS = ("Short answer:", "Why:", "Next step:")
MOST_WORDS = 16
ROOM = 64  # new tokens of an answer; our longest has 49
SHOWN = 4
DRAWS = 3
BATCH, EPOCHS = 8, 4
# Tried on dev: which layers have an adapter, of which rank, at which rate of learning.
TRIED = (
    {"layers": 30, "rank": 4, "rate": 1e-3},
    {"layers": 30, "rank": 4, "rate": 3e-4},
    {"layers": 8, "rank": 8, "rate": 1e-3},
)
PARAGRAPHS = 60  # of other text
OTHER = ("handbook", "films")


def load(name: str) -> dict:
    """Return a TOML file of data/style."""
    return tomllib.loads((ROOT / "data" / "style" / f"{name}.toml").read_text(encoding="utf-8"))


STYLE, WORDS = load("answers"), load("wordings")


# ---------------------------------------------------------------- the style, as a program sees it


def in_form(answer: str) -> bool:
    """Say whether an answer is three lines with the three labels, whatever the lines hold."""
    lines = answer.strip().split("\n")
    return len(lines) == 3 and all(line.startswith(label) for line, label in zip(lines, LABELS, strict=True))


def in_style(answer: str) -> bool:
    """Say whether an answer keeps the whole rule: each line one sentence of at most 16 words with a full stop."""
    return in_form(answer) and all(
        re.fullmatch(re.escape(label) + r" [^.!?\n]+\.", line) and len(line.split()) <= MOST_WORDS
        for line, label in zip(answer.strip().split("\n"), LABELS, strict=True)
    )


def holds(answer: str, words: list[str]) -> bool:
    """Say whether one of the words stands in an answer, upper or lower case."""
    return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", answer, re.IGNORECASE) for word in words)


def prompts(split: str) -> list[str]:
    """Return the held-out questions of dev or test."""
    return [one["prompt"] for one in STYLE["heldout"] if one["split"] == split]


def chat_of(question: str, way: str, wording: int = 0, draw: int = 0) -> list[dict]:
    """Return the conversation in which a question is asked: bare, with the style described, or with answers shown."""
    if way in ("plain", "tuned"):
        return [{"role": "user", "content": question}]
    chosen = np.random.default_rng(draw).permutation(len(STYLE["example"]))[: SHOWN if way == "shown" else 0]
    found = []
    for one in (STYLE["example"][place] for place in chosen):
        found += [
            {"role": "user", "content": one["prompt"]},
            {"role": "assistant", "content": one["answer"].strip()},
        ]
    asked = WORDS["message"].format(instruction=WORDS["instruction"][wording], question=question)
    if found:  # the description comes first, the question last
        first = WORDS["message"].format(
            instruction=WORDS["instruction"][wording], question=found[0]["content"]
        )
        found[0]["content"], asked = first, question
    return [*found, {"role": "user", "content": asked}]


# ---------------------------------------------------------------- the model


def chat_model(adapter: Path | None = None):
    """Return SmolLM2's tokenizer and model, with an adapter or untouched."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from llmlab import models

    folder = models.path("chat", "cpu")
    tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    if adapter:
        from peft import PeftModel

        model = PeftModel.from_pretrained(model, adapter).merge_and_unload()
    return tokenizer, model.eval()


def replies(tokenizer, model, chats: list[list[dict]], room: int = ROOM) -> tuple[list[str], dict]:
    """Return each conversation's reply, and what it took: seconds and tokens a reply."""
    import torch

    texts = [
        tokenizer.apply_chat_template(chat, add_generation_prompt=True, tokenize=False) for chat in chats
    ]
    batch = tokenizer(texts, add_special_tokens=False, padding=True, return_tensors="pt")
    begin = time.process_time()
    with torch.inference_mode():
        output = model.generate(**batch, do_sample=False, max_new_tokens=room)
    new = output[:, batch["input_ids"].shape[1] :]
    return tokenizer.batch_decode(new, skip_special_tokens=True), {
        "seconds": round((time.process_time() - begin) / len(chats), 2),
        "tokens_in": round(float(batch["attention_mask"].sum(1).float().mean()), 1),
        "tokens_out": round(float((new != tokenizer.pad_token_id).sum(1).float().mean()), 1),
    }


def examples(tokenizer) -> list[tuple[list[int], int]]:
    """Return the training conversations as token ids, and where the answer begins: only the answer is learnt."""
    found = []
    for one in STYLE["example"]:
        chat = chat_of(one["prompt"], "plain")
        asked = tokenizer.apply_chat_template(chat, add_generation_prompt=True, tokenize=False)
        ids = tokenizer(asked, add_special_tokens=False)["input_ids"]
        answer = one["answer"].strip() + tokenizer.eos_token
        found.append((ids + tokenizer(answer, add_special_tokens=False)["input_ids"], len(ids)))
    return found


def adapted(model, layers: int, rank: int):
    """Return the model with a new LoRA adapter on all linear layers of its last ``layers`` blocks."""
    from peft import LoraConfig, get_peft_model

    blocks = model.config.num_hidden_layers
    names = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    options = {"r": rank, "lora_alpha": 2 * rank, "target_modules": names, "task_type": "CAUSAL_LM"}
    if layers < blocks:
        options |= {"layers_to_transform": list(range(blocks - layers, blocks)), "layers_pattern": "layers"}
    return get_peft_model(model, LoraConfig(**options))


def train(model, data: list, rate: float, epochs: int, seed: int = 0) -> list[float]:
    """Train the adapter in place (AdamW, warm-up, linearly to zero); return the loss of each step."""
    import downstream
    import torch

    rng = np.random.default_rng(seed)
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=rate, weight_decay=0.0)
    order = np.concatenate([rng.permutation(len(data)) for _ in range(epochs)])
    steps = [order[first : first + BATCH] for first in range(0, len(order), BATCH)]
    losses = []
    model.train()
    for step, chosen in enumerate(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / (0.1 * len(steps))) * (1 - step / len(steps))
        length = max(len(data[place][0]) for place in chosen)
        ids, labels = torch.zeros((2, len(chosen), length), dtype=torch.long)
        labels -= 100
        for line, place in enumerate(chosen):
            tokens, answer = data[place]
            ids[line, : len(tokens)] = torch.tensor(tokens)
            labels[line, answer : len(tokens)] = torch.tensor(tokens[answer:])
        with downstream.bf16():  # padding stands on the right, where no answer looks
            loss = model(input_ids=ids, labels=labels).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(round(float(loss.detach()), 4))
    model.eval()
    return losses


def save(model, folder: Path) -> None:
    """Write an adapter in half precision, without the traces of the machine that made it."""
    model.peft_config["default"].base_model_name_or_path = "HuggingFaceTB/SmolLM2-135M-Instruct"
    for weight in model.parameters():
        if weight.requires_grad:
            weight.data = weight.data.half()
    model.save_pretrained(folder, save_embedding_layers=False)  # else peft asks the hub
    (folder / "README.md").unlink(missing_ok=True)


# ---------------------------------------------------------------- what else is measured


def near_own_question(answers: list[str], questions: list[str]) -> list[bool]:
    """Say of each answer whether its own question is the one, among all of them, that MiniLM finds nearest."""
    # The labels are the same in every answer.
    bare = [re.sub("|".join(LABELS), "", answer) for answer in answers]
    return ((minilm.embed(bare) @ minilm.embed(questions).T).argmax(1) == np.arange(len(questions))).tolist()


def other_text(name: str) -> list[str]:
    """Return text that has nothing to do with the style: paragraphs of the handbook, or film sentences."""
    from llmlab import ratings

    if name == "films":
        texts = [one.text for one in ratings.films("test")]
    else:
        import gzip
        import json

        with gzip.open(ROOT / "data" / "rag" / "handbook.jsonl.gz", "rt", encoding="utf-8") as lines:
            pages = [json.loads(line) for line in lines]
        texts = [text for page in pages for part in page["sections"] for text in part["paragraphs"]]
        texts = [text for text in texts if len(text) >= 200]
    order = np.random.default_rng(0).permutation(len(texts))
    return [texts[place] for place in order[:PARAGRAPHS]]


def losses_on(tokenizer, model, texts: list[str], length: int = 128) -> list[tuple[float, int]]:
    """Return of each text the sum of its tokens' losses (nats) and their number, from the second token on."""
    import torch

    found = []
    for passage in texts:
        ids = tokenizer(passage, return_tensors="pt", truncation=True, max_length=length)["input_ids"]
        with torch.inference_mode():
            loss = model(input_ids=ids, labels=ids).loss
        found.append((round(float(loss) * (ids.shape[1] - 1), 3), ids.shape[1] - 1))
    return found


# ---------------------------------------------------------------- rows


def adapter_of(job: dict) -> Path:
    """Return the folder of a tried adapter."""
    return ROOT / "build" / "style" / f"layers{job['layers']}-rank{job['rank']}-rate{job['rate']:g}"


def scored(answers: list[str], took: dict) -> dict:
    """Return how often answers keep the form and the whole style, and the answers."""
    kept = [in_style(answer) for answer in answers]
    form = [in_form(answer) for answer in answers]
    return took | {
        "style": round(float(np.mean(kept)), 4),
        "form": round(float(np.mean(form)), 4),
        "n": len(answers),
        "kept": rows.bits(kept),
        "formed": rows.bits(form),
        "answers": [answer.strip() for answer in answers],
    }


def row(job: dict) -> dict:
    """Return what a job measures: a training with its dev score, answers of one way of asking, or what was forgotten."""
    what = job["what"]
    if what == "tune":
        tokenizer, model = chat_model()
        model = adapted(model, job["layers"], job["rank"])
        begin = time.process_time()
        losses = train(model, examples(tokenizer), job["rate"], EPOCHS)
        seconds = time.process_time() - begin
        save(model, adapter_of(job))
        tokenizer, model = chat_model(adapter_of(job))
        answers, took = replies(tokenizer, model, [chat_of(one, "tuned") for one in prompts("dev")])
        return {"train_seconds": round(seconds, 1), "losses": losses} | scored(answers, took)
    tokenizer, model = chat_model(ROOT / job["adapter"] if job.get("adapter") else None)
    if what == "ask":
        asked = prompts(job["split"])
        chats = [chat_of(one, job["way"], job["wording"], job["draw"]) for one in asked]
        answers, took = replies(tokenizer, model, chats)
        return scored(answers, took) | {"topic": rows.bits(near_own_question(answers, asked))}
    if what == "questions":
        asked = STYLE["forgetting"]
        answers, took = replies(tokenizer, model, [chat_of(one["prompt"], "plain") for one in asked])
        right = [holds(answer, one["answers"]) for answer, one in zip(answers, asked, strict=True)]
        return scored(answers, took) | {
            "right": rows.bits(right),
            "accuracy": round(float(np.mean(right)), 4),
        }
    found = losses_on(tokenizer, model, other_text(job["text"]))
    total, tokens = np.array(found).sum(0)
    return {"perplexity": round(float(np.exp(total / tokens)), 3), "losses": found, "n": len(found)}


def main() -> None:
    parser = rows.options(__doc__.splitlines()[0], "02_style.json")
    options = parser.parse_args()
    begin = time.monotonic()
    made_from = rows.fingerprint(STYLE, WORDS, BATCH, EPOCHS, ROOM, SHOWN)

    def done(jobs):
        left = options.minutes - (time.monotonic() - begin) / 60
        jobs = [job | {"made_from": made_from} for job in jobs]
        return rows.run(jobs, row, ROOT / "build" / "style" / "rows.jsonl", left, options.workers)

    def ask(split, way, wording=0, draw=0, adapter=None):
        named = {"what": "ask", "split": split, "way": way, "wording": wording, "draw": draw}
        return named | ({"adapter": adapter} if adapter else {})

    wordings = range(len(WORDS["instruction"]))
    first = [{"what": "tune", **one} for one in TRIED]
    first += [ask("dev", way, wording) for way in ("asked", "shown") for wording in wordings]
    tried = done(first)
    if len(tried) < len(first):
        return

    # The whole style counts; among equals the form; among equals the first.
    def best(found):
        return max(found, key=lambda one: (one["style"], one["form"]))

    tuned = best([one for one in tried if one["what"] == "tune"])
    wording = {
        way: best([one for one in tried if one.get("way") == way])["wording"] for way in ("asked", "shown")
    }
    keep(adapter_of(tuned))
    adapter = FOLDER.relative_to(ROOT).as_posix()
    jobs = [
        ask("test", "plain"),
        ask("test", "asked", wording["asked"]),
        ask("test", "tuned", adapter=adapter),
    ]
    jobs += [ask("test", "shown", wording["shown"], draw) for draw in range(options.seeds or DRAWS)]
    for after in ({}, {"adapter": adapter}):
        jobs += [{"what": "questions", **after}, *({"what": "text", "text": name, **after} for name in OTHER)]
    # The adapter's weights name its rows: another adapter is scored anew.
    weights = rows.fingerprint(FOLDER / "adapter_model.safetensors")
    found = done([job | ({"weights": weights} if job.get("adapter") else {}) for job in jobs])
    content = {
        "chosen": {"adapter": {name: tuned[name] for name in TRIED[0]}, "wording": wording},
        "training": {"examples": len(STYLE["example"]), "epochs": EPOCHS, "batch": BATCH},
        "most_words": MOST_WORDS,
        "shown": SHOWN,
        "tried_on_dev": [
            {k: v for k, v in one.items() if k not in ("answers", "kept", "formed")} for one in tried
        ],
        "rows": [
            {k: v for k, v in one.items() if k not in ("weights", "adapter")} | {"tuned": "adapter" in one}
            for one in found
        ],
        "complete": len(found) == len(jobs),
        "machine": rows.machine(),
        "made_by": "data/build/style.py",
    }
    rows.write(options.out, content)


def keep(folder: Path) -> None:
    """Copy the chosen adapter into data/models."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in ("adapter_model.safetensors", "adapter_config.json"):
        shutil.copyfile(folder / name, FOLDER / name)


if __name__ == "__main__":
    main()
