"""Taste: a small language model goes on with a film sentence so that readers find it favourable, or critical (09).

The rated film sentences (``llmlab.ratings``) are split once more, by whole blocks of 30 and inside their ``train``:
``text`` (plain text and demonstrations), ``reward`` (the reward model, and the beginnings that PPO practises on) and
``judge``. The beginnings that are measured come from ``dev`` and ``test``, which nothing here has read.

The models are SmolLM2 and a cut of it (11 of its 30 layers, a fifth of its vocabulary: a third of its parameters), with
LoRA adapters of ``data/models/taste``; ``data/build/taste.py`` makes them.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from llmlab import ratings
from llmlab.errors import CourseError

if TYPE_CHECKING:
    import numpy as np

DIRECTIONS = ("favourable", "critical")
PROMPT = "A film review that readers find {direction}: {start}"
WORDS = 4  # of a sentence are given
ROOM = 20  # new tokens at most, for every model alike
HEAT = 0.7  # the temperature: part of every policy, in training and in measuring
END = 0  # <|endoftext|>, which begins and ends every text here
SHARES = {"text": 0.47, "reward": 0.29, "judge": 0.24}  # of the blocks of the ratings' train
REWARDED = 8  # list positions below it belong to the reward model, the others to the judge
CLEAR = 1.0  # least |mean| of a demonstration
KEPT = (0, 1, 2, 3, 4, 24, 25, 26, 27, 28, 29)  # layers of the small model
REAL = (0.025, 0.975)  # quantiles of real sentences between which a likelihood is ordinary
COPIED, REPEATED = 8, 4  # words in a row


# ---------------------------------------------------------------- sentences, splits, prompts


def films(part: str) -> list[ratings.Sentence]:
    """Return the film sentences of one part: ``text``, ``reward``, ``judge``, ``dev`` or ``test``.

    Raises
    ------
    ValueError
        When there is no such part.
    """
    if part in ("dev", "test"):
        return ratings.sentences("films", part)
    if part not in SHARES:
        raise ValueError(f"{part!r}: one of {', '.join(SHARES)}, dev, test")
    chosen = _blocks()[part]
    return [one for one in ratings.sentences("films", "train") if one.group in chosen]


@cache
def _blocks() -> dict[str, frozenset[int]]:
    """Order the blocks by a hash, as the ratings' own split does: the same on every machine."""
    groups = {one.group for one in ratings.sentences("films", "train")}
    order = sorted(groups, key=lambda group: hashlib.sha256(f"taste {group}".encode()).digest())
    found, first = {}, 0
    for name, share in SHARES.items():
        last = len(order) if name == list(SHARES)[-1] else first + round(share * len(order))
        found[name], first = frozenset(order[first:last]), last
    return found


def tidy(text: str) -> str:
    """Return a sentence with single spaces and plain quotation marks (the archive doubles the apostrophe)."""
    return " ".join(text.replace("''", '"').split())


def start_of(text: str) -> str:
    """Return the first four words of a sentence.

    Raises
    ------
    CourseError
        When the sentence has no more than four words.
    """
    words = tidy(text).split()
    if len(words) <= WORDS:
        raise CourseError(f"続きを書かせる文には、{WORDS} 語より多くの語が必要です。")
    return " ".join(words[:WORDS])


def starts(part: str) -> list[str]:
    """Return the beginnings of a part's sentences of eight words or more, each once, in a fixed shuffled order."""
    found = {start_of(one.text): None for one in films(part) if len(tidy(one.text).split()) >= 2 * WORDS}
    return sorted(found, key=lambda start: hashlib.sha256(start.encode()).digest())


def prompt(direction: str, start: str) -> str:
    """Return what a model reads: the direction and the first words.

    Raises
    ------
    CourseError
        When the direction is not one of the two.
    """
    if direction not in DIRECTIONS:
        raise CourseError(f"方向「{direction}」はありません。favourable か critical と書いてください。")
    return PROMPT.format(direction=direction, start=start)


def demonstrations(part: str = "text") -> list[tuple[str, str]]:
    """Return (prompt, answer) of real sentences that people clearly liked or disliked (``CLEAR``)."""
    found = []
    for one in films(part):
        words = tidy(one.text).split()
        if abs(one.mean) >= CLEAR and len(words) > WORDS:
            direction = DIRECTIONS[one.mean < 0]
            found.append((prompt(direction, " ".join(words[:WORDS])), " " + " ".join(words[WORDS:])))
    return found


# ---------------------------------------------------------------- people


@dataclass(frozen=True)
class Pairs:
    """Pairs of sentences of one block, as single people ordered them.

    Attributes
    ----------
    first, second
        Numbers of the two sentences in the list that was given.
    prefers
        1 where the person of that list position rated the first higher, 0 the second; equal ratings are left out.
    gap
        |difference of the means of all ratings|.
    group
        The block.
    """

    first: np.ndarray
    second: np.ndarray
    prefers: np.ndarray
    gap: np.ndarray
    group: np.ndarray


def pairs(sentences: Sequence[ratings.Sentence], positions: Iterable[int]) -> Pairs:
    """Return every pair within a block with the order of each person at the given list positions."""
    import numpy as np

    positions, rows = list(positions), []
    for group, members in _by_group(sentences).items():
        for at, one in enumerate(members):
            for other in members[at + 1 :]:
                a, b = sentences[one], sentences[other]
                gap = abs(a.mean - b.mean)
                for place in positions:
                    if max(len(a.ratings), len(b.ratings)) > place >= 0:
                        if (
                            place < min(len(a.ratings), len(b.ratings))
                            and a.ratings[place] != b.ratings[place]
                        ):
                            rows.append((one, other, a.ratings[place] > b.ratings[place], gap, group))
    columns = list(zip(*rows, strict=True)) or [[]] * 5
    kinds = (int, int, int, float, int)
    return Pairs(*(np.array(column, kind) for column, kind in zip(columns, kinds, strict=True)))


def people(sentences: Sequence[ratings.Sentence], low: float, high: float) -> dict[int, tuple[float, int]]:
    """Return how often one person orders two sentences as another does, over pairs whose means differ by low to high.

    Both are list positions of one block; a pair that either of them rates equal counts half.

    Returns
    -------
    dict
        Block → (sum of agreements, number of comparisons).
    """
    import numpy as np

    found = {}
    for group, members in _by_group(sentences).items():
        count = min(len(sentences[one].ratings) for one in members)
        table = np.array([sentences[one].ratings[:count] for one in members])
        means = np.array([sentences[one].mean for one in members])
        upper = np.triu_indices(len(members), 1)
        gap = np.abs(means[upper[0]] - means[upper[1]])
        chosen = (gap >= low) & (gap < high)
        order = np.sign(table[upper[0]] - table[upper[1]])[chosen].astype(float)  # pairs × people
        both = order.sum(1) ** 2 - (order**2).sum(1)  # twice (agreements - disagreements)
        comparisons = len(order) * count * (count - 1) // 2
        found[group] = (comparisons / 2 + both.sum() / 4, comparisons)
    return found


def _by_group(sentences) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for place, one in enumerate(sentences):
        found.setdefault(one.group, []).append(place)
    return found


# ---------------------------------------------------------------- models


def folder() -> Path:
    """Return the folder of the adapters, the reward model and the judges.

    Raises
    ------
    CourseError
        When a file is missing or differs from the manifest.
    """
    from llmlab import models

    return models.path("taste", "cpu")


def cut(model, kept: Sequence[int]):
    """Keep the layers ``KEPT`` and the tokens ``kept`` of a Llama model with tied embeddings, in place; return it."""
    import torch

    table = torch.nn.Embedding.from_pretrained(
        model.model.embed_tokens.weight[list(kept)].clone(), freeze=False
    )
    model.model.embed_tokens, model.lm_head.weight = table, table.weight
    model.lm_head.out_features = model.config.vocab_size = model.vocab_size = len(kept)

    model.model.layers = torch.nn.ModuleList(model.model.layers[layer] for layer in KEPT)
    for place, layer in enumerate(model.model.layers):
        layer.self_attn.layer_idx = place  # where the cache keeps its keys
    model.config.num_hidden_layers = len(KEPT)
    if getattr(model.config, "layer_types", None):
        model.config.layer_types = model.config.layer_types[: len(KEPT)]
    for config in (model.config, model.generation_config):  # their numbers of the marks are the whole vocabulary's
        config.bos_token_id = config.eos_token_id = config.pad_token_id = END
    return model


class Tokens:
    """A tokenizer that uses a part of its vocabulary: what was left out is spelt with the longest parts that are kept.

    Parameters
    ----------
    tokenizer
        A byte-level BPE tokenizer of transformers.
    kept
        The numbers that are kept, single bytes among them; their order gives the new numbers. ``None`` keeps all.
    """

    def __init__(self, tokenizer, kept: Sequence[int] | None = None):
        self.tokenizer, self.kept = tokenizer, kept
        self.new = None if kept is None else {old: new for new, old in enumerate(kept)}
        self.numbers = (
            {}
            if kept is None
            else {one: self.new[old] for one, old in tokenizer.get_vocab().items() if old in self.new}
        )
        self.spelt: dict[int, list[int]] = {}

    def __len__(self) -> int:
        return len(self.tokenizer if self.kept is None else self.kept)

    def encode(self, text: str) -> list[int]:
        """Return a text's token numbers."""
        ids = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        if self.new is None:
            return ids
        return [new for old in ids for new in ([self.new[old]] if old in self.new else self._spell(old))]

    def _spell(self, old: int) -> list[int]:
        if old not in self.spelt:
            rest, parts = self.tokenizer.convert_ids_to_tokens(old), []
            while rest:
                for length in range(len(rest), 0, -1):
                    if (number := self.numbers.get(rest[:length])) is not None:
                        parts.append(number)
                        break
                rest = rest[length:]  # a byte that the vocabulary does not know is lost, as in the whole one
            self.spelt[old] = parts
        return self.spelt[old]

    def decode(self, ids: Iterable[int]) -> str:
        """Return the text of token numbers, without the marks of beginning and end."""
        known = [one if self.kept is None else self.kept[one] for one in ids if one != END]
        return self.tokenizer.decode(known)


def language_tokenizer():
    """Return SmolLM2's own tokenizer."""
    from transformers import AutoTokenizer

    from llmlab import models

    return AutoTokenizer.from_pretrained(models.path("chat", "cpu"))


def vocabulary(tokenizer, texts: Iterable[str], size: int) -> list[int]:
    """Return what a small model keeps: the mark of the end, single bytes, and the most frequent tokens of some texts.

    Raises
    ------
    ValueError
        When there is no room for the bytes.
    """
    found = {END}
    found.update(tokenizer.convert_tokens_to_ids([one for one in tokenizer.get_vocab() if len(one) == 1]))
    if len(found) > size:
        raise ValueError(f"{size}: {len(found)} are needed for the bytes alone")
    counts = Counter(
        one for ids in tokenizer(list(texts), add_special_tokens=False)["input_ids"] for one in ids
    )
    for token, _ in sorted(counts.items(), key=lambda both: (-both[1], both[0])):
        if len(found) == size:
            break
        found.add(token)
    return [END, *sorted(found - {END})]


def language_model(
    size: str = "small",
    adapters: Iterable[Path] = (),
    dtype: str = "float32",
    kept: Sequence[int] | None = None,
):
    """Return tokenizer (``Tokens``) and model: the whole SmolLM2 (``large``) or the cut one (``small``).

    Parameters
    ----------
    adapters
        Folders of LoRA adapters, merged in their order.
    kept
        The vocabulary of the small one; else the file of ``folder()``.

    Raises
    ------
    ValueError
        When the size is another word.
    """
    import json

    import torch
    from transformers import AutoModelForCausalLM

    from llmlab import models

    if size not in ("small", "large"):
        raise ValueError(f"{size!r}: small or large")
    where, tokenizer = models.path("chat", "cpu"), language_tokenizer()
    model = AutoModelForCausalLM.from_pretrained(where, dtype=torch.float32)
    tokens = Tokens(tokenizer)
    if size == "small":
        kept = kept or json.loads((folder() / "vocabulary.json").read_text(encoding="utf-8"))
        model, tokens = cut(model, kept), Tokens(tokenizer, kept)
    for adapter in adapters:
        from peft import PeftModel

        model = PeftModel.from_pretrained(model, adapter).merge_and_unload()
    return tokens, model.to(getattr(torch, dtype)).eval()


def policy(name: str, where: Path | None = None, dtype: str = "float32"):
    """Return tokenizer and model of a policy: ``untouched``, ``base``, ``sft``, ``large``, or one by PPO such as ``ppo-0.05-0``.

    ``untouched`` is the whole SmolLM2 as its makers left it; ``base`` and ``large`` have read the plain text.

    Raises
    ------
    CourseError
        When the folder of one of its adapters is missing.
    """
    import json

    if name == "untouched":
        return language_model("large", (), dtype)
    where = where or folder()
    if name == "large":
        return language_model("large", [where / "text-large"], dtype)
    chain = [where / "text-small"]
    if name != "base":
        chain.append(where / "sft")
    if name not in ("base", "sft"):
        chain.append(where / name)
    for part in chain:
        if not part.is_dir():
            raise CourseError(
                f"方策「{name}」のアダプター「{part.name}」がありません。名前を確かめてください。"
            )
    return language_model(
        "small", chain, dtype, json.loads((where / "vocabulary.json").read_text(encoding="utf-8"))
    )


def ids_of(tokenizer, text: str) -> list[int]:
    """Return a text's tokens after the mark of a beginning."""
    return [END, *tokenizer.encode(text)]


def write(tokenizer, model, prompts: Sequence[str], seed: int = 0, batch: int = 64) -> list[str]:
    """Return what a model goes on with after each prompt: by chance (``HEAT``), ``ROOM`` tokens at most."""
    import torch

    found: list[str] = []
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for first in range(0, len(prompts), batch):
            asked = [ids_of(tokenizer, one) for one in prompts[first : first + batch]]
            new = sample(model, asked)
            found += [tokenizer.decode(row) for row in new.tolist()]
    return [text.split("\n")[0] for text in found]


def sample(model, asked: list[list[int]], room: int = ROOM):
    """Return drawn tokens, (prompts, room); after the end of an answer there is ``END`` alone.

    Raises
    ------
    CourseError
        When the model's probabilities are not numbers: its training has collapsed.
    """
    import torch

    longest = max(map(len, asked))
    ids = torch.full((len(asked), longest), END)
    seen = torch.zeros((len(asked), longest), dtype=torch.long)
    for row, tokens in enumerate(asked):
        ids[row, longest - len(tokens) :] = torch.tensor(tokens)
        seen[row, longest - len(tokens) :] = 1
    said, past, living = [], None, torch.ones(len(asked), dtype=torch.bool)
    with torch.inference_mode():
        for _ in range(room):
            output = model(
                input_ids=ids,
                attention_mask=seen,
                position_ids=(seen.cumsum(1) - 1).clamp(min=0)[:, -ids.shape[1] :],
                past_key_values=past,
                use_cache=True,
                logits_to_keep=1,
            )
            chances = (output.logits[:, -1].float() / HEAT).softmax(1)
            if not chances.isfinite().all():
                raise CourseError(
                    "モデルの確率が数になりません。学習率を下げて、学習からやり直してください。"
                )
            new = torch.multinomial(chances, 1)[:, 0].where(living, torch.tensor(END))
            said.append(new)
            living = living & (new != END)
            past, ids = output.past_key_values, new[:, None]
            seen = torch.cat([seen, torch.ones(len(asked), 1, dtype=torch.long)], 1)
            if not living.any():
                break
    return torch.stack(said, 1)


# ---------------------------------------------------------------- reward model and judges


class Reward:
    """The reward model: MiniLM with an adapter, the mean of its vectors, and one number from it.

    The number has mean 0 and spread 1 over real film sentences; only differences were learnt.
    """

    def __init__(self, where: Path | None = None):
        from peft import PeftModel
        from safetensors.torch import load_file
        from transformers import AutoModel, AutoTokenizer

        from llmlab import models

        where = where or folder() / "reward"
        encoder = models.path("encoder", "cpu")
        self.tokenizer = AutoTokenizer.from_pretrained(encoder)
        self.model = PeftModel.from_pretrained(AutoModel.from_pretrained(encoder), where).merge_and_unload()
        self.model.eval()
        self.head = {name: value.float() for name, value in load_file(where / "head.safetensors").items()}

    def __call__(self, texts: Sequence[str], batch: int = 64) -> np.ndarray:
        """Return the reward of each text.

        Raises
        ------
        CourseError
            When a text is empty, or a reward is not a number.
        """
        import torch

        if not all(text.strip() for text in texts):
            raise CourseError("空の文には報酬を付けられません。文を入れてください。")
        found = []
        with torch.inference_mode():
            for first in range(0, len(texts), batch):
                found.append(
                    reward_of(self.tokenizer, self.model, self.head["weight"], texts[first : first + batch])
                )
        scores = (torch.cat(found) - self.head["mean"]) / self.head["spread"]
        if not scores.isfinite().all():
            raise CourseError("報酬が数になりません。報酬モデルの重みを確かめてください。")
        return scores.numpy()


def reward_of(tokenizer, encoder, weight, texts: Sequence[str]):
    """Return a reward model's raw numbers, as a tensor: the mean vector of each text times ``weight``."""
    batch = tokenizer(list(texts), padding=True, truncation=True, max_length=64, return_tensors="pt")
    hidden = encoder(**batch).last_hidden_state.float()
    seen = batch["attention_mask"][..., None].float()
    return ((hidden * seen).sum(1) / seen.sum(1)) @ weight


def read(
    tokenizer, model, given: Sequence[str], texts: Sequence[str], batch: int = 64
) -> tuple[np.ndarray, np.ndarray]:
    """Read texts with a language model.

    Parameters
    ----------
    given
        The beginning of each text that counts as known, such as its first four words; may be empty.

    Returns
    -------
    tuple
        The mean log-probability (nats a token) of what follows the beginning, and the mean vectors of the layers
        (texts, layers, width).
    """
    import numpy as np
    import torch

    logs, vectors = [], []
    for first in range(0, len(texts), batch):
        rows = [ids_of(tokenizer, text) for text in texts[first : first + batch]]
        known = [len(ids_of(tokenizer, text)) for text in given[first : first + batch]]
        longest = max(map(len, rows))
        ids = torch.tensor([row + [END] * (longest - len(row)) for row in rows])
        places = torch.arange(longest)[None]
        lengths = torch.tensor([len(row) for row in rows])[:, None]
        seen = places < lengths
        with torch.inference_mode():
            output = model(input_ids=ids, attention_mask=seen.long(), output_hidden_states=True)
            # One line at a time: all logits at once would need hundreds of megabytes.
            for line, row in enumerate(rows):
                begin = min(known[line], len(row) - 1)
                each = output.logits[line, begin - 1 : len(row) - 1].float().log_softmax(-1)
                logs.append(float(each.gather(1, ids[line, begin : len(row), None]).mean()))
            inside = (seen & (places > 0))[..., None].float()
            layers = torch.stack(
                [(state.float() * inside).sum(1) / inside.sum(1) for state in output.hidden_states], 1
            )
        vectors.append(layers.numpy())
    return np.array(logs), np.concatenate(vectors)


class Judge:
    """The judge: a linear reading of the untouched SmolLM2's vectors, and the likelihood that it gives.

    Its number has mean 0 and spread 1 over real film sentences.
    """

    def __init__(self, where: Path | None = None, dtype: str = "float32"):
        import json

        import numpy as np

        stored = json.loads(((where or folder()) / "judge.json").read_text(encoding="utf-8"))
        self.layer, self.weight, self.mean = stored["layer"], np.array(stored["weight"]), stored["mean"]
        self.real = tuple(stored["real"])
        self.tokenizer, self.model = policy("untouched", dtype=dtype)

    def __call__(self, beginnings: Sequence[str], texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Return each text's number and the mean log-probability (nats a token) of what follows its beginning."""
        logs, vectors = read(self.tokenizer, self.model, beginnings, texts)
        return vectors[:, self.layer] @ self.weight - self.mean, logs


@cache
def second_judge():
    """Return a function that judges texts by their words alone (TF-IDF and ridge, on the judge's sentences).

    Its number has mean 0 and spread 1 over those sentences, as far as it was not fitted to each of them.
    """
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import Ridge
    from sklearn.model_selection import cross_val_predict
    from sklearn.pipeline import make_pipeline

    sentences = films("judge")
    texts = [tidy(one.text) for one in sentences]
    means = [np.mean(one.ratings[REWARDED:]) for one in sentences]
    line = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), Ridge(alpha=1.0))
    unseen = cross_val_predict(line, texts, means, cv=5)
    line.fit(texts, means)
    return lambda some: (line.predict(list(some)) - unseen.mean()) / unseen.std()


# ---------------------------------------------------------------- fluency and wins


def repeats(text: str, length: int = REPEATED) -> bool:
    """Say whether some words in a row come twice."""
    rows = _runs(text, length)
    return len(rows) > len(set(rows))


def copies(text: str, known: frozenset[tuple[str, ...]], length: int = COPIED) -> bool:
    """Say whether some words in a row stand in a training text (``known``, by ``runs_of``)."""
    return any(run in known for run in _runs(text, length))


def runs_of(texts: Iterable[str], length: int = COPIED) -> frozenset[tuple[str, ...]]:
    """Return all runs of that many words of some texts."""
    return frozenset(run for text in texts for run in _runs(text, length))


def _runs(text: str, length: int) -> list[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return [tuple(words[at : at + length]) for at in range(len(words) - length + 1)]


def fluent(text: str, likelihood: float, real: tuple[float, float], known: frozenset) -> bool:
    """Say whether a text passes as written: it goes on, its likelihood is ordinary, nothing is repeated or copied.

    Parameters
    ----------
    likelihood
        Mean log-probability (nats a token) under the untouched SmolLM2.
    real
        The lowest and highest that are ordinary (``Judge.real``).
    known
        The training texts' runs of words (``runs_of``).
    """
    goes_on = len(text.split()) > WORDS
    ordinary = bool(real[0] <= likelihood <= real[1])
    return goes_on and ordinary and not repeats(text) and not copies(text, known)


def right_way(direction: str, judged: np.ndarray | float):
    """Say whether a judge's number, 0 for an average sentence, lies on the side that was asked for."""
    import numpy as np

    return (np.asarray(judged) > 0) == (direction == DIRECTIONS[0])


def wins(ours: Sequence[bool], theirs: Sequence[bool]) -> np.ndarray:
    """Return 1 where only ours is right and fluent, 0 where only theirs is, 0.5 where both or neither.

    Raises
    ------
    CourseError
        When the two do not answer the same prompts, or there is none.
    """
    import numpy as np

    if len(ours) != len(theirs) or not len(ours):
        raise CourseError("二つの方策の結果は、同じプロンプトについて、同じ数だけ必要です。")
    return (1 + np.asarray(ours, float) - np.asarray(theirs, float)) / 2
