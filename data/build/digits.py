"""A small diffusion model that draws handwritten digits from words: trained, then measured (data/measured/03_digits.json).

``python data/build/digits.py`` trains a ``UNet2DConditionModel`` on llmlab.images' group ``draw`` with the prompts of
data/images/prompts.toml. It is built as Stable Diffusion is: a frozen text encoder (MiniLM), whose vectors of the tokens
are read by cross-attention and whose vector of the whole text is added to that of the time (as SDXL does it); the
prompt is left out now and then, so that guidance is possible. Kinds of text vectors:

``tokens3``        MiniLM's vector of each token after layer 3 (any layer 0 to 6)
``mean6``          one vector: the mean over the tokens after layer 6
``tokens3+mean6``  both
``words``          no language model: a learnt vector for each word of the training prompts, in no order, and their mean
``…+reader``       beside the whole text's vector, what a small network (llmlab.text_reader) reads from the others;
                   it learns first, from the digits that the training prompts ask for, and is then frozen

Without the reader the UNet draws both digits of a pair and ignores which one is left. Tried on dev before it (right /
left and right swapped, trained pairs, 1,000 steps): cross-attention at two places and a middle block 0.46 / 0.48; the
same with ten times the weight on the steps where the order shows, and 70 % pairs, 0.45 / 0.52; 300 further steps of the
3,000 with twenty times that weight 0.41 / 0.38. With the reader 0.48 / 0.17.

Stages, each done row by row (a stopped run goes on, build/digits):

1. ``read``    what can be read from the frozen vectors at all? A small attention network, dev prompts; it decides
               which tokens' layer the diffusion model reads, and whether noise is added to the vectors
2. ``knobs``   the training, with the reader; guidance and steps, known prompts and dev; fidelity and diversity
3. ``test``    test prompts once: MiniLM's vectors with and without the reader, ``words`` with it; nearest training images

Fidelity: the judge (llmlab.images.judge, trained on other images) reads exactly the digits that were asked for.
"""

import itertools
import json
import re
import time
from collections import Counter, defaultdict
from functools import cache

import numpy as np
import rows

from llmlab import images, text_reader

ROOT = rows.ROOT
WORK = ROOT / "build" / "digits"
TARGET = ROOT / "data" / "models" / "digits-diffusion"
PROMPTS = ROOT / "data" / "images" / "prompts.toml"

LENGTH = 24  # tokens of a prompt; none of ours is longer
UNET = {
    "sample_size": (images.SIZE, 2 * images.SIZE),
    "in_channels": 1,
    "out_channels": 1,
    "block_out_channels": (32, 64),
    "layers_per_block": 1,
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
    "cross_attention_dim": 64,
    "encoder_hid_dim_type": "text_proj",
    "class_embed_type": "simple_projection",
    "mid_block_type": None,
    "attention_head_dim": 4,
    "norm_num_groups": 8,
}
NOISE = {"num_train_timesteps": 1000, "beta_schedule": "squaredcos_cap_v2", "timestep_spacing": "trailing"}
# Fixed beforehand: no training is stopped by its score.
BATCH, DROPPED, RATE, EMA, STEPS = 64, 0.15, 2e-3, 0.995, 3000
READ_STEPS = 1000
READ = ("tokens1", "tokens3", "tokens6", "mean6", "tokens1+mean6", "tokens3+mean6", "words")
SIGMAS = (0.0, 0.7)  # noise on the standardised text vectors while training; not on words
KINDS = ("known", "template", "synonym", "pair", "order", "order-template")  # what a choice looks at
GUIDANCE, DDIM_STEPS = (0.0, 1.0, 2.0, 4.0, 8.0), (2, 5, 10, 25)
PER_DIGIT = 20  # drawings of each digit for diversity
# Drawings of each test prompt: at least 200 a row.
DRAWINGS = {"known": 2, "template": 3, "synonym": 1, "pair": 1, "order": 1, "order-template": 2}
DRAWINGS |= {"description": 8, "foreign": 2, "japanese": 6}


# ---------------------------------------------------------------- text vectors


def words_of(text: str) -> list[str]:
    """Return the words of a text, lower case; "an" counts as "a", or it would say where the eight stands."""
    return ["a" if word == "an" else word for word in re.findall(r"\w+", text.lower())]


@cache
def vocabulary() -> dict[str, int]:
    """Return the words of the training prompts and their numbers; 0 begins every text."""
    known = sorted({word for prompt in images.prompts("train") for word in words_of(prompt.text)})
    return {word: number for number, word in enumerate(known, 1)}


@cache
def encoder():
    """Return MiniLM's tokenizer and body."""
    import minilm

    return minilm.load()


def encode(texts: list[str], kind: str):
    """Return the text vectors (n, LENGTH or 1, width) and which places are real (n, LENGTH or 1)."""
    import torch

    if kind == "words":
        known = vocabulary()
        vectors = torch.zeros(len(texts), LENGTH, len(known) + 1)
        real = torch.zeros(len(texts), LENGTH, dtype=torch.bool)
        for row, text in enumerate(texts):
            numbers = [0] + [known[word] for word in words_of(text) if word in known]
            vectors[row, range(len(numbers)), numbers] = 1
            real[row, : len(numbers)] = True
        return vectors, real
    tokenizer, body = encoder()
    options = {"padding": "max_length", "max_length": LENGTH, "truncation": True, "return_tensors": "pt"}
    found, masks = [], []
    for first in range(0, len(texts), 64):
        batch = tokenizer(texts[first : first + 64], **options)
        real = batch["attention_mask"].bool()
        with torch.inference_mode():
            layers = body(**batch, output_hidden_states=True).hidden_states
        parts = []
        for part in kind.split("+"):
            layer = layers[int(part[-1])]
            if part.startswith("mean"):
                layer = (layer * real[:, :, None]).sum(1, keepdim=True) / real.sum(1)[:, None, None]
            parts.append(layer)
        if len(parts) > 1:
            parts = [part.expand(-1, LENGTH, -1) for part in parts]
        vectors = torch.cat(parts, 2)
        found.append(vectors.clone())
        masks.append(real if vectors.shape[1] > 1 else torch.ones(len(real), 1, dtype=torch.bool))
    return torch.cat(found), torch.cat(masks)


def conditions(texts: list[str], kind: str) -> dict:
    """Return what the UNet is told of each text: the tokens' vectors, which are real, the whole text's vector."""
    import torch

    plain = kind.removesuffix("+reader")
    parts = plain.split("+") if "+" in plain else [plain, plain]
    tokens, real = encode(texts, parts[0])
    whole, there = encode(texts, parts[1])
    whole = (whole * there[:, :, None]).sum(1) / there.sum(1, keepdim=True)
    if plain != kind:
        reader = reader_of(plain)
        with torch.no_grad():
            whole = torch.cat([whole, reader.states(*encode(texts, plain))], 1)
    return {"encoder_hidden_states": tokens, "encoder_attention_mask": real, "class_labels": whole}


def standard(vectors, real):
    """Return mean and spread of the real vectors, entry by entry."""
    return vectors[real].mean(0), vectors[real].std(0) + 1e-3


# ---------------------------------------------------------------- what the vectors say


def learnt(kind: str, sigma: float, seed: int):
    """Return a network that has learnt to read the digits of the training prompts from frozen text vectors."""
    import torch

    torch.manual_seed(seed)
    train = images.prompts("train")
    vectors, real = encode([prompt.text for prompt in train], kind)
    reader = text_reader.make(vectors.shape[2])
    if kind != "words":
        reader.middle, reader.spread = standard(vectors, real)
    wanted = asked_of(train)
    optimizer = torch.optim.AdamW(reader.parameters(), lr=1e-3)
    generator = torch.Generator().manual_seed(seed)
    for _ in range(READ_STEPS):
        chosen = torch.tensor(drawn(train, BATCH, generator))
        given = vectors[chosen]
        given = given + sigma * reader.spread * torch.randn(given.shape, generator=generator)
        logits = reader(given, real[chosen])
        torch.nn.functional.cross_entropy(logits.flatten(0, 1), wanted[chosen].flatten()).backward()
        optimizer.step()
        optimizer.zero_grad()
    return reader.eval()


@cache
def reader_of(kind: str):
    """Return the frozen reader of a kind of vectors, rounded to half precision as it is stored."""
    return learnt(kind, 0.0, 0).half().float()


def asked_of(prompts: list):
    """Return the digits (n, 3) in the middle, on the left, on the right of each prompt's canvas."""
    import torch

    nothing = text_reader.NOTHING
    return torch.tensor(
        [(p.digits[0], nothing, nothing) if len(p.digits) == 1 else (nothing, *p.digits) for p in prompts]
    )


def read(job: dict) -> dict:
    """Train a small attention network to read the digits from frozen text vectors; score the dev prompts."""
    import torch

    dev = images.prompts("dev")
    reader = learnt(job["text"], job["sigma"], job["seed"])
    with torch.inference_mode():
        logits = reader(*encode([prompt.text for prompt in dev], job["text"]))
        hits = (logits.argmax(2) == asked_of(dev)).all(1)
    return {"fidelity": shares(dev, hits.tolist())}


def drawn(prompts: list, count: int, generator) -> list[int]:
    """Return the places of ``count`` prompts: one half asks for one digit, the other for two."""
    import torch

    single = [place for place, prompt in enumerate(prompts) if len(prompt.digits) == 1]
    double = [place for place, prompt in enumerate(prompts) if len(prompt.digits) == 2]
    picks = torch.rand(count, generator=generator).tolist()
    return [
        group[int(pick * len(group))]
        for pick, group in zip(picks, itertools.cycle((single, double)), strict=False)
    ]


def shares(prompts: list, hits: list) -> dict[str, float]:
    """Return the share of hits of each kind of prompt."""
    kinds = defaultdict(list)
    for prompt, hit in zip(prompts, hits, strict=True):
        kinds[prompt.kind].append(hit)
    return {kind: round(float(np.mean(values)), 4) for kind, values in kinds.items()}


def score(fidelity: dict) -> float:
    """Return what a choice on dev maximises: the mean over the kinds, each counted alike."""
    return float(np.mean([fidelity[kind] for kind in KINDS]))


# ---------------------------------------------------------------- the diffusion model


def make(width: int, pooled: int):
    """Return an untrained UNet for token vectors and whole-text vectors of these widths."""
    from diffusers import UNet2DConditionModel

    return UNet2DConditionModel(**UNET, encoder_hid_dim=width, projection_class_embeddings_input_dim=pooled)


def trained(job: dict):
    """Return the trained UNet (its moving average) of a job; its state is kept and a stopped training goes on."""
    import torch
    from diffusers import DDPMScheduler
    from diffusers.training_utils import EMAModel

    torch.manual_seed(job["seed"])
    prompts = images.prompts("train")
    told = conditions([prompt.text for prompt in prompts] + [""], job["text"])
    real, whole = told["encoder_attention_mask"], torch.ones(len(prompts) + 1, dtype=torch.bool)
    scales = {}
    for name, there in (("encoder_hidden_states", real), ("class_labels", whole)):
        scales[name] = standard(told[name], there)
        if job["text"].startswith("words"):
            # A word is there or not: nothing to scale. What the reader says is scaled.
            scales[name][0][: len(vocabulary()) + 1] = 0
            scales[name][1][: len(vocabulary()) + 1] = 1
        told[name] = (told[name] - scales[name][0]) / scales[name][1]
    model, total = make(*(told[name].shape[-1] for name in scales)), STEPS
    kept = WORK / f"{rows.fingerprint(sorted(job.items()), made_from())}.pt"
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, fused=True)
    average = EMAModel(model.parameters(), decay=EMA, use_ema_warmup=True, power=0.75)
    done, log, seconds = 0, [], 0.0
    if kept.exists():
        state = torch.load(kept, weights_only=False)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        average.load_state_dict(state["average"])
        done, log, seconds = state["done"], state["log"], state["seconds"]
    scheduler = DDPMScheduler(**NOISE)
    pictures, labels = images.digits("draw")
    places = [np.flatnonzero(labels == digit) for digit in range(10)]
    begin, losses = time.process_time(), []
    for step in range(done, total):
        rng = np.random.default_rng([job["seed"], step])
        generator = torch.Generator().manual_seed(1_000_003 * job["seed"] + step)
        chosen = drawn(prompts, BATCH, generator)
        clean = torch.from_numpy(
            np.concatenate(
                [
                    images.canvas(
                        *(pictures[rng.choice(places[digit])][None] for digit in prompts[place].digits)
                    )
                    for place in chosen
                ]
            )
        )[:, None]
        text = torch.tensor(chosen)
        text[torch.rand(BATCH, generator=generator) < DROPPED] = len(prompts)  # the empty prompt
        given = {name: values[text] for name, values in told.items()}
        for name in scales:
            given[name] = given[name] + job["sigma"] * torch.randn(given[name].shape, generator=generator)
        noise = torch.randn(clean.shape, generator=generator)
        when = torch.randint(0, scheduler.config.num_train_timesteps, (BATCH,), generator=generator)
        noisy = scheduler.add_noise(clean, noise, when)
        guess = model(noisy, when, **given).sample
        loss = torch.nn.functional.mse_loss(guess, noise)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        warm = min(1.0, (step + 1) / 100)
        for group in optimizer.param_groups:
            group["lr"] = RATE * warm * 0.5 * (1 + np.cos(np.pi * step / total))
        optimizer.step()
        optimizer.zero_grad()
        average.step(model.parameters())
        losses.append(loss.item())
        if (step + 1) % 100 == 0 or step + 1 == total:
            spent = round(seconds + time.process_time() - begin, 1)
            log.append({"step": step + 1, "loss": round(float(np.mean(losses)), 4), "seconds": spent})
            losses = []
            print(job["text"], log[-1], flush=True)
        if (step + 1) % 500 == 0 or step + 1 == total:
            WORK.mkdir(parents=True, exist_ok=True)
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "done": step + 1}
            state |= {"average": average.state_dict(), "log": log, "seconds": log[-1]["seconds"]}
            fresh = kept.with_suffix(".new")
            torch.save(state, fresh)
            fresh.replace(kept)
    average.copy_to(model.parameters())
    # Whoever uses the model hands it the encoder's own vectors: the scaling becomes part of the projections.
    layers = {"encoder_hidden_states": model.encoder_hid_proj, "class_labels": model.class_embedding}
    with torch.no_grad():
        for name, (middle, spread) in scales.items():
            layers[name].bias -= layers[name].weight @ (middle / spread)
            layers[name].weight /= spread
    return model.eval(), log


@cache
def rounded(text: str, sigma: float, seed: int):
    """Return a trained UNet as it is stored, rounded to half precision, with its log."""
    import torch

    model, log = trained({"text": text, "sigma": sigma, "seed": seed})
    return model.half().to(torch.float32), log


def sample(model, kind: str, texts: list[str], guidance: float, steps: int, seed: int, batch: int = 100):
    """Return drawings (n, 8, 16), one for each text, by DDIM with classifier-free guidance."""
    import torch
    from diffusers import DDIMScheduler

    noise = torch.randn(len(texts), 1, *UNET["sample_size"], generator=torch.Generator().manual_seed(seed))
    distinct = list(dict.fromkeys(texts))
    table = conditions([*distinct, ""], kind)
    number = {text: place for place, text in enumerate(distinct)}
    places = torch.tensor([number[text] for text in texts])
    found = []
    for first in range(0, len(texts), batch):
        part = slice(first, first + batch)
        scheduler = DDIMScheduler(**NOISE, clip_sample=True)
        scheduler.set_timesteps(steps)
        canvas, count = noise[part], len(places[part])
        asked = torch.cat([places[part], torch.full((count,), len(distinct))])
        # Guidance 1 needs no second guess, guidance 0 only that of the empty prompt.
        used = {1.0: slice(0, count), 0.0: slice(count, None)}.get(guidance, slice(None))
        told = {name: values[asked[used]] for name, values in table.items()}
        twofold = len(told["class_labels"]) > count
        with torch.inference_mode():
            for when in scheduler.timesteps:
                guess = model(canvas.repeat(1 + twofold, 1, 1, 1), when, **told).sample
                if twofold:
                    with_text, without = guess.chunk(2)
                    guess = without + guidance * (with_text - without)
                # Clipped in both places: guidance would otherwise carry the canvas off, the more steps the further.
                canvas = scheduler.step(guess, when, canvas, use_clipped_model_output=True).prev_sample
        found.append(canvas[:, 0])
    return torch.cat(found).numpy()


def hits_of(prompts: list, drawings) -> list[bool]:
    """Return which drawings the judge reads as what was asked for."""
    readings = images.judge().read(drawings)
    return [reading == prompt.digits for reading, prompt in zip(readings, prompts, strict=True)]


def some(prompts: list, kind: str, count: int) -> list:
    """Return about ``count`` prompts of a kind, spread evenly."""
    own = [prompt for prompt in prompts if prompt.kind == kind]
    return own[:: max(1, len(own) // count) | 1]  # an odd step meets both orders of the pairs


# ---------------------------------------------------------------- guidance and steps


def spread_of(pictures) -> float:
    """Return the mean distance between two different pictures (root of the mean squared difference of a pixel)."""
    from scipy.spatial.distance import pdist

    flat = np.asarray(pictures, dtype=float).reshape(len(pictures), -1)
    return float(pdist(flat).mean() / np.sqrt(flat.shape[1]))


def knobs(job: dict) -> dict:
    """Draw each digit many times, and the dev prompts once, with one setting of the knobs."""
    model, _ = rounded(job["text"], job["sigma"], job["seed"])
    single = [
        prompt
        for prompt in images.prompts("train")
        if prompt.text == f"the digit {images.vocabulary('cardinal')[prompt.digits[0]]}"
        for _ in range(PER_DIGIT)
    ]
    dev = images.prompts("dev")
    asked = [prompt for kind in KINDS[1:] for prompt in some(dev, kind, 30)]
    options = {"guidance": job["guidance"], "steps": job["steps"]}
    texts = [prompt.text for prompt in single + asked]
    found = sample(model, job["text"], texts, **options, seed=2)
    hits = hits_of(single + asked, found)
    apart = [spread_of(found[first : first + PER_DIGIT]) for first in range(0, len(single), PER_DIGIT)]
    return {
        "right": rows.bits(hits[: len(single)]),
        "diversity": [round(value, 4) for value in apart],
        "dev": shares(asked, hits[len(single) :]),
        "n_dev": len(asked),
    }


# ---------------------------------------------------------------- test


def test_prompts() -> list:
    """Return the test prompts, each as often as it is drawn."""
    return [prompt for prompt in images.prompts("test") for _ in range(DRAWINGS[prompt.kind])]


def nearest(pictures, training) -> list[float]:
    """Return each picture's distance to the nearest training picture, as in ``spread_of``."""
    from scipy.spatial.distance import cdist

    flat, known = (np.asarray(p, dtype=float).reshape(len(p), -1) for p in (pictures, training))
    return [round(float(value), 4) for value in cdist(flat, known).min(1) / np.sqrt(flat.shape[1])]


def test(job: dict) -> dict:
    """Draw the test prompts and let the judge read them."""
    model, log = rounded(job["text"], job["sigma"], job["seed"])
    asked = test_prompts()
    begin = time.process_time()
    options = {"guidance": job["guidance"], "steps": job["steps"]}
    found = sample(model, job["text"], [prompt.text for prompt in asked], **options, seed=3)
    spent = time.process_time() - begin
    readings = images.judge().read(found)
    hits = [reading == prompt.digits for reading, prompt in zip(readings, asked, strict=True)]
    known = [place for place, prompt in enumerate(asked) if prompt.kind == "known"]
    half = images.SIZE // 2
    return {
        "right": rows.bits(hits),
        "read": ["".join(map(str, reading)) for reading in readings],
        "nearest": nearest(found[known][:, :, half:-half], images.digits("draw")[0]),
        "train_seconds": log[-1]["seconds"],
        "ms_per_drawing": round(1000 * spent / len(asked), 1),
    }


def meaning() -> list[dict]:
    """Return, for each name or text that avoids the known names, its cosines with the ten known names.

    The mean vectors of "the digit …" (Japanese names: of the name alone in the Japanese template).
    """
    import minilm

    known = [f"the digit {name}" for name in images.vocabulary("cardinal")]
    asked = []
    for prompt in images.prompts("test"):
        plain = prompt.template in ("one/train-03", "one/ja-01")
        if prompt.kind == "description" or (plain and prompt.words != "cardinal"):
            asked.append(prompt)
    vectors = minilm.embed([*known, *(prompt.text for prompt in asked)])
    cosines = vectors[10:] @ vectors[:10].T
    return [
        {
            "text": prompt.text,
            "digit": prompt.digits[0],
            "kind": prompt.kind,
            "words": prompt.words,
            "cosines": [round(float(value), 4) for value in row],
        }
        for prompt, row in zip(asked, cosines, strict=True)
    ]


# ---------------------------------------------------------------- everything


STAGES = {"read": read, "knobs": knobs, "test": test}


def row(job: dict) -> dict:
    """Do one job of any stage."""
    return STAGES[job["stage"]](job)


def made_from(stage: str = "") -> str:
    """Return the fingerprint of everything that a stage depends on beside its job."""
    common = (BATCH, LENGTH)
    if stage == "read":
        return rows.fingerprint(PROMPTS, common, READ_STEPS)
    return rows.fingerprint(
        PROMPTS, common, READ_STEPS, UNET, NOISE, DROPPED, RATE, EMA, STEPS, images.GROUPS
    )


def store(model, kind: str, log: list, name: str) -> None:
    """Write a UNet in half precision below TARGET, with its log."""
    folder = TARGET / name
    model.half().save_pretrained(folder)
    model.float()
    lines = [json.dumps(entry) for entry in log]
    (folder / "training.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    parser = rows.options(__doc__.splitlines()[0], "03_digits.json")
    parser.add_argument("--until", choices=STAGES, default="test", help="stop after this stage")
    options = parser.parse_args()
    begin = time.monotonic()

    def job(stage, text, sigma, **more):
        return {
            "stage": stage,
            "text": text,
            "sigma": sigma,
            "seed": 0,
            **more,
            "made_from": made_from(stage),
        }

    def done(jobs):
        left = options.minutes - (time.monotonic() - begin) / 60
        found = rows.run(jobs, row, WORK / "rows.jsonl", left, options.workers)
        return found if len(found) == len(jobs) else None

    def stop(stage):
        return options.until == stage

    said = done(
        [job("read", text, sigma) for text in READ for sigma in SIGMAS if text != "words" or not sigma]
    )
    if said is None or stop("read"):
        return
    both = [one for one in said if "+" in one["text"]]
    chosen = max(both, key=lambda one: score(one["fidelity"]))
    plain, sigma = chosen["text"], chosen["sigma"]
    text, words = f"{plain}+reader", "words+reader"
    grid = done(
        [
            job("knobs", text, sigma, guidance=guidance, steps=steps)
            for guidance, steps in itertools.product(GUIDANCE, DDIM_STEPS)
        ]
    )
    if grid is None or stop("knobs"):
        return
    # The fewest steps, then the least guidance, among those within one point of the best on dev.
    points = {(one["steps"], one["guidance"]): float(np.mean(list(one["dev"].values()))) for one in grid}
    steps, guidance = min(key for key, value in points.items() if value >= max(points.values()) - 0.01)
    knob = {"guidance": guidance, "steps": steps}
    tested = ((text, sigma), (words, 0.0), (plain, sigma))
    scored = done([job("test", kind, noise, **knob) for kind, noise in tested])
    if scored is None:
        return
    for name, (kind, noise) in zip(("unet", "unet-words"), tested, strict=False):
        model, log = rounded(kind, noise, 0)
        store(model, kind, log, name)
        text_reader.save(reader_of(kind.removesuffix("+reader")), TARGET / name.replace("unet", "reader"))
    (TARGET / "scheduler").mkdir(exist_ok=True)
    from diffusers import DDIMScheduler

    DDIMScheduler(**NOISE, clip_sample=True).save_pretrained(TARGET / "scheduler")
    about = {"text": text, "length": LENGTH, "words": list(vocabulary()), **knob}
    (TARGET / "about.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    asked = test_prompts()
    pictures, labels = images.digits("test")
    other = np.random.default_rng(1).permutation(len(labels))
    one, two = (images.judge().read(images.canvas(*p)) for p in ((pictures,), (pictures, pictures[other])))
    content = {
        "chosen": {"text": text, "sigma": sigma, **knob},
        "training": {
            "steps": STEPS,
            "batch": BATCH,
            "dropped": DROPPED,
            "images": images.GROUPS["draw"],
        },
        "judge": {
            "one": rows.bits(r == (label,) for r, label in zip(one, labels, strict=True)),
            "two": rows.bits(
                r == pair for r, pair in zip(two, zip(labels, labels[other], strict=True), strict=True)
            ),
        },
        "real": {
            "diversity": [round(spread_of(images.canvas(pictures[labels == d])), 4) for d in range(10)],
            "nearest": nearest(pictures, images.digits("draw")[0]),
        },
        "read": [{key: one[key] for key in ("text", "sigma", "fidelity")} for one in said],
        "knobs": [
            {key: value for key, value in one.items() if key not in ("stage", "text", "sigma")}
            for one in grid
        ],
        "meaning": meaning(),
        "test": {
            "n": dict(Counter(prompt.kind for prompt in asked)),
            "text": [prompt.text for prompt in asked],
            "kind": [prompt.kind for prompt in asked],
            "digits": ["".join(map(str, prompt.digits)) for prompt in asked],
            "template": [prompt.template for prompt in asked],
            "words": [prompt.words for prompt in asked],
            "said": [prompt.said for prompt in asked],
        },
        "rows": [{key: value for key, value in one.items() if key != "stage"} for one in scored],
        "machine": rows.machine(),
        "made_by": "data/build/digits.py",
    }
    rows.write(options.out, content)


if __name__ == "__main__":
    main()
