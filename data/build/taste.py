"""Lesson 09's taste: plain text, demonstrations, reward model, PPO, on real ratings (data/models/taste, data/measured/09_taste.json).

``python data/build/taste.py`` goes through its stages and on where it stopped (build/taste); ``taste.py sft`` does one:

``reward``      the reward model (MiniLM), its accuracy beside people's
``judge``       the two judges, their agreement with people, the range of real sentences' likelihood
``text-small``  the cut SmolLM2 learns plain text again
``sft``         it learns demonstrations, for how long is chosen on dev
``ppo``         PPO with each KL weight and seed, first seeds first
``text-large``  the whole SmolLM2 on half of the same plain text
``measure``     everybody on the test beginnings, once
"""

import json
import time
from pathlib import Path

import rows

HERE = rows.ROOT / "build" / "taste"
FOLDER = rows.ROOT / "data" / "models" / "taste"
STAGES = ("reward", "judge", "text-small", "sft", "ppo", "text-large", "measure")
# What a finished stage leaves in the repository. PPO's runs are measured at several steps, which lie in build/ alone.
STORED = {
    "reward": FOLDER / "reward" / "head.safetensors",
    "judge": FOLDER / "judge.json",
    **{name: FOLDER / name / "adapter_model.safetensors" for name in ("text-small", "sft", "text-large")},
}
TEXT = {"small": {"rate": 4e-3, "epochs": 2}, "large": {"rate": 1e-3, "epochs": 0.5}}
KL, CHOSEN, SEEDS = (0.05, 0.0, 0.15), 0.05, 3
STARTS = 210  # beginnings on test: twice as many prompts
DEV = 300  # sentences for a loss, answers for a reward
BLIND = 60  # pairs to read
ALIKE = 0.08  # rewards of 300 answers differ by that much by chance (a standard error)
SFT = ({"rate": 2e-3, "epochs": 4}, {"rate": 2e-3, "epochs": 8})


def kept(stage: str) -> dict | None:
    """Return a finished stage's row; one whose adapters lie in data/models/taste is also read from the stored figures."""
    file, stored = HERE / f"{stage}.json", rows.MEASURED / "09_taste.json"
    if file.exists():
        return json.loads(file.read_text(encoding="utf-8"))
    if stage in STORED and STORED[stage].exists() and stored.exists():
        return json.loads(stored.read_text(encoding="utf-8")).get(stage)
    return None


def keep(stage: str, row: dict) -> dict:
    """Write a finished stage's row: it counts as done."""
    HERE.mkdir(parents=True, exist_ok=True)
    row["machine"] = rows.machine()
    (HERE / f"{stage}.json").write_text(json.dumps(row) + "\n", encoding="utf-8")
    return row


def reward(minutes: float) -> dict:
    import taste_reward

    from llmlab import taste

    log = taste_reward.train(FOLDER / "reward")
    score = taste.Reward(FOLDER / "reward")
    found = {}
    for part in ("dev", "test"):
        sentences = taste.films(part)
        found[part] = taste_reward.accuracy(sentences, score([taste.tidy(one.text) for one in sentences]))
    return {"log": log, **found}


def judge(minutes: float) -> dict:
    import taste_reward

    return taste_reward.judge(FOLDER)


def text(size: str, minutes: float) -> dict | None:
    """Teach plain text to the cut or the whole SmolLM2; return its log and dev loss before and after."""
    import style
    import taste_lm

    from llmlab import taste

    vocabulary = FOLDER / "vocabulary.json"
    if not vocabulary.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        vocabulary.write_text(json.dumps(taste_lm.vocabulary()) + "\n", encoding="utf-8")
    tokenizer, model = taste.language_model(size, kept=json.loads(vocabulary.read_text(encoding="utf-8")))
    parameters = sum(weight.numel() for weight in model.parameters())
    model = taste_lm.lora(model, taste_lm.RANKS[size])
    dev = taste_lm.plain(tokenizer, [taste.tidy(one.text) for one in taste.films("dev")][:DEV])
    before = taste_lm.losses_on(model, dev)
    items = taste_lm.plain(tokenizer, taste_lm.plain_texts())
    log = taste_lm.train(model, items, **TEXT[size], seed=0, place=HERE / f"text-{size}.pt", minutes=minutes)
    if log is None:
        return None
    after = taste_lm.losses_on(model, dev)
    style.save(model, FOLDER / f"text-{size}")
    return {
        **TEXT[size],
        "rank": taste_lm.RANKS[size],
        "parameters": parameters,
        "vocabulary": len(tokenizer),
        "texts": len(items),
        "tokens": sum(len(tokens) - 1 for tokens, _ in items),
        "log": log,
        "seconds": log[-1][2],
        "dev_letter": [round(taste_lm.per_letter(one, dev, tokenizer), 4) for one in (before, after)],
        "dev_token": [round(sum(a for a, _ in one) / sum(b for _, b in one), 4) for one in (before, after)],
    }


def sft(minutes: float) -> dict | None:
    """Teach demonstrations to the cut model, for longer and shorter; keep the one with the best reward on dev.

    Chosen by the reward, as Ouyang et al. 2022, section 3.5, do: the loss is least after one epoch. Where rewards are
    as good as equal (``ALIKE``), the one with the least loss is kept.
    """
    import shutil

    import style
    import taste_lm

    from llmlab import taste

    vocabulary = json.loads((FOLDER / "vocabulary.json").read_text(encoding="utf-8"))
    begin, tried = time.monotonic(), []
    for number, setting in enumerate(SFT):
        row = kept(f"sft-{number}")
        if row is None:
            tokenizer, model = taste.language_model("small", [FOLDER / "text-small"], kept=vocabulary)
            model = taste_lm.lora(model, taste_lm.RANK)
            dev = taste_lm.shown(tokenizer, "dev")[:DEV]
            before = taste_lm.losses_on(model, dev)
            items = taste_lm.shown(tokenizer, "text")
            left = minutes - (time.monotonic() - begin) / 60
            log = taste_lm.train(
                model, items, **setting, seed=0, place=HERE / f"sft-{number}.pt", minutes=left
            )
            if log is None:
                return None
            after = taste_lm.losses_on(model, dev)
            style.save(model, HERE / f"sft-{number}")
            losses = [round(sum(a for a, _ in one) / sum(b for _, b in one), 4) for one in (before, after)]
            row = keep(
                f"sft-{number}",
                setting
                | {"demonstrations": len(items), "log": log, "seconds": log[-1][2], "dev_token": losses}
                | rewarded(tokenizer, model),
            )
        tried.append(row)
    least = max(row["dev_reward"] for row in tried) - ALIKE
    good = [number for number, row in enumerate(tried) if row["dev_reward"] >= least]
    best = min(good, key=lambda number: tried[number]["dev_token"][1])
    shutil.copytree(HERE / f"sft-{best}", FOLDER / "sft", dirs_exist_ok=True)
    return {"chosen": best, "rank": taste_lm.RANK, "tried": tried}


def rewarded(tokenizer, model) -> dict:
    """Return the mean reward of what a model writes on dev, and the share above 0, the average sentence."""
    import numpy as np

    from llmlab import taste

    asked = [(way, start) for start in taste.starts("dev")[: DEV // 2] for way in taste.DIRECTIONS]
    said = taste.write(tokenizer, model, [taste.prompt(*one) for one in asked])
    sign = np.array([1 if way == taste.DIRECTIONS[0] else -1 for way, _ in asked])
    score = taste.Reward(FOLDER / "reward")
    found = sign * score([start + answer for (_, start), answer in zip(asked, said, strict=True)])
    return {"dev_reward": round(float(found.mean()), 4), "dev_right": round(float((found > 0).mean()), 4)}


def ppo(minutes: float) -> dict | None:
    """Run PPO with each KL weight, the first seed of each first; the first seeds' adapters are kept with the course."""
    import shutil

    import taste_lm
    import taste_rl

    from llmlab import taste

    begin, found = time.monotonic(), {}
    score = taste.Reward(FOLDER / "reward")
    for seed in range(SEEDS):
        for weight in KL:
            name = f"ppo-{weight:g}-{seed}"
            row = kept(name)
            if row is None:
                tokenizer, model = taste.policy("sft", FOLDER)
                model = taste_lm.lora(model, taste_lm.RANK)
                left = minutes - (time.monotonic() - begin) / 60
                log = taste_rl.train(tokenizer, model, score, weight, seed, HERE / name, left)
                if log is None:
                    return None
                row = keep(name, {"weight": weight, "seed": seed, "log": log})
            if not seed:
                shutil.copytree(HERE / name / f"step{taste_rl.STEPS}", FOLDER / name, dirs_exist_ok=True)
            found[name] = row
    settings = ("PROMPTS", "DRAWS", "STEPS", "PARTS", "RATE", "CLIP")
    return {"runs": found, "settings": {name.lower(): getattr(taste_rl, name) for name in settings}}


# ---------------------------------------------------------------- measuring


def chain(name: str) -> tuple[str, list[Path]]:
    """Return the size and the adapters of a policy; ``ppo-0-0@20`` is a run as it was after 20 steps."""
    if name in ("untouched", "large"):
        return "large", [] if name == "untouched" else [FOLDER / "text-large"]
    parts = [FOLDER / "text-small"] + [FOLDER / "sft"] * (name != "base")
    if name.startswith("ppo"):
        import taste_rl

        run, _, step = name.partition("@")
        parts.append(HERE / run / f"step{step or taste_rl.STEPS}")
    return "small", parts


def shots(number: int) -> str:
    """Return one of the prompts that show four demonstrations, two of each direction, before they ask."""
    import numpy as np

    from llmlab import taste

    found = [one for one in taste.demonstrations("text") if len(one[1].split()) <= 16]
    rng = np.random.default_rng(number)
    chosen = []
    for direction in taste.DIRECTIONS:
        these = [one for one in found if f" {direction}: " in one[0]]
        chosen += [these[place] for place in rng.choice(len(these), 2, replace=False)]
    return "".join("".join(chosen[place]) + "\n" for place in rng.permutation(4))


def answers(job: dict) -> dict:
    """Return what a policy writes on beginnings of dev or test, and what reward and judges say of it."""
    import numpy as np
    import taste_lm

    from llmlab import taste

    size, adapters = chain(job["policy"])
    kept_tokens = json.loads((FOLDER / "vocabulary.json").read_text(encoding="utf-8"))
    tokenizer, model = taste.language_model(size, adapters, rows.fast_dtype(), kept_tokens)
    asked = [
        (direction, start)
        for start in taste.starts(job["split"])[: job["starts"]]
        for direction in taste.DIRECTIONS
    ]
    before = "" if job.get("shots") is None else shots(job["shots"])
    begin = time.process_time()
    said = taste.write(tokenizer, model, [before + taste.prompt(*one) for one in asked], job["draw"])
    seconds = time.process_time() - begin
    plain = [taste.tidy(one.text) for one in taste.films(job["split"])][:DEV]
    items = taste_lm.plain(tokenizer, plain)
    losses = taste_lm.losses_on(model, items)
    del model
    texts = [start + answer for (_, start), answer in zip(asked, said, strict=True)]
    judged, logs = taste.Judge(FOLDER, rows.fast_dtype())([start for _, start in asked], texts)
    real = tuple(json.loads((FOLDER / "judge.json").read_text(encoding="utf-8"))["real"])
    known = taste.runs_of(taste_lm.plain_texts() + [taste.tidy(one.text) for one in taste.films("text")])
    right = [bool(taste.right_way(way, one)) for (way, _), one in zip(asked, judged, strict=True)]
    fluent = [taste.fluent(text, log, real, known) for text, log in zip(texts, logs, strict=True)]
    sign = np.array([1 if way == taste.DIRECTIONS[0] else -1 for way, _ in asked])
    rounded = {
        "reward": taste.Reward(FOLDER / "reward")(texts) * sign,
        "judged": judged * sign,
        "second": taste.second_judge()(texts) * sign,
        "likelihood": logs,
    }
    return {
        "said": said,
        "right": rows.bits(right),
        "fluent": rows.bits(fluent),
        **{name: [round(float(one), 3) for one in values] for name, values in rounded.items()},
        "losses": [round(loss, 2) for loss, _ in losses],
        "letters": [len(tokenizer.decode(tokens[first:])) for tokens, first in items],
        "seconds": round(seconds, 1),
    }


def measure(minutes: float) -> dict | None:
    """Choose on dev (few-shot prompt, step of equal reward), then write and judge on test, once."""
    import numpy as np
    import taste_rl

    begin = time.monotonic()

    def done(jobs):
        left = minutes - (time.monotonic() - begin) / 60
        found = rows.run(jobs, answers, HERE / "measure.jsonl", left, workers=0)
        return found if len(found) == len(jobs) else None

    base = {"split": "dev", "starts": 60, "draw": 0}
    few = done([{"policy": "large", "shots": number, **base} for number in range(4)])
    steps = range(taste_rl.EVERY, taste_rl.STEPS + 1, taste_rl.EVERY)
    curve = few and done(
        [{"policy": f"ppo-{weight:g}-0@{step}", **base} for weight in KL for step in steps]
        + [{"policy": "sft", **base}]
    )
    if curve is None:
        return None

    def good(row):
        return sum(a == b == "1" for a, b in zip(row["right"], row["fluent"], strict=True))

    shown = max(few, key=good)["shots"]
    # The step of the run without KL whose reward is nearest to the end of the chosen weight's run.
    named = {row["policy"]: row for row in curve}
    goal = np.mean(named[f"ppo-{CHOSEN:g}-0@{taste_rl.STEPS}"]["reward"])
    equal = min(steps, key=lambda step: abs(np.mean(named[f"ppo-0-0@{step}"]["reward"]) - goal))
    test = {"split": "test", "starts": STARTS, "draw": 0}
    jobs = [{"policy": name, **test} for name in ("untouched", "large", "base", "sft")]
    jobs += [{"policy": "large", "shots": shown, **test}, {"policy": f"ppo-0-0@{equal}", **test}]
    jobs += [{"policy": f"ppo-{weight:g}-{seed}", **test} for seed in range(SEEDS) for weight in KL]
    found = done(jobs)
    if not found:
        return None
    brief = ("policy", "shots", "reward", "judged", "second")
    return {
        "few_shot": {"chosen": shown, "good_on_dev": [good(row) for row in few], "n": 120},
        "curve": [
            {
                key: value if isinstance(value, str) else round(float(np.mean(value)), 4)
                for key, value in row.items()
                if key in brief
            }
            | {
                "good": good(row),
                "n": len(row["said"]),
                "letter": round(sum(row["losses"]) / sum(row["letters"]), 4),
            }
            for row in curve
        ],
        "equal_step": equal,
        "rows": found,
    }


def blind(row: dict) -> None:
    """Write 60 pairs (SFT, PPO) for reading by hand, in drawn order and without names; the key lies beside them."""
    import numpy as np

    from llmlab import taste

    asked = [(start, way) for start in taste.starts("test")[:STARTS] for way in taste.DIRECTIONS]
    by = {one["policy"]: one for one in row["rows"] if "shots" not in one}
    rng, pairs, key = np.random.default_rng(60), [], []
    for place in rng.permutation(len(asked))[:BLIND]:
        start, way = asked[place]
        two = [("sft", by["sft"]["said"][place]), ("ppo", by[f"ppo-{CHOSEN:g}-0"]["said"][place])]
        order = rng.permutation(2)
        pairs.append(
            {"asked": way, "a": start + two[order[0]][1], "b": start + two[order[1]][1], "better": ""}
        )
        key.append({"place": int(place), "a": two[order[0]][0]})
    (HERE / "blind.json").write_text(json.dumps(pairs, indent=1) + "\n", encoding="utf-8")
    (HERE / "blind_key.json").write_text(json.dumps(key) + "\n", encoding="utf-8")


def unblind(file: Path) -> None:
    """Put the labels that a reader wrote into blind.json (``better``: a, b or tie) beside their key, as the course keeps them.

    Raises
    ------
    ValueError
        When a pair has no label yet.
    """
    pairs = json.loads((HERE / "blind.json").read_text(encoding="utf-8"))
    key = json.loads((HERE / "blind_key.json").read_text(encoding="utf-8"))
    lines = ["# Pairs of SFT and PPO, read without the names by the maker of the course, an AI: which is better, or tie."]
    for pair, one in zip(pairs, key, strict=True):
        if pair["better"] not in ("a", "b", "tie"):
            raise ValueError(f"no label: {pair}")
        names = {"a": one["a"], "b": "ppo" if one["a"] == "sft" else "sft", "tie": "tie"}
        lines.append(f'[[pair]]\nplace = {one["place"]}\nbetter = "{names[pair["better"]]}"')
    file.write_text("\n\n".join(lines) + "\n", encoding="utf-8")


def write(out: Path) -> None:
    """Write the figures of all finished stages."""
    found = {stage: row for stage in STAGES if (row := kept(stage))}
    measured = found.pop("measure", {})
    rows.write(
        out,
        {
            "made_by": "data/build/taste.py",
            "machine": rows.machine(),
            "stages": list(found) + ["measure"] * bool(measured),
            "settings": {"kl": KL, "chosen": CHOSEN, "seeds": SEEDS, "starts": STARTS},
            **found,
            **{name: value for name, value in measured.items() if name not in ("rows", "machine")},
            "rows": measured.get("rows", []),
        },
    )


def run(stage: str, minutes: float) -> dict | None:
    """Do a stage unless it is done; return its row, None when the time was up before its end."""
    if found := kept(stage):
        return found
    print(f"== {stage} {time.strftime('%H:%M')}", flush=True)
    work = {"reward": reward, "judge": judge, "sft": sft, "ppo": ppo, "measure": measure}
    row = text(stage[5:], minutes) if stage.startswith("text") else work[stage](minutes)
    return None if row is None else keep(stage, row)


def main() -> None:
    parser = rows.options(__doc__.splitlines()[0], "09_taste.json")
    parser.add_argument("stage", nargs="*", help=f"of {', '.join(STAGES)}; else all")
    parser.add_argument("--unblind", action="store_true", help="keep the labels written into blind.json")
    options = parser.parse_args()
    if options.unblind:
        return unblind(rows.ROOT / "data" / "alignment" / "blind_09.toml")
    begin = time.monotonic()
    rows.one_thread()
    for stage in options.stage or STAGES:
        if run(stage, options.minutes - (time.monotonic() - begin) / 60) is None:
            print(f"stopped in {stage}: run again to go on")
            break
        if stage == "measure":
            blind(kept(stage))
    write(options.out)


if __name__ == "__main__":
    main()
