"""PPO of lesson 09's taste: InstructGPT's step for a small policy (taste.py).

The reward is the reward model's number, its sign turned for ``critical``, less the KL weight times log(policy / SFT) of
each token (Ouyang et al. 2022, equation 2, without the pre-training term). The step is PPO's clipped objective (Schulman et
al. 2017, equation 7). In place of a value network stands the mean return of the other answers to the same prompt
(leave-one-out, Ahmadian et al. 2024), which costs no training.
"""

import time
from pathlib import Path

import downstream
import numpy as np
import style
import torch

from llmlab import taste

PROMPTS, DRAWS, STEPS, PARTS = 16, 4, 40, 2
RATE, CLIP = 1e-3, 0.2
EVERY = 10  # steps between kept adapters


def log_probabilities(model, ids: torch.Tensor, seen: torch.Tensor, room: int) -> torch.Tensor:
    """Return the policy's log-probability (nats, at ``taste.HEAT``) of each of the last ``room`` tokens."""
    inner = model.get_base_model() if hasattr(model, "get_base_model") else model
    places = (seen.cumsum(1) - 1).clamp(min=0)
    with downstream.bf16():
        hidden = inner.model(input_ids=ids, attention_mask=seen, position_ids=places).last_hidden_state
        # In one matrix: of a slice, PyTorch would copy the vocabulary's weights once for each answer.
        logits = inner.lm_head(hidden[:, -room - 1 : -1].flatten(0, 1))
    each = (logits.float() / taste.HEAT).log_softmax(-1).unflatten(0, (len(ids), room))
    return each.gather(2, ids[:, -room:, None])[..., 0]


def advantages(
    rewards: torch.Tensor, kl: torch.Tensor, mask: torch.Tensor, weight: float, draws: int
) -> torch.Tensor:
    """Return each token's advantage, whitened over the batch.

    Parameters
    ----------
    rewards
        One a drawn answer, (answers,); the draws of one prompt stand together.
    kl, mask
        log(policy / reference) of the drawn tokens and 1 where a token counts, (answers, tokens).
    weight
        Price of a nat.
    draws
        Answers a prompt, two at least.
    """
    cost = weight * kl * mask
    # What is still to come from each token on: the reward of the whole, less the KL from here.
    to_come = rewards[:, None] - cost.flip(1).cumsum(1).flip(1)
    returns = (rewards - cost.sum(1)).view(-1, draws)
    others = (returns.sum(1, keepdim=True) - returns) / (draws - 1)
    found = (to_come - others.view(-1, 1)) * mask
    count = mask.sum()
    mean = found.sum() / count
    spread = (((found - mean) ** 2 * mask).sum() / count).sqrt()
    return (found - mean) / (spread + 1e-6) * mask


def clipped_loss(
    new: torch.Tensor, old: torch.Tensor, advantage: torch.Tensor, mask: torch.Tensor, clip: float = CLIP
):
    """Return PPO's loss: minus the lesser of the plain and the clipped gain, averaged over the tokens that count."""
    ratio = (new - old).exp()
    gain = torch.minimum(ratio * advantage, ratio.clamp(1 - clip, 1 + clip) * advantage)
    return -(gain * mask).sum() / mask.sum()


def step(tokenizer, model, score, optimizer, asked: list[tuple[str, str]], weight: float) -> dict:
    """Do one step of PPO in place: draw, reward, advantage, ``PARTS`` updates.

    Parameters
    ----------
    model
        The policy, a ``PeftModel``; without its adapter it is the reference (the SFT model).
    score
        Texts → rewards.
    asked
        (direction, start) of each prompt.
    weight
        The KL weight.

    Raises
    ------
    CourseError
        When the policy has collapsed, or a reward is not a number.
    """
    asked = [one for one in asked for _ in range(DRAWS)]
    prompts = [taste.ids_of(tokenizer, taste.prompt(*one)) for one in asked]
    model.eval()
    said = taste.sample(model, prompts)
    longest, room = max(map(len, prompts)), said.shape[1]
    ids = torch.tensor([[taste.END] * (longest - len(row)) + row for row in prompts])
    seen = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in prompts])
    ended = (said == taste.END).cumsum(1)
    mask = ((ended == 0) | ((said == taste.END) & (ended == 1))).float()  # the end itself is a choice too
    ids, seen = torch.cat([ids, said], 1), torch.cat([seen, mask.long()], 1)
    with torch.no_grad():
        old = log_probabilities(model, ids, seen, room)
        with model.disable_adapter():
            reference = log_probabilities(model, ids, seen, room)
    texts = [start + tokenizer.decode(row) for (_, start), row in zip(asked, said.tolist(), strict=True)]
    sign = np.array([1 if direction == taste.DIRECTIONS[0] else -1 for direction, _ in asked])
    rewards = torch.tensor(score(texts) * sign, dtype=torch.float32)
    kl = (old - reference) * mask
    advantage = advantages(rewards, kl, mask, weight, DRAWS)
    model.train()
    for part in torch.randperm(len(asked)).chunk(PARTS):
        new = log_probabilities(model, ids[part], seen[part], room)
        clipped_loss(new, old[part], advantage[part], mask[part]).backward()
        torch.nn.utils.clip_grad_norm_([w for w in model.parameters() if w.requires_grad], 1.0)
        optimizer.step()
        optimizer.zero_grad()
    return {
        "reward": round(float(rewards.mean()), 4),
        "right": round(float((rewards > 0).float().mean()), 4),
        "kl": round(float(kl.sum(1).mean()), 3),
        "tokens": round(float(mask.sum(1).mean()), 2),
        "entropy": round(float(-(old * mask).sum() / mask.sum()), 3),
    }


def train(
    tokenizer, model, score, weight: float, seed: int, place: Path, minutes: float
) -> list[dict] | None:
    """Run PPO from the SFT model; keep the adapter every ``EVERY`` steps; return a row a step, None when time was up."""
    rng, starts = np.random.default_rng(seed), taste.starts("reward")
    drawn = [starts[one] for one in rng.permutation(len(starts))]
    coins = rng.integers(2, size=STEPS * PROMPTS)
    weights = [one for one in model.parameters() if one.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=RATE, weight_decay=0.0)
    first, log, wall = 0, [], time.monotonic()
    file = place / "state.pt"
    if file.exists():
        state = torch.load(file, weights_only=False)
        for one, stored in zip(weights, state["weights"], strict=True):
            one.data.copy_(stored)
        optimizer.load_state_dict(state["optimizer"])
        first, log = state["step"], state["log"]
    place.mkdir(parents=True, exist_ok=True)
    for at in range(first, STEPS):
        torch.manual_seed(1000 * seed + at)  # the same after a stop
        begin = time.process_time()
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1.0, (at + 1) / 5)
        chosen = range(at * PROMPTS, (at + 1) * PROMPTS)
        asked = [(taste.DIRECTIONS[coins[one]], drawn[one % len(drawn)]) for one in chosen]
        row = {"step": at + 1} | step(tokenizer, model, score, optimizer, asked, weight)
        log.append(row | {"seconds": round(time.process_time() - begin, 1)})
        print(f"KL weight {weight}, seed {seed}: {log[-1]}", flush=True)
        if (at + 1) % EVERY == 0:
            snapshot(model, place / f"step{at + 1}")
        late = time.monotonic() - wall > 60 * minutes
        if late or (at + 1) % 5 == 0:
            state = {"weights": [one.data for one in weights], "optimizer": optimizer.state_dict()}
            torch.save(state | {"step": at + 1, "log": log}, file.with_suffix(".new"))
            file.with_suffix(".new").replace(file)
        if late and at + 1 < STEPS:
            return None
    return log


def snapshot(model, folder: Path) -> None:
    """Write an adapter in half precision and go on with it unrounded."""
    weights = [one for one in model.parameters() if one.requires_grad]
    whole = [one.data for one in weights]
    style.save(model, folder)
    for one, data in zip(weights, whole, strict=True):
        one.data = data
