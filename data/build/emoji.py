"""A small diffusion model that draws emoji from their names: pictures, judge, training, measurement (03_emoji.json).

``python data/build/emoji.py`` does what lesson 03 does with digits, with richer pictures: 32×32 in colour. The names are
read by the same frozen text encoder (MiniLM). The network does not see single pixels but blocks of 2×2 (nothing is
lost; a quarter of the work), and it guesses the clean picture instead of the noise (one follows from the other).

Stages, each done row by row (a stopped run goes on, build/emoji):

1. ``sheets``  the sets of drawings (npm packages, pinned) as sheets of 32×32 tiles, data/images/emoji; only with ``--sheets``
2. ``judge``   the network that reads drawings learns from the sets of role ``judge``. A name is kept when it reads that
               name from real pictures of every set of role ``draw``, also moved a little; the set of role ``test`` is
               used for nothing else. Names left out have ``kept = false``
3. ``read``    which layer's vectors, and how much noise on them while training: a linear reader of the name, dev prompts
4. ``knobs``   the training, and guidance and steps on dev
5. ``test``    test prompts once: MiniLM's vectors and ``words`` (a learnt vector for each word of the training prompts)

Tried on dev before it (right, known / template / synonym / combination): pictures shifted, scaled and mirrored while
training, 111 names, two levels, the loss weighted for the times with little noise: only colours after 400 steps. With
three levels, no weights, pictures as they are and 69 names, 2,500 steps: 0.86 / 0.68 / 0.40 / 0.58 (layer2, noise 0.5).
"""

import io
import itertools
import json
import re
import subprocess
import tarfile
import time
from collections import Counter, defaultdict
from functools import cache, lru_cache

import numpy as np
import rows

from llmlab import emoji

ROOT = rows.ROOT
WORK = ROOT / "build" / "emoji"
IMAGES = ROOT / "data" / "images"
TARGET = ROOT / "data" / "models" / "emoji-diffusion"

LENGTH = 24  # tokens of a prompt; none of ours is longer
BLOCK = 2  # pixels a side that the network sees as one place
UNET = {
    "sample_size": emoji.SIZE // BLOCK,
    "in_channels": 3 * BLOCK**2,
    "out_channels": 3 * BLOCK**2,
    "block_out_channels": (32, 64, 88),
    "layers_per_block": 1,
    "down_block_types": ("DownBlock2D", "DownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D", "UpBlock2D"),
    "resnet_time_scale_shift": "scale_shift",
    "cross_attention_dim": 64,
    "encoder_hid_dim_type": "text_proj",
    "class_embed_type": "simple_projection",
    "mid_block_type": None,
    "attention_head_dim": 8,
    "norm_num_groups": 8,
}
NOISE = {
    "num_train_timesteps": 1000,
    "beta_schedule": "squaredcos_cap_v2",
    "timestep_spacing": "trailing",
    "prediction_type": "sample",
}
# Fixed beforehand: no training is stopped by its score.
DTYPE = "float32"
BATCH, DROPPED, RATE, EMA, STEPS = 16, 0.15, 2e-3, 0.995, 4500
READ_STEPS = 600
READ = ("layer2", "layer4", "layer6", "words")
SIGMAS = (0.0, 0.5, 1.0)  # noise on the standardised text vectors while training; not on words
KINDS = ("known", "template", "synonym", "combination")  # what a choice looks at
GUIDANCE, DDIM_STEPS = (1.0, 2.0, 4.0), (10, 25)
JUDGE_STEPS, JUDGE_BATCH = 2000, 80
# A name may be kept when so large a share of so many moved pictures of each set is read right.
TRIES, KEPT = 20, 0.8
COLUMNS = 12
DRAWINGS = {"colours": 2, "combination": 4}  # of each test prompt, else one: at least 200 a row

# Names of a picture in a package, where it is called otherwise than in Noto or, for fxemoji, has another spelling.
OTHERWISE = {
    "chicken": ["hen"],
    "lady-beetle": ["ladybug", "ladybeetle"],
    "locomotive": ["steam-locomotive", "steamlocomotive"],
    "automobile": ["redcar"],
    "locked": ["lock"],
    "ear-of-corn": ["ear-of-maize", "earofmaize"],
    "sun": ["black-sun-with-rays", "blacksunwithrays"],
    "star": ["white-medium-star", "whitemediumstar"],
    "red-heart": ["heavyblackheart"],
    "snowman-without-snow": ["snowman"],
    "house": ["housebuilding"],
    "bear": ["bearface"],
    "frog": ["frogface"],
    "panda": ["pandaface"],
    "pizza": ["sliceofpizza", "slicepizza"],
    "red-circle": ["largeredcircle"],
    "blue-circle": ["largebluecircle"],
    "telephone": ["blacktelephone"],
}


# ---------------------------------------------------------------- pictures


def package(font: dict) -> dict:
    """Return the drawings of a set's npm package, fetched once."""
    folder = WORK / "packages"
    folder.mkdir(parents=True, exist_ok=True)
    name, version = font["package"], font["version"]
    archive = folder / f"{name.removeprefix('@').replace('/', '-')}-{version}.tgz"
    if not archive.exists():
        subprocess.run(["npm", "pack", "--silent", f"{name}@{version}"], cwd=folder, check=True)
    with tarfile.open(archive) as packed:
        icons = json.load(packed.extractfile("package/icons.json"))
        icons["chars"] = json.load(packed.extractfile("package/chars.json"))
    return icons


def drawing(icons: dict, code: str, name: str):
    """Return one picture of a package as an array (32, 32, 3) of bytes on white, or None where it has none."""
    import resvg_py
    from PIL import Image

    short = name.replace("-face", "")
    spellings = [icons["chars"].get(code), name, short, name.replace("-", ""), short.replace("-", "")]
    spellings += [*OTHERWISE.get(name, []), icons.get("aliases", {}).get(name, {}).get("parent")]
    icon = next((icons["icons"][one] for one in spellings if one in icons["icons"]), None)
    if icon is None:
        return None
    width, height = (icon.get(side, icons[side]) for side in ("width", "height"))
    box = f"{icon.get('left', 0)} {icon.get('top', 0)} {width} {height}"
    space = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    svg = f'<svg {space} viewBox="{box}">{icon["body"]}</svg>'
    # Four times as fine, then averaged: thin lines stay visible.
    large = resvg_py.svg_to_bytes(svg_string=svg, width=4 * emoji.SIZE, height=4 * emoji.SIZE)
    picture = Image.open(io.BytesIO(bytes(large))).convert("RGBA")
    paper = Image.new("RGBA", picture.size, "white")
    paper.alpha_composite(picture)
    return np.asarray(paper.convert("RGB").resize((emoji.SIZE, emoji.SIZE), Image.Resampling.BOX))


def sheets() -> None:
    """Write the sheet of every set."""
    from PIL import Image

    table = emoji.table()
    packages = {font["id"]: package(font) for font in table["font"]}
    noto = packages["noto"]["chars"]
    (IMAGES / "emoji").mkdir(parents=True, exist_ok=True)
    high = -(-len(table["picture"]) // COLUMNS)
    for font, icons in packages.items():
        sheet = np.full((high, COLUMNS, emoji.SIZE, emoji.SIZE, 3), 255, np.uint8)
        for place, row in enumerate(table["picture"]):
            drawn = drawing(icons, row["code"], noto[row["code"]])
            if drawn is None:
                print(font, "has no", row["name"])
            else:
                sheet[divmod(place, COLUMNS)] = drawn
        pixels = sheet.transpose(0, 2, 1, 3, 4).reshape(high * emoji.SIZE, COLUMNS * emoji.SIZE, 3)
        Image.fromarray(pixels).save(IMAGES / "emoji" / f"{font}.png", optimize=True)


def moved(pictures, generator, shift=0.06, scale=(0.88, 1.03), turn=0.0):
    """Return pictures shifted, scaled, turned and mirrored by chance; what comes in from outside is white."""
    import torch
    from torch.nn import functional

    count = len(pictures)

    def chance(low, high, *more):
        return torch.empty(count, *more).uniform_(low, high, generator=generator)

    size, angle, away = chance(*scale), chance(-turn, turn), chance(-shift, shift, 2)
    side = torch.where(chance(0, 1) < 0.5, -1.0, 1.0)
    first = torch.stack([side * angle.cos() / size, -angle.sin() / size, away[:, 0]], 1)
    second = torch.stack([side * angle.sin() / size, angle.cos() / size, away[:, 1]], 1)
    grid = functional.affine_grid(torch.stack([first, second], 1), pictures.shape, align_corners=False)
    return 1 - functional.grid_sample(1 - pictures, grid, align_corners=False)


# ---------------------------------------------------------------- the judge


def learn_to_judge():
    """Train the judge on the sets of role ``judge`` and store it."""
    import torch
    from safetensors.torch import save_file
    from torch.nn import functional

    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(0)
    pictures, numbers = emoji.real(*emoji.fonts("judge"))
    judge = emoji.network(len(emoji.names()))
    optimizer = torch.optim.AdamW(judge.parameters(), lr=3e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=JUDGE_STEPS)
    for step in range(JUDGE_STEPS):
        chosen = torch.randint(len(pictures), (JUDGE_BATCH,), generator=generator)
        seen = (moved(pictures[chosen], generator, 0.14, (0.7, 1.1), 0.15) + 1) / 2

        def chance(low, high):
            return torch.empty(JUDGE_BATCH, 1, 1, 1).uniform_(low, high, generator=generator)

        # Lighter and darker, not another hue: the judge must tell orange from yellow.
        seen = seen.clamp(0, 1) ** chance(0.7, 1.4) * chance(0.9, 1.05)
        seen = (2 * seen - 1 + 0.03 * torch.randn(seen.shape, generator=generator)).clamp(-1, 1)
        loss = functional.cross_entropy(judge(seen), numbers[chosen], label_smoothing=0.1)
        loss.backward()
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        if (step + 1) % 200 == 0:
            print("judge", step + 1, round(loss.item(), 3), flush=True)
    TARGET.mkdir(parents=True, exist_ok=True)
    halves = {
        name: value.half() if value.is_floating_point() else value
        for name, value in judge.state_dict().items()
    }
    save_file(halves, TARGET / "judge.safetensors")


@cache
def judge():
    """Return the stored judge, trained before if it is not there."""
    if not (TARGET / "judge.safetensors").exists():
        learn_to_judge()
    return emoji.Judge(TARGET / "judge.safetensors")


def read_right(font: str) -> list[float]:
    """Return how often the judge reads each picture of a set right, moved by chance; -1 where there is none."""
    import torch

    generator = torch.Generator().manual_seed(5)
    pictures, numbers = emoji.real(font)
    known = np.array(emoji.names())[numbers]
    hits = np.mean(
        [np.array(judge().read(moved(pictures, generator))) == known for _ in range(TRIES)], axis=0
    )
    found = np.full(len(emoji.names()), -1.0)
    found[numbers] = hits
    return found.round(2).tolist()


def accuracy(fonts: list[str], kept: bool) -> str:
    """Return which real pictures of the sets the judge reads right, as they are, of the kept names or of all."""
    pictures, numbers = emoji.real(*fonts)
    known = np.array(emoji.names())[numbers]
    chosen = np.isin(known, emoji.kept()) if kept else np.ones(len(known), dtype=bool)
    return rows.bits((np.array(judge().read(pictures)) == known)[chosen])


# ---------------------------------------------------------------- text vectors


def words_of(text: str) -> list[str]:
    """Return the words of a text, lower case."""
    return re.findall(r"\w+", text.lower())


@cache
def vocabulary() -> dict[str, int]:
    """Return the words of the training prompts and their numbers; 0 begins every text."""
    known = sorted({word for prompt in emoji.prompts("train") for word in words_of(prompt.text)})
    return {word: number for number, word in enumerate(known, 1)}


@cache
def encoder():
    """Return MiniLM's tokenizer and body."""
    import minilm

    return minilm.load()


def encode(texts: list[str], kind: str):
    """Return the text vectors (n, LENGTH, width) and which places are real (n, LENGTH); what was read last is kept."""
    return _encode(tuple(texts), kind)


@lru_cache(maxsize=2)
def _encode(texts: tuple[str, ...], kind: str):
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
        batch = tokenizer(list(texts[first : first + 64]), **options)
        with torch.inference_mode():
            layers = body(**batch, output_hidden_states=True).hidden_states
        found.append(layers[int(kind.removeprefix("layer"))].clone())
        masks.append(batch["attention_mask"].bool())
    return torch.cat(found), torch.cat(masks)


def conditions(texts: list[str], kind: str) -> dict:
    """Return what the UNet is told of each text: the tokens' vectors, which are real, and their mean."""
    tokens, real = encode(texts, kind)
    whole = (tokens * real[:, :, None]).sum(1) / real.sum(1, keepdim=True)
    return {"encoder_hidden_states": tokens, "encoder_attention_mask": real, "class_labels": whole}


def scales(told: dict, kind: str) -> dict:
    """Return mean and spread of what the UNet is told, entry by entry; a word is there or not: nothing to scale."""
    import torch

    found = {}
    for name in ("encoder_hidden_states", "class_labels"):
        values = told[name]
        values = values[told["encoder_attention_mask"]] if values.ndim == 3 else values
        found[name] = values.mean(0), values.std(0) + 1e-3
        if kind == "words":
            found[name] = torch.zeros(values.shape[-1]), torch.ones(values.shape[-1])
    return found


def shares(prompts: list, hits: list) -> dict[str, float]:
    """Return the share of hits of each kind of prompt."""
    kinds = defaultdict(list)
    for prompt, hit in zip(prompts, hits, strict=True):
        kinds[prompt.kind].append(hit)
    return {kind: round(float(np.mean(values)), 4) for kind, values in kinds.items()}


def score(fidelity: dict) -> float:
    """Return what a choice on dev maximises: the mean over the kinds, each counted alike."""
    return float(np.mean([fidelity[kind] for kind in KINDS]))


def read(job: dict) -> dict:
    """Train a linear reader of the names on the whole texts' vectors; score the dev prompts.

    Names of combinations that are kept out of training cannot be read so; they do not count here.
    """
    import torch

    torch.manual_seed(job["seed"])
    train, dev = emoji.prompts("train"), [p for p in emoji.prompts("dev") if p.kind != "combination"]
    told = [conditions([prompt.text for prompt in prompts], job["text"]) for prompts in (train, dev)]
    middle, spread = scales(told[0], job["text"])["class_labels"]
    given, asked = ((one["class_labels"] - middle) / spread for one in told)
    known = emoji.names()
    wanted = torch.tensor([known.index(prompt.name) for prompt in train])
    reader = torch.nn.Linear(given.shape[1], len(known))
    optimizer = torch.optim.AdamW(reader.parameters(), lr=1e-2)
    generator = torch.Generator().manual_seed(job["seed"])
    for _ in range(READ_STEPS):
        chosen = torch.randint(len(train), (128,), generator=generator)
        noise = job["sigma"] * torch.randn(128, given.shape[1], generator=generator)
        torch.nn.functional.cross_entropy(reader(given[chosen] + noise), wanted[chosen]).backward()
        optimizer.step()
        optimizer.zero_grad()
    with torch.inference_mode():
        found = reader(asked).argmax(1).tolist()
    return {"fidelity": shares(dev, [known[n] == p.name for n, p in zip(found, dev, strict=True)])}


def read_rank(one: dict) -> tuple:
    """Return what the choice of vectors maximises on dev; of equals the most noise, then the deepest layer."""
    return np.mean([one["fidelity"][kind] for kind in KINDS[:-1]]), one["sigma"], one["text"]


# ---------------------------------------------------------------- the diffusion model


def make(width: int):
    """Return an untrained UNet for text vectors of this width."""
    from diffusers import UNet2DConditionModel

    return UNet2DConditionModel(**UNET, encoder_hid_dim=width, projection_class_embeddings_input_dim=width)


def trained(job: dict):
    """Return the trained UNet (its moving average) of a job; its state is kept and a stopped training goes on."""
    import torch
    from diffusers import DDPMScheduler
    from diffusers.training_utils import EMAModel
    from torch.nn import functional

    torch.manual_seed(job["seed"])
    prompts = emoji.prompts("train")
    told = conditions([prompt.text for prompt in prompts] + [""], job["text"])
    scaled = scales(told, job["text"])
    for name, (middle, spread) in scaled.items():
        told[name] = (told[name] - middle) / spread
    model = make(told["class_labels"].shape[1])
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
    pictures = torch.stack([emoji.sheet(font) for font in emoji.fonts("draw")])
    number = {name: place for place, name in enumerate(emoji.names())}
    wanted = torch.tensor([number[prompt.name] for prompt in prompts])
    precision = getattr(torch, job["dtype"])
    begin, losses = time.process_time(), []
    for step in range(done, STEPS):
        generator = torch.Generator().manual_seed(1_000_003 * job["seed"] + step)
        text = torch.randint(len(prompts), (BATCH,), generator=generator)
        font = torch.randint(len(pictures), (BATCH,), generator=generator)
        clean = functional.pixel_unshuffle(pictures[font, wanted[text]], BLOCK)
        text[torch.rand(BATCH, generator=generator) < DROPPED] = len(prompts)  # the empty prompt
        given = {name: values[text] for name, values in told.items()}
        for name in scaled:
            given[name] = given[name] + job["sigma"] * torch.randn(given[name].shape, generator=generator)
        noise = torch.randn(clean.shape, generator=generator)
        when = torch.randint(0, scheduler.config.num_train_timesteps, (BATCH,), generator=generator)
        noisy = scheduler.add_noise(clean, noise, when)
        with torch.autocast("cpu", precision, enabled=precision != torch.float32):
            guess = model(noisy, when, **given).sample
        # Unweighted: the error is largest where hardly anything but the text says what to draw, and that is to be learnt.
        loss = functional.mse_loss(guess.float(), clean)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        warm = min(1.0, (step + 1) / 100)
        for group in optimizer.param_groups:
            group["lr"] = RATE * warm * 0.5 * (1 + np.cos(np.pi * step / STEPS))
        optimizer.step()
        optimizer.zero_grad()
        average.step(model.parameters())
        losses.append(loss.item())
        if (step + 1) % 50 == 0 or step + 1 == STEPS:
            spent = round(seconds + time.process_time() - begin, 1)
            log.append({"step": step + 1, "loss": round(float(np.mean(losses)), 4), "seconds": spent})
            losses = []
            print(job["text"], log[-1], flush=True)
        if (step + 1) % 200 == 0 or step + 1 == STEPS:
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
        for name, (middle, spread) in scaled.items():
            layers[name].bias -= layers[name].weight @ (middle / spread)
            layers[name].weight /= spread
    return model.eval(), log


@cache
def rounded(text: str, sigma: float, seed: int):
    """Return a trained UNet as it is stored, rounded to half precision, with its log."""
    import torch

    model, log = trained({"text": text, "sigma": sigma, "seed": seed, "dtype": DTYPE})
    return model.half().to(torch.float32), log


def sample(model, kind: str, texts: list[str], guidance: float, steps: int, seed: int, batch: int = 50):
    """Return drawings (n, 3, 32, 32), one for each text, by DDIM with classifier-free guidance."""
    import torch
    from diffusers import DDIMScheduler
    from torch.nn import functional

    shape = UNET["in_channels"], UNET["sample_size"], UNET["sample_size"]
    noise = torch.randn(len(texts), *shape, generator=torch.Generator().manual_seed(seed))
    table = conditions([*texts, ""], kind)
    found = []
    for first in range(0, len(texts), batch):
        canvas = noise[first : first + batch]
        scheduler = DDIMScheduler(**NOISE, clip_sample=True)
        scheduler.set_timesteps(steps)
        asked = torch.arange(first, first + len(canvas))
        # Guidance 1 needs no second guess.
        used = asked if guidance == 1 else torch.cat([asked, torch.full_like(asked, len(texts))])
        told = {name: values[used] for name, values in table.items()}
        with torch.inference_mode():
            for when in scheduler.timesteps:
                guess = model(canvas.repeat(len(used) // len(asked), 1, 1, 1), when, **told).sample
                if guidance != 1:
                    with_text, without = guess.chunk(2)
                    guess = without + guidance * (with_text - without)
                canvas = scheduler.step(guess, when, canvas, use_clipped_model_output=True).prev_sample
        found.append(functional.pixel_shuffle(canvas, BLOCK))
    return torch.cat(found).clamp(-1, 1)


def knobs(job: dict) -> dict:
    """Draw dev prompts with one setting of the knobs; each name that was not drawn in training is drawn often."""
    model, _ = rounded(job["text"], job["sigma"], job["seed"])
    dev = emoji.prompts("dev")
    asked = [p for p in dev if p.kind == "combination"]
    for kind in KINDS[:-1]:
        own = [prompt for prompt in dev if prompt.kind == kind]
        asked += own[:: max(1, len(own) // 40)]
    found = sample(model, job["text"], [p.text for p in asked], job["guidance"], job["steps"], seed=2)
    seen = judge().read(found)
    hits = [name == prompt.name for name, prompt in zip(seen, asked, strict=True)]
    return {"dev": shares(asked, hits), "n": dict(Counter(prompt.kind for prompt in asked))}


# ---------------------------------------------------------------- test


def of_names(fonts: list[str], names: list[str]):
    """Return the pictures of these names in these sets."""
    pictures, numbers = emoji.real(*fonts)
    return pictures[np.isin(np.array(emoji.names())[numbers], names)]


def nearest(pictures) -> list[float]:
    """Return each picture's distance to the nearest picture that was trained on, root of the mean squared difference."""
    from scipy.spatial.distance import cdist

    learnt = of_names(emoji.fonts("draw"), emoji.kept("train"))
    flat, known = (np.asarray(p, dtype=float).reshape(len(p), -1) for p in (pictures, learnt))
    return [round(float(value), 4) for value in cdist(flat, known).min(1) / np.sqrt(flat.shape[1])]


def test_prompts() -> list:
    """Return the test prompts, each as often as it is drawn."""
    return [prompt for prompt in emoji.prompts("test") for _ in range(DRAWINGS.get(prompt.kind, 1))]


def test(job: dict) -> dict:
    """Draw the test prompts and let the judge read them."""
    model, log = rounded(job["text"], job["sigma"], job["seed"])
    asked = test_prompts()
    begin = time.process_time()
    texts = [prompt.text for prompt in asked]
    found = sample(model, job["text"], texts, job["guidance"], job["steps"], seed=3)
    spent = time.process_time() - begin
    seen = judge().read(found)
    near = [place for place, prompt in enumerate(asked) if prompt.kind in ("known", "combination")]
    return {
        "right": rows.bits(name == prompt.name for name, prompt in zip(seen, asked, strict=True)),
        "read": seen,
        "nearest": nearest(found[near]),
        "train_seconds": log[-1]["seconds"],
        "ms_per_drawing": round(1000 * spent / len(asked), 1),
    }


# ---------------------------------------------------------------- everything


STAGES = {"read": read, "knobs": knobs, "test": test}


def row(job: dict) -> dict:
    """Do one job of any stage."""
    return STAGES[job["stage"]](job)


def made_from(stage: str = "") -> str:
    """Return the fingerprint of everything that a stage depends on beside its job."""
    asked = [emoji.table()[name] for name in ("picture", "template")]
    if stage == "read":
        return rows.fingerprint(asked, LENGTH, READ_STEPS)
    drawn = [IMAGES / "emoji" / f"{font}.png" for font in emoji.fonts("draw")]
    told = (LENGTH, BATCH, UNET, NOISE, DROPPED, RATE, EMA, STEPS, BLOCK, DTYPE)
    return rows.fingerprint(asked, *drawn, *told)


def main() -> None:
    parser = rows.options(__doc__.splitlines()[0], "03_emoji.json")
    parser.add_argument("--sheets", action="store_true", help="only render the sheets (npm, resvg_py)")
    parser.add_argument("--until", choices=("judge", *STAGES), default="test", help="stop after this stage")
    options = parser.parse_args()
    if options.sheets:
        sheets()
        return
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

    rows.one_thread()
    judge()
    real = {font: read_right(font) for font in emoji.fonts("draw")}
    surely = [name for name, *hits in zip(emoji.names(), *real.values(), strict=True) if min(hits) >= KEPT]
    if not set(emoji.kept()) <= set(surely):
        print("the judge surely reads:", json.dumps(surely))
        raise SystemExit("set kept in data/images/emoji.toml accordingly")
    if options.until == "judge":
        return
    said = done(
        [job("read", text, sigma) for text in READ for sigma in SIGMAS if text != "words" or not sigma]
    )
    if said is None or options.until == "read":
        return
    heard = [one for one in said if one["text"] != "words"]
    chosen = max(heard, key=read_rank)
    text, sigma = chosen["text"], chosen["sigma"]
    grid = done(
        [
            job("knobs", text, sigma, guidance=guidance, steps=steps)
            for guidance, steps in itertools.product(GUIDANCE, DDIM_STEPS)
        ]
    )
    if grid is None or options.until == "knobs":
        return
    # The fewest steps, then the least guidance, among those within one point of the best on dev.
    points = {(one["steps"], one["guidance"]): score(one["dev"]) for one in grid}
    steps, guidance = min(key for key, value in points.items() if value >= max(points.values()) - 0.01)
    knob = {"guidance": guidance, "steps": steps}
    scored = done([job("test", kind, noise, **knob) for kind, noise in ((text, sigma), ("words", 0.0))])
    if scored is None:
        return
    model, log = rounded(text, sigma, 0)
    model.half().save_pretrained(TARGET / "unet")
    model.float()
    lines = [json.dumps(entry) for entry in log]
    (TARGET / "unet" / "training.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    from diffusers import DDIMScheduler

    DDIMScheduler(**NOISE, clip_sample=True).save_pretrained(TARGET / "scheduler")
    about = {"layer": int(text.removeprefix("layer")), "block": BLOCK, **knob}
    (TARGET / "about.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    asked = test_prompts()
    content = {
        "chosen": {"text": text, "sigma": sigma, **knob},
        "training": {
            "steps": STEPS,
            "batch": BATCH,
            "dropped": DROPPED,
            "dtype": DTYPE,
            "sets": emoji.fonts("draw"),
        },
        "judge": {
            "candidates": len(emoji.names()),
            "kept": len(emoji.kept()),
            "moved": real,
            "draw": accuracy(emoji.fonts("draw"), kept=True),
            "draw_all": accuracy(emoji.fonts("draw"), kept=False),
            "test": accuracy(emoji.fonts("test"), kept=True),
            "test_all": accuracy(emoji.fonts("test"), kept=False),
        },
        # How near real pictures come that were not trained on: the same names, drawn by others.
        "real_nearest": nearest(of_names(emoji.fonts("test"), emoji.kept("train"))),
        "read": [{key: one[key] for key in ("text", "sigma", "fidelity")} for one in said],
        "knobs": [{key: one[key] for key in ("guidance", "steps", "dev", "n")} for one in grid],
        "test": {
            "n": dict(Counter(prompt.kind for prompt in asked)),
            "text": [prompt.text for prompt in asked],
            "kind": [prompt.kind for prompt in asked],
            "name": [prompt.name for prompt in asked],
            "template": [prompt.template for prompt in asked],
        },
        "rows": [{key: value for key, value in one.items() if key != "stage"} for one in scored],
        "machine": rows.machine(),
        "made_by": "data/build/emoji.py",
    }
    rows.write(options.out, content)


if __name__ == "__main__":
    main()
