"""The reward model and the judges of lesson 09's taste: how they are trained, and what they reach (taste.py).

The reward model (MiniLM with LoRA) learns from single people's orders of two sentences, all pairs of a block at once, as
InstructGPT takes all pairs of one prompt together (Ouyang et al. 2022, equation 1). The judge is a ridge regression on
what the untouched SmolLM2 makes of other sentences, on other people's ratings; the second judge counts words.
"""

import itertools
import json
import time

import numpy as np
import rows
import torch

from llmlab import taste

POSITIONS = range(taste.REWARDED)
RANK, RATE, EPOCHS = 8, 1e-3, 3
HEADLINE = (0.5, 1.5)
GAPS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 9.0)
PENALTIES = (1.0, 10.0, 100.0, 1000.0, 10000.0)


def pair_loss(scores: torch.Tensor, first, second, prefers) -> torch.Tensor:
    """Return the pairwise loss: the mean of -log sigmoid(score of the preferred one - score of the other one)."""
    margin = scores[first] - scores[second]
    return -torch.nn.functional.logsigmoid(torch.where(prefers.bool(), margin, -margin)).mean()


def encoder():
    """Return MiniLM's tokenizer and model with a new adapter."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModel, AutoTokenizer

    from llmlab import models

    where = models.path("encoder", "cpu")
    names = ["query", "key", "value", "dense"]
    options = LoraConfig(r=RANK, lora_alpha=2 * RANK, target_modules=names, exclude_modules=r".*pooler.*")
    return AutoTokenizer.from_pretrained(where), get_peft_model(AutoModel.from_pretrained(where), options)


def train(folder, seed: int = 0) -> dict:
    """Train the reward model and write it; return its log."""
    import downstream
    from safetensors.torch import save_file

    torch.manual_seed(seed)
    tokenizer, model = encoder()
    sentences = taste.films("reward")
    texts = [taste.tidy(one.text) for one in sentences]
    found = taste.pairs(sentences, POSITIONS)
    head = torch.nn.Parameter(torch.randn(model.config.hidden_size) * 0.05)
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW([{"params": weights}, {"params": [head]}], lr=RATE, weight_decay=0.01)
    rng, begin, log = np.random.default_rng(seed), time.process_time(), []
    groups = np.unique(found.group)
    order = np.concatenate([rng.permutation(groups) for _ in range(EPOCHS)])
    model.train()
    for step, group in enumerate(order):
        for part in optimizer.param_groups:
            part["lr"] = RATE * min(1.0, (step + 1) / (0.1 * len(order))) * (1 - step / len(order))
        chosen = found.group == group
        members = np.unique(np.concatenate([found.first[chosen], found.second[chosen]]))
        with downstream.bf16():
            scores = taste.reward_of(tokenizer, model, head, [texts[one] for one in members])
        ends = [
            torch.from_numpy(np.searchsorted(members, part[chosen])) for part in (found.first, found.second)
        ]
        loss = pair_loss(scores.float(), *ends, torch.from_numpy(found.prefers[chosen]))
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        log.append(round(float(loss.detach()), 4))
        if (step + 1) % 24 == 0:
            print(
                f"block {step + 1} of {len(order)}: {np.mean(log[-24:]):.4f}, {time.process_time() - begin:.0f} s",
                flush=True,
            )
    model.eval()
    seconds = round(time.process_time() - begin, 1)
    with torch.inference_mode():
        raw = torch.cat(
            [taste.reward_of(tokenizer, model, head, texts[at : at + 64]) for at in range(0, len(texts), 64)]
        )
    folder.mkdir(parents=True, exist_ok=True)
    model.peft_config["default"].base_model_name_or_path = "sentence-transformers/all-MiniLM-L6-v2"
    for weight in weights:
        weight.data = weight.data.half()
    model.save_pretrained(str(folder))
    (folder / "README.md").unlink(missing_ok=True)
    save_file({"weight": head.detach(), "mean": raw.mean(), "spread": raw.std()}, folder / "head.safetensors")
    return {"losses": log, "pairs": len(found.first), "blocks": len(groups), "seconds": seconds}


def accuracy(sentences, scores: np.ndarray) -> list[dict]:
    """Return, block by block and by gap of the means, how often scores order two sentences as one person does.

    Beside it stands how often another person of the block does. A pair that somebody rated equal counts half: twice as
    often between two people as between a person and a model that knows no ties, which favours the model. So the names
    with ``decided`` leave out what is tied.

    Returns
    -------
    list of dict
        ``low``, ``high``; ``blocks``, ``right``, ``pairs`` (of sentences), ``judgements`` (a pair by each person),
        ``people`` and ``people_n``; ``decided``, ``decided_right``, ``people_decided``, ``people_decided_right`` the
        same without ties; all but the first two as lists over blocks.
    """
    found = []
    for low, high in [HEADLINE, *itertools.pairwise(GAPS)]:
        names = ("blocks", "right", "pairs", "judgements", "people", "people_n")
        names += ("decided", "decided_right", "people_decided", "people_decided_right")
        one = {name: [] for name in names}
        for group, (agreed, comparisons) in taste.people(sentences, low, high).items():
            members = [place for place, sentence in enumerate(sentences) if sentence.group == group]
            count = min(len(sentences[place].ratings) for place in members)
            table = np.array([sentences[place].ratings[:count] for place in members])
            means = np.array([sentences[place].mean for place in members])
            a, b = np.triu_indices(len(members), 1)
            gap = np.abs(means[a] - means[b])
            kept = (gap >= low) & (gap < high)
            order = np.sign(table[a] - table[b])[kept]
            said = np.sign(scores[members][a] - scores[members][b])[kept]
            one["blocks"].append(int(group))
            one["right"].append(float(((1 + said[:, None] * order) / 2).sum()))
            one["pairs"].append(int(kept.sum()))
            one["judgements"].append(int(order.size))
            one["people"].append(float(agreed))
            one["people_n"].append(int(comparisons))
            firm = (order != 0).sum(1)  # people with an order, pair by pair
            two = firm * (firm - 1) // 2
            one["decided"].append(int(firm.sum()))
            one["decided_right"].append(int((said[:, None] * order > 0).sum()))
            one["people_decided"].append(int(two.sum()))
            one["people_decided_right"].append(float(agreed - (comparisons - two.sum()) / 2))
        found.append({"low": low, "high": high} | one)
    return found


def judge(folder) -> dict:
    """Make both judges, choosing on dev; write the first one and return what they reach on test."""
    from scipy.stats import pearsonr
    from sklearn.linear_model import Ridge

    tokenizer, model = taste.policy("untouched", dtype=rows.fast_dtype())
    begin, read = time.process_time(), {}
    for part in ("judge", "dev", "test"):
        sentences = [one for one in taste.films(part) if len(one.text.split()) > taste.WORDS]
        texts = [taste.tidy(one.text) for one in sentences]
        logs, vectors = taste.read(tokenizer, model, [taste.start_of(text) for text in texts], texts)
        read[part] = sentences, texts, logs, vectors
        print(f"{part}: {len(texts)} sentences, {time.process_time() - begin:.0f} s", flush=True)
    known = np.array([np.mean(one.ratings[taste.REWARDED :]) for one in read["judge"][0]])
    means = {part: np.array([one.mean for one in read[part][0]]) for part in ("dev", "test")}
    tried = []
    for layer in range(6, read["judge"][3].shape[1], 3):
        x = read["judge"][3][:, layer]
        centre, spread = x.mean(0), x.std(0)
        for penalty in PENALTIES:
            line = Ridge(alpha=penalty).fit((x - centre) / spread, known)
            r = pearsonr(line.predict((read["dev"][3][:, layer] - centre) / spread), means["dev"])[0]
            tried.append((round(float(r), 4), layer, penalty))
    _, layer, penalty = max(tried)
    x = read["judge"][3][:, layer]
    centre, spread = x.mean(0), x.std(0)
    line = Ridge(alpha=penalty).fit((x - centre) / spread, known)
    weight = line.coef_ / spread
    # 0 is the average of the judge's own sentences, 1 their spread.
    own = x @ weight
    low, high = np.quantile(read["judge"][2], taste.REAL)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "judge.json").write_text(
        json.dumps(
            {
                "layer": layer,
                "weight": [float(f"{value:.6g}") for value in weight / own.std()],
                "mean": round(float(own.mean() / own.std()), 6),
                "real": [round(float(low), 4), round(float(high), 4)],
            }
        )
        + "\n",
        encoding="utf-8",
    )
    second = taste.second_judge()
    scores = {
        "judge": [
            round(float(one), 3)
            for one in read["test"][3][:, layer] @ weight / own.std() - own.mean() / own.std()
        ],
        "second": [round(float(one), 3) for one in second(read["test"][1])],
    }
    return {
        "tried_on_dev": sorted(tried, reverse=True)[:5],
        "layer": layer,
        "penalty": penalty,
        "real": [round(float(low), 4), round(float(high), 4)],
        "dev_second_r": round(float(pearsonr(second(read["dev"][1]), means["dev"])[0]), 4),
        "r": {name: round(float(pearsonr(values, means["test"])[0]), 4) for name, values in scores.items()},
        "scores": scores,
        "means": [round(float(one), 3) for one in means["test"]],
        "groups": [one.group for one in read["test"][0]],
        "numbers": [one.number for one in read["test"][0]],
        "seconds": round(time.process_time() - begin, 1),
    }
