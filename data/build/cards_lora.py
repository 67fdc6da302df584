"""SFT and DPO of SmolLM2 by LoRA, several answers to one text at a time (cards.py).

The questions of a card share its text, and the answers to a question share both. A *pack* holds such prompts and answers
in one row: the shared beginning once, then each rest with its answer, which sees the beginning and itself alone. The
probabilities are those of separate rows (tests/test_cards_build.py), for a third of the tokens.

Only the upper layers have an adapter. What the others make of a pack never changes, so it is computed once.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass

import downstream
import numpy as np
import rows
import style
import torch

LAYERS, RANK = 16, 8
ACCUMULATE = 2  # packs a step


@dataclass
class Pack:
    """Prompts and answers that share a beginning, as one row.

    Attributes
    ----------
    ids, positions
        Of shape (1, tokens); a rest goes on counting where the beginning ends.
    seen
        Of shape (1, 1, tokens, tokens): whether the token of a row attends to that of a column.
    answers
        For each answer its tokens and the places in ``ids`` from which they are predicted.
    """

    ids: torch.Tensor
    positions: torch.Tensor
    seen: torch.Tensor
    answers: list[tuple[torch.Tensor, torch.Tensor]]
    lower: torch.Tensor | None = None  # what the frozen layers make of it


def pack(pairs: list[tuple[list[int], list[int]]]) -> Pack:
    """Return prompts and their answers, as token ids, in one row.

    Raises
    ------
    ValueError
        When there is no pair, or a prompt or an answer has no token.
    """
    if not pairs or not all(prompt and answer for prompt, answer in pairs):
        raise ValueError("each prompt and each answer needs a token")
    # A rest keeps one token of its prompt at least: it predicts the first token of the answer.
    shared = min(rows.common_length([prompt for prompt, _ in pairs]), min(len(p) for p, _ in pairs) - 1)
    ids, positions, branch, answers = list(pairs[0][0][:shared]), list(range(shared)), [0] * shared, []
    for number, (prompt, answer) in enumerate(pairs, 1):
        rest = prompt[shared:] + answer
        first = len(ids) + len(prompt) - shared - 1
        answers.append((torch.tensor(answer), torch.arange(first, first + len(answer))))
        ids += rest
        positions += range(shared, shared + len(rest))
        branch += [number] * len(rest)
    branch = torch.tensor(branch)
    seen = ((branch[None] == branch[:, None]) | (branch[None] == 0)).tril()
    return Pack(torch.tensor([ids]), torch.tensor([positions]), seen[None, None], answers)


def through(decoder, layers: Iterable, hidden: torch.Tensor, one: Pack) -> torch.Tensor:
    """Return what some layers of a decoder (``LlamaModel``) make of the hidden states of a pack."""
    turned = decoder.rotary_emb(hidden, one.positions)
    for layer in layers:
        hidden = layer(
            hidden, attention_mask=one.seen, position_ids=one.positions, position_embeddings=turned
        )
    return hidden


def log_probabilities(model, one: Pack, layers: int = LAYERS) -> torch.Tensor:
    """Return the log-probability (nats) that a model, with its adapter, gives to each answer of a pack.

    Parameters
    ----------
    model
        A causal language model of the Llama kind, or its ``PeftModel``.
    layers
        How many of the last blocks may change.
    """
    inner = model.get_base_model() if hasattr(model, "get_base_model") else model
    decoder = inner.model
    frozen = len(decoder.layers) - layers
    with downstream.bf16():
        if one.lower is None:
            with torch.no_grad():
                one.lower = through(decoder, decoder.layers[:frozen], decoder.embed_tokens(one.ids), one)
        hidden = decoder.norm(through(decoder, decoder.layers[frozen:], one.lower, one))
        places = torch.cat([places for _, places in one.answers])
        logits = inner.lm_head(hidden[0, places])
    wanted = torch.cat([tokens for tokens, _ in one.answers])
    each = -torch.nn.functional.cross_entropy(logits.float(), wanted, reduction="none")
    return torch.stack([part.sum() for part in each.split([len(tokens) for tokens, _ in one.answers])])


def lengths(one: Pack) -> torch.Tensor:
    """Return how many tokens each answer of a pack has."""
    return torch.tensor([float(len(tokens)) for tokens, _ in one.answers])


def sft_loss(logs: torch.Tensor, tokens: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Return the loss of demonstrations: nats a token of the answer alone, averaged over answers by their weights."""
    return -(weights * logs / tokens).sum() / weights.sum()


def dpo_loss(
    chosen: torch.Tensor,
    rejected: torch.Tensor,
    old_chosen: torch.Tensor,
    old_rejected: torch.Tensor,
    beta: float,
) -> torch.Tensor:
    """Return the loss of preference pairs (Rafailov et al. 2023, equation 7), averaged over pairs.

    Parameters
    ----------
    chosen, rejected
        Log-probabilities (nats) of whole answers under the policy, one a pair.
    old_chosen, old_rejected
        The same under the policy at the start, which is the reference.
    beta
        How dearly the distance from the reference is paid.
    """
    margin = (chosen - old_chosen) - (rejected - old_rejected)
    return -torch.nn.functional.logsigmoid(beta * margin).mean()


def optimise(model, packs: list, loss_of, rate: float, epochs: float, seed: int) -> dict:
    """Train the adapter in place (AdamW, warm-up over a tenth, then linearly to zero).

    Parameters
    ----------
    packs
        What ``loss_of(model, one)`` makes a loss of; ``ACCUMULATE`` of them make a step.
    epochs
        How often each is seen; 0.5 is half of them.

    Returns
    -------
    dict
        ``losses`` of the steps and ``seconds`` of one core's own time.
    """
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    order = np.concatenate([rng.permutation(len(packs)) for _ in range(int(np.ceil(epochs)))])
    order = order[: round(epochs * len(packs))]
    steps = [order[first : first + ACCUMULATE] for first in range(0, len(order), ACCUMULATE)]
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=rate, weight_decay=0.0)
    losses, begin = [], time.process_time()
    model.train()
    for step, chosen in enumerate(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / (0.1 * len(steps))) * (1 - step / len(steps))
        total = 0.0
        for place in chosen:
            loss = loss_of(model, packs[place]) / len(chosen)
            loss.backward()
            total += float(loss.detach())
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(round(total, 4))
        if step % 10 == 0:
            print(f"step {step} of {len(steps)}: {total:.3f}, {time.process_time() - begin:.0f} s", flush=True)
    model.eval()
    return {"losses": losses, "seconds": round(time.process_time() - begin, 1)}


# ---------------------------------------------------------------- reading and writing


def prompt_ids(tokenizer, asked: str, begun: str = "") -> list[int]:
    """Return a request in the chat form as token ids, the answer's beginning after it where one is given."""
    chat = [{"role": "user", "content": asked}]
    text = tokenizer.apply_chat_template(chat, add_generation_prompt=True, tokenize=False)
    return tokenizer(text + begun, add_special_tokens=False)["input_ids"]


def answer_ids(tokenizer, answer: str) -> list[int]:
    """Return an answer and its end as token ids."""
    return tokenizer(answer.strip() + tokenizer.eos_token, add_special_tokens=False)["input_ids"]


def load(adapter=None, train: bool = False):
    """Return SmolLM2's tokenizer and model: untouched, with an adapter merged in, or one (new or stored) to train."""
    if not train:
        return style.chat_model(adapter)
    tokenizer, model = style.chat_model()
    for part in model.model.layers.modules():  # once, not at every step
        if isinstance(part, torch.nn.Linear):
            part.to(getattr(torch, rows.fast_dtype()))
    if adapter is None:
        return tokenizer, style.adapted(model, LAYERS, RANK)
    from peft import PeftModel

    return tokenizer, PeftModel.from_pretrained(model, adapter, is_trainable=True)


@torch.inference_mode()
def write(
    tokenizer,
    model,
    prompts: list[list[int]],
    room: int,
    draws: int = 1,
    heat: float = 0.0,
    seed: int = 0,
    batch: int = 128,
):
    """Return what a model writes after each prompt: ``draws`` answers, greedily where ``heat`` (temperature) is 0.

    A prompt is read once for all its draws, and an answer that has ended leaves the batch.

    Parameters
    ----------
    room
        The most new tokens of an answer.
    """
    from transformers import DynamicCache

    generator = torch.Generator().manual_seed(seed)
    found = [[] for _ in prompts]
    order = sorted(range(len(prompts)), key=lambda place: len(prompts[place]))
    each = max(1, batch // draws)
    for first in range(0, len(order), each):
        chosen = order[first : first + each]
        longest = max(len(prompts[place]) for place in chosen)
        gaps = torch.tensor([longest - len(prompts[place]) for place in chosen])
        ids = torch.tensor(
            [[tokenizer.pad_token_id] * (longest - len(prompts[p])) + prompts[p] for p in chosen]
        )
        seen = (torch.arange(longest)[None] >= gaps[:, None]).long()
        cache = DynamicCache(config=model.config)
        positions = (seen.cumsum(1) - 1).clamp(min=0)
        output = model(
            ids, attention_mask=seen, position_ids=positions, past_key_values=cache, logits_to_keep=1
        )
        cache.batch_repeat_interleave(draws)
        logits, seen = (part.repeat_interleave(draws, 0) for part in (output.logits[:, -1], seen))
        said = [[] for _ in range(len(chosen) * draws)]
        living = torch.arange(len(said))
        for step in range(room):
            if heat:
                new = torch.multinomial((logits.float() / heat).softmax(1), 1, generator=generator)[:, 0]
            else:
                new = logits.argmax(1)
            for place, token in zip(living.tolist(), new.tolist(), strict=True):
                said[place].append(token)
            going = (new != tokenizer.eos_token_id).nonzero()[:, 0]
            if not len(going) or step == room - 1:
                break
            if len(going) < len(living):
                cache.batch_select_indices(going)
                living, seen, new = living[going], seen[going], new[going]
            seen = torch.cat([seen, torch.ones(len(living), 1, dtype=torch.long)], 1)
            output = model(
                new[:, None],
                attention_mask=seen,
                position_ids=seen.sum(1, keepdim=True) - 1,
                past_key_values=cache,
            )
            logits = output.logits[:, -1]
        texts = tokenizer.batch_decode(said, skip_special_tokens=True)
        for at, place in enumerate(chosen):
            found[place] = [text.strip() for text in texts[at * draws : (at + 1) * draws]]
    return found
