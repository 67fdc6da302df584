"""Make data/models/t5-enja-mini, a small T5 for Japanese and English: ``python data/build/t5.py vocab|pretrain|tune``.

``vocab`` learns one SentencePiece vocabulary for both languages (needs ``pip install sentencepiece==0.2.3``);
``pretrain`` trains by span corruption (Raffel et al. 2020, section 3.1.4); ``tune`` fine-tunes on the tasks of
t5_tasks.py and measures. Text: the training pages of corpus.py and segments.py, and the rated sentences of the
train split (as text, without their ratings). A run that was stopped goes on from its last save in build/t5/.
"""

import argparse
import functools
import gzip
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from llmlab import corpus, ratings
from llmlab.errors import CourseError

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "data" / "models" / "t5-enja-mini"
WORK = ROOT / "build" / "t5"
JAPANESE = ROOT / "build" / "corpus"  # the committed pages and the manual pages
ENGLISH = ROOT / "build" / "corpus" / "en"

PIECES, SENTINELS = 12_000, 100
PAD, EOS, UNK = 0, 1, 2
# 141 tokens become an input of 128 and a target of 29: 21 of them are noise, in 7 spans; an end each.
CHUNK = 141
MODEL = {
    # Two of these in fp16, the pre-trained and the fine-tuned one, must fit into 25 MB.
    "d_model": 192,
    "d_kv": 32,
    "d_ff": 384,
    "num_layers": 4,
    "num_decoder_layers": 4,
    "num_heads": 6,
    "feed_forward_proj": "gated-gelu",
    # Few epochs and spans drawn anew: what dropout would prevent does not happen.
    "dropout_rate": 0.0,
    "pad_token_id": PAD,
    "eos_token_id": EOS,
    "decoder_start_token_id": PAD,
    "tie_word_embeddings": True,
}


@dataclass(frozen=True)
class Settings:
    """What a run of pre-training does; its length in steps stands in the save, since it may be changed."""

    objective: str = "span"
    batch: int = 16
    matrix_rate: float = 2e-3  # Muon: the matrices of the blocks
    embedding_rate: float = (
        2e-2  # AdamW: T5's embeddings begin at a deviation of 1, so their steps are larger
    )
    warmup: int = 100
    # So many steps begin with spans of one token each: a hidden word's neighbours are easier to use than to do without.
    easy: int = 1000
    decay: float = 0.15  # the last part of the run, in which the rates fall to zero
    rated: int = 2  # how often the rated sentences are read in an epoch
    seed: int = 0


# --- span corruption ---------------------------------------------------------------------------------------------


def parts(total: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return ``count`` lengths of at least 1 that sum to ``total``; all such divisions are equally likely."""
    cuts = np.sort(rng.choice(total - 1, count - 1, replace=False)) + 1
    return np.diff(np.concatenate([[0], cuts, [total]]))


def noise_mask(length: int, rng: np.random.Generator, share: float = 0.15, mean: float = 3.0) -> np.ndarray:
    """Return which of ``length`` tokens are noise: spans of ``mean`` tokens on average, ``share`` of all tokens.

    Kept and noise spans take turns, kept first, so no two noise spans touch. How many there are is fixed by the
    length; how long each is and where it lies is drawn.
    """
    if length < 2:
        raise CourseError(
            f"{length} トークンの文は壊せません。残すトークンと隠すトークンが、一つずつは必要です。"
        )
    noise = min(max(round(length * share), 1), length - 1)
    spans = min(max(round(noise / mean), 1), length - noise)
    lengths = np.stack([parts(length - noise, spans, rng), parts(noise, spans, rng)], axis=1).ravel()
    return np.repeat(np.arange(2 * spans) % 2 == 1, lengths)


def corrupt(ids: np.ndarray, noise: np.ndarray, sentinels: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Return the input (each noise span becomes one sentinel) and the target (sentinel, span, sentinel, span …).

    Both end with </s>. As in the published code, no further sentinel stands before it (the paper's figure has one).
    """
    first = noise & ~np.concatenate([[False], noise[:-1]])  # where a noise span begins
    spans = int(first.sum())
    if spans > len(sentinels):
        raise CourseError(
            f"隠す区間が {spans} 個ありますが、番兵トークンは {len(sentinels)} 個しかありません。"
            "文を短く切るか、区間の平均の長さを大きくしてください。"
        )
    marks = np.zeros_like(ids)
    marks[first] = np.asarray(sentinels[:spans], ids.dtype)
    kept = np.where(first, marks, ids)[~noise | first]
    target = np.insert(ids[noise], np.flatnonzero(first[noise]), marks[first])
    end = np.asarray([EOS], ids.dtype)
    return np.concatenate([kept, end]), np.concatenate([target, end])


def restore(source: np.ndarray, target: np.ndarray, sentinels: list[int]) -> np.ndarray:
    """Return the tokens that ``corrupt`` made an input and a target from."""
    known, spans, now = set(sentinels), {}, []
    for token in target[:-1].tolist():
        if token in known:
            now = spans.setdefault(token, [])
        else:
            now.append(token)
    found = []
    for token in source[:-1].tolist():
        found += spans[token] if token in known else [token]
    return np.asarray(found, source.dtype)


# --- text --------------------------------------------------------------------------------------------------------


def english_pages(split: str) -> list[dict]:
    """Return the English running text that segments.py wrote."""
    file = ENGLISH / f"{split}.jsonl.gz"
    if not file.is_file():
        raise CourseError(f"{file.relative_to(ROOT)} がありません。先に segments.py を実行してください。")
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def texts(split: str) -> dict[str, list[list[str]]]:
    """Return the documents of a split by kind, each a list of paragraphs. Headings are left out: a task asks them."""
    japanese = [
        ["".join(paragraph) for section in page["sections"] for paragraph in section["paragraphs"]]
        for page in corpus.documents(split, JAPANESE)
    ]
    english = [page["text"] for page in english_pages(split)]
    rated = [[one.text] for source in ratings.SOURCES for one in ratings.sentences(source, split)]
    return {"ja": japanese, "en": english, "rated": rated}


def vocab() -> None:
    """Learn the vocabulary and write the tokenizer."""
    import sentencepiece
    from sentencepiece import sentencepiece_model_pb2
    from transformers import T5Tokenizer

    def lines() -> Iterator[str]:
        for kind, documents in texts("train").items():
            for document in documents:
                for paragraph in document:
                    yield from corpus_sentences(paragraph) if kind == "ja" else [paragraph]

    WORK.mkdir(parents=True, exist_ok=True)
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=lines(),
        model_prefix=str(WORK / "spiece"),
        model_type="unigram",
        vocab_size=PIECES,
        character_coverage=0.9998,
        split_digits=True,  # "2.6" is read and written figure by figure
        normalization_rule_name="nmt_nfkc",
        pad_id=PAD, eos_id=EOS, unk_id=UNK, bos_id=-1,
        pad_piece="<pad>", eos_piece="</s>", unk_piece="<unk>",
        num_threads=1,
        minloglevel=1,
    )  # fmt: skip
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(WORK / "spiece.model"))
    scores = [(pieces.id_to_piece(number), pieces.get_score(number)) for number in range(len(pieces))]
    # As in T5: the first sentinel is the last id.
    scores += [(f"<extra_id_{number}>", 0.0) for number in reversed(range(SENTINELS))]
    model = sentencepiece_model_pb2.ModelProto()
    model.ParseFromString((WORK / "spiece.model").read_bytes())
    tokenizer = T5Tokenizer(
        vocab=scores,
        _spm_precompiled_charsmap=model.normalizer_spec.precompiled_charsmap,
        extra_ids=SENTINELS,
        model_max_length=512,
    )
    OUT.mkdir(parents=True, exist_ok=True)
    tokenizer.save_pretrained(OUT)
    print(len(tokenizer), sorted(file.name for file in OUT.iterdir()))


def corpus_sentences(paragraph: str) -> list[str]:
    """Return a Japanese paragraph in sentences (SentencePiece leaves out lines of more than 4 KB)."""
    return [part + "。" for part in paragraph.split("。") if part]


@functools.cache
def tokenizer():
    """Return the model's own tokenizer."""
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(OUT)


def sentinels() -> list[int]:
    """Return the ids of <extra_id_0>, <extra_id_1> …"""
    return tokenizer().convert_tokens_to_ids([f"<extra_id_{number}>" for number in range(SENTINELS)])


def encoded(split: str) -> dict[str, list[np.ndarray]]:
    """Return the token ids of every document of a split by kind, each ending with </s>; kept in build/t5/."""
    file = WORK / f"{split}.npz"
    stamp = (OUT / "tokenizer.json").stat().st_mtime_ns
    if file.exists():
        with np.load(file) as arrays:
            if int(arrays["stamp"]) == stamp:
                return {
                    kind: np.split(arrays[kind], arrays[f"{kind}_ends"][:-1])
                    for kind in ("ja", "en", "rated")
                }
    arrays = {"stamp": np.int64(stamp)}
    for kind, documents in texts(split).items():
        rows = []
        for document in documents:
            ids = tokenizer()(document, add_special_tokens=False)["input_ids"]
            rows.append(np.asarray([*(token for part in ids for token in part), EOS], np.int32))
        arrays |= {kind: np.concatenate(rows), f"{kind}_ends": np.cumsum([len(row) for row in rows])}
    WORK.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(file, **arrays)
    return encoded(split)


# --- pre-training ------------------------------------------------------------------------------------------------


def chunks(documents: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Return ``(chunks, CHUNK)``: the documents in a new order, one after another, cut into equal lengths."""
    row = np.concatenate([documents[number] for number in rng.permutation(len(documents))])
    row = row[rng.integers(CHUNK) :]
    rows = row[: len(row) // CHUNK * CHUNK].reshape(-1, CHUNK)
    return rows[rng.permutation(len(rows))]


def example(rows: np.ndarray, objective: str, rng: np.random.Generator, marks: list[int], mean: float = 3.0):
    """Return inputs and targets of a batch of chunks, without padding: all have the same lengths."""
    if objective == "span":
        pairs = [corrupt(row, noise_mask(len(row), rng, mean=mean), marks) for row in rows]
    else:  # prefix language modelling: the encoder reads up to a random place, the decoder writes on
        place = int(rng.integers(CHUNK // 10, CHUNK - CHUNK // 10))
        pairs = [(row[:place], row[place:]) for row in rows]
    return tuple(np.stack(side).astype(np.int64) for side in zip(*pairs, strict=True))


def stream(
    documents: list[np.ndarray], settings: Settings, start: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield batches without end; ``start`` skips so many, so that a run that goes on sees what it would have seen."""
    marks, number = sentinels(), 0
    for epoch in range(1_000_000):
        rows = chunks(documents, np.random.default_rng((settings.seed, epoch)))
        for first in range(0, len(rows) - settings.batch + 1, settings.batch):
            number += 1
            if number > start:
                rng = np.random.default_rng((settings.seed, epoch, number))
                mean = 1.0 if number <= settings.easy else 3.0
                yield example(rows[first : first + settings.batch], settings.objective, rng, marks, mean)


def logits_of(model, source, target):
    """Return the logits of every target token; the decoder reads the target shifted right by one."""
    import torch

    shifted = torch.cat([torch.full_like(target[:, :1], PAD), target[:, :-1]], dim=1)
    return model(input_ids=source, decoder_input_ids=shifted, use_cache=False).logits


def loss_of(model, source: np.ndarray, target: np.ndarray):
    """Return the mean loss of the target tokens, computed in bfloat16."""
    import torch
    from torch.nn.functional import cross_entropy

    target = torch.from_numpy(target)
    with torch.autocast("cpu", torch.bfloat16):
        logits = logits_of(model, torch.from_numpy(source), target)
    return cross_entropy(logits.float().flatten(0, 1), target.flatten())


def new_model():
    """Return an untrained T5. In four places it begins otherwise than the library's, so that it learns sooner."""
    import torch
    from transformers import T5Config, T5ForConditionalGeneration

    model = T5ForConditionalGeneration(T5Config(vocab_size=PIECES + SENTINELS, **MODEL))
    with torch.no_grad():
        # Attention begins with near places: some heads on the left, some on the right, some wide.
        for stack, slopes in ((model.encoder, READING), (model.decoder, WRITING)):
            bias = stack.block[0].layer[0].SelfAttention.relative_attention_bias.weight
            bias.copy_(position_bias(slopes, two_sided=stack is model.encoder))
        for name, parameter in model.named_parameters():
            # A block adds little to what it is given: a sentinel can still be known from the encoder's output.
            if name.endswith((".o.weight", ".wo.weight")):
                parameter.mul_(0.25)
        for block in model.decoder.block:
            # Cross-attention begins with the same token: at <extra_id_0> the decoder looks at <extra_id_0>.
            attention = block.layer[1].EncDecAttention
            attention.q.weight.mul_(1.5**0.5)
            attention.k.weight.copy_(attention.q.weight * model.config.d_kv**0.5)
    return model


# What a head's attention loses per place of distance, to the left and to the right.
READING = ((1.0, 8.0), (8.0, 1.0), (0.3, 8.0), (8.0, 0.3), (0.1, 0.1), (0.02, 0.02))
WRITING = ((1.0, 0.0), (0.5, 0.0), (0.2, 0.0), (0.1, 0.0), (0.05, 0.0), (0.0, 0.0))


def position_bias(slopes: tuple[tuple[float, float], ...], two_sided: bool):
    """Return T5's ``(buckets, heads)`` of relative positions, each falling linearly with the distance."""
    import torch
    from transformers.models.t5.modeling_t5 import T5Attention

    distance = torch.arange(-127, 128 if two_sided else 1)  # read place minus own place
    bucket = T5Attention._relative_position_bucket(distance, two_sided, 32, 128)
    found = torch.zeros(32, len(slopes))
    for number in bucket.unique():
        mean = distance[bucket == number].float().mean()
        found[number] = torch.tensor([min(8.0, float(abs(mean)) * side[int(mean > 0)]) for side in slopes])
    return -found


def make_optimizers(model, settings: Settings) -> list:
    """Return Muon for the matrices of the blocks, AdamW for the rest; each group knows its own rate."""
    import torch

    groups = {"matrices": [], "queries": [], "embeddings": [], "rest": []}
    for name, parameter in model.named_parameters():
        if parameter.ndim < 2 or "relative_attention_bias" in name:
            groups["rest"].append(parameter)
        elif "block" not in name:
            groups["embeddings"].append(parameter)
        else:
            groups["queries" if name.endswith(".q.weight") else "matrices"].append(parameter)
    adam = torch.optim.AdamW(
        [
            {"params": groups["embeddings"], "peak": settings.embedding_rate},
            {"params": groups["rest"], "peak": settings.matrix_rate},
        ],
        lr=settings.matrix_rate, betas=(0.9, 0.98), eps=1e-8, weight_decay=0.0, fused=True,
    )  # fmt: skip
    # T5 does not divide attention scores by sqrt(d_kv): its queries are so much smaller instead. At the others' rate
    # they grew eightfold in 500 steps, each place looked at one other alone, and the loss stood still.
    query_rate = settings.matrix_rate / model.config.d_kv**0.5
    muon = torch.optim.Muon(
        [
            {"params": groups["matrices"], "peak": settings.matrix_rate},
            {"params": groups["queries"], "peak": query_rate},
        ],
        lr=settings.matrix_rate, weight_decay=0.01, adjust_lr_fn="match_rms_adamw",
    )  # fmt: skip
    return [muon, adam]


def rate(step: int, total: int, settings: Settings) -> float:
    """Return the share of the peak rate: up, constant, and down to zero over the last part of the run."""
    return min(1.0, (step + 1) / settings.warmup, (total - step) / max(1.0, settings.decay * total))


def measured() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return the same corrupted dev chunks at every call, by language."""
    found = {}
    for kind in ("ja", "en"):
        rows = chunks(encoded("dev")[kind], np.random.default_rng(1))[:64]
        found[kind] = example(rows, "span", np.random.default_rng(2), sentinels())
    return found


def evaluate(model, objective: str) -> dict:
    """Return loss and accuracy of the target's tokens (sentinels and </s> left out) on the dev chunks."""
    import torch
    from torch.nn.functional import cross_entropy

    if objective != "span":
        return {}
    figures = {}
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        for kind, (source, target) in measured().items():
            target = torch.from_numpy(target)
            logits = logits_of(model, torch.from_numpy(source), target).float()
            asked = (target != EOS) & (target < PIECES)
            figures[f"{kind}_loss"] = round(float(cross_entropy(logits[asked], target[asked])), 4)
            figures[f"{kind}_accuracy"] = round(float((logits.argmax(-1) == target)[asked].float().mean()), 4)
    return figures


def seconds_a_step(model, documents: list[np.ndarray], settings: Settings) -> float:
    """Return how long a step takes on this machine now (the median of a few)."""
    import copy

    trial, laps = copy.deepcopy(model), []
    optimizers = make_optimizers(trial, settings)
    for source, target in stream(documents, settings, 0):
        begin = time.perf_counter()
        update(trial, optimizers, source, target, 0.0)
        laps.append(time.perf_counter() - begin)
        if len(laps) == 12:
            return float(np.median(laps[2:]))


def update(model, optimizers: list, source: np.ndarray, target: np.ndarray, share: float):
    """Take one step at ``share`` of the peak rates and return its loss."""
    import torch

    loss = loss_of(model, source, target)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = share * group["peak"]
        optimizer.step()
        optimizer.zero_grad()
    return loss.detach()


def save(file: Path, **state) -> None:
    """Write a state; a stop while writing leaves the earlier one whole."""
    import torch

    torch.save(state, file.with_suffix(".part"))
    os.replace(file.with_suffix(".part"), file)


def pretrain(settings: Settings, minutes: float, steps: int | None, name: str) -> None:
    """Train for about ``minutes`` (or ``steps``) in all; go on where an earlier call stopped."""
    import torch
    from transformers import set_seed

    set_seed(settings.seed)
    model = new_model()
    kinds = encoded("train")
    documents = kinds["ja"] + kinds["en"] + kinds["rated"] * settings.rated
    tokens = {kind: sum(map(len, rows)) for kind, rows in kinds.items()}
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters, tokens {tokens}", flush=True)
    file, log_file = WORK / f"{name}.pt", WORK / f"{name}.jsonl"
    optimizers = make_optimizers(model, settings)
    step, spent, log, total = 0, 0.0, [], steps
    if file.exists():
        state = torch.load(file, weights_only=True)
        if state["settings"] != asdict(settings):
            raise CourseError(
                f"途中の保存「{file.name}」は、別の設定で学習したものです。設定を元に戻すか、このファイルを消してください。"
            )
        model.load_state_dict(state["model"])
        for optimizer, saved in zip(optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        step, spent, log, total = state["step"], state["seconds"], state["log"], steps or state["total"]
    if total is None:
        total = round(minutes * 60 / seconds_a_step(model, documents, settings))
    print(f"from step {step} to {total}", flush=True)

    def keep() -> None:
        save(
            file, settings=asdict(settings), model=model.state_dict(), log=log, step=step, total=total,
            optimizers=[optimizer.state_dict() for optimizer in optimizers], seconds=spent,
        )  # fmt: skip
        log_file.write_text("".join(json.dumps(row) + "\n" for row in log), encoding="utf-8")

    model.train()
    losses, saved, begin = [], time.perf_counter(), time.perf_counter() - spent
    if step < total:
        for source, target in stream(documents, settings, step):
            losses.append(update(model, optimizers, source, target, rate(step, total, settings)))
            step, spent = step + 1, time.perf_counter() - begin
            if step % 50 == 0 or step == total:
                row = {"step": step, "tokens": step * settings.batch * CHUNK, "seconds": round(spent, 1)}
                row["loss"] = round(float(torch.stack(losses).mean()), 4)
                losses.clear()
                if not np.isfinite(row["loss"]):
                    raise CourseError(
                        f"{step} ステップ目で損失が数でなくなりました。学習率を半分にしてください。"
                    )
                if step % 250 == 0 or step == total:
                    row |= evaluate(model, settings.objective)
                log.append(row)
                print(json.dumps(row), flush=True)
            if time.perf_counter() - saved > 150 or step == total:
                keep()
                saved = time.perf_counter()
            if step >= total:
                break
    folder = WORK / name
    model.half().save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    print(f"{folder.relative_to(ROOT)}: {(folder / 'model.safetensors').stat().st_size:,} bytes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("vocab", help="learn the vocabulary")
    run = commands.add_parser("pretrain", help="train by span corruption")
    run.add_argument(
        "--objective", choices=("span", "lm"), default="span", help="lm: prefix language modelling"
    )
    run.add_argument("--minutes", type=float, default=90, help="sets the number of steps, by a timed trial")
    run.add_argument(
        "--steps", type=int, help="the number of steps itself; may be changed when a run goes on"
    )
    run.add_argument("--seed", type=int, default=0)
    run.add_argument("--name", help="of the run in build/t5/; the objective unless given")
    commands.add_parser("tune", help="fine-tune on the tasks and measure (t5_tasks.py)", add_help=False)
    arguments, rest = parser.parse_known_args()
    if rest and arguments.command != "tune":
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    if arguments.command == "vocab":
        vocab()
    elif arguments.command == "pretrain":
        settings = Settings(objective=arguments.objective, seed=arguments.seed)
        pretrain(settings, arguments.minutes, arguments.steps, arguments.name or arguments.objective)
    else:
        sys.path.insert(0, str(Path(__file__).parent))
        import t5_tasks

        t5_tasks.main(rest)


if __name__ == "__main__":
    try:
        main()
    except CourseError as error:
        sys.exit(str(error))
