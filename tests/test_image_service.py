"""The images API on loopback: what is sent, what fails, what it costs; Stable Diffusion's path from a loopback hub."""

import base64
import io
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import hub
import nbformat
import pytest
import servers
from PIL import Image

from llmlab import chat, image_service, models
from llmlab.errors import CourseError

ROOT = Path(__file__).resolve().parent.parent
KEY = "sk-test-77aa0c41e9"
# As OpenAI's page on the model says (read 2026-11-28), written down here a second time.
MODEL, PRICE_IN, PRICE_OUT = "gpt-image-2.6-sunburst", 5.0, 30.0


@pytest.fixture(autouse=True)
def room(monkeypatch):
    for name in list(os.environ):
        if name.startswith("LLMLAB_CHAT") or name.endswith("_API_KEY") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    chat.client.cache_clear()


def png(color=(200, 30, 30)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (16, 8), color).save(buffer, "PNG")
    return buffer.getvalue()


def draws(content: bytes, usage=True):
    """An answer of the images API that holds one picture."""
    body = {"created": 1, "data": [{"b64_json": base64.b64encode(content).decode()}]}
    if usage:
        body["usage"] = {"input_tokens": 20, "output_tokens": 300, "total_tokens": 320}
    return servers.returns(json.dumps(body).encode())


def connected(monkeypatch, address):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("LLMLAB_CHAT_OPENAI", f"{address}/v1/")
    return image_service.service()


def money(service, calls=3, cap_usd=1.0, tokens_out=1000, said="y"):
    return chat.Budget(service, calls, 50, tokens_out, cap_usd, answer=lambda _: said)


def test_the_request_and_what_it_costs(monkeypatch):
    with servers.chat(draws(png())) as (address, requests):
        service = connected(monkeypatch, address)
        budget = money(service)
        picture = image_service.draw(service, "a lighthouse", budget)
    assert picture.size == (16, 8) and picture.convert("RGB").getpixel((3, 3)) == (200, 30, 30)
    (request,) = requests
    assert request["path"] == "/v1/images/generations"
    assert request["headers"]["authorization"] == f"Bearer {KEY}"
    assert request["body"] == {
        "model": MODEL, "prompt": "a lighthouse", "size": "1024x1024", "quality": "low", "n": 1,
    }  # fmt: skip
    assert budget.spent == pytest.approx((20 * PRICE_IN + 300 * PRICE_OUT) / 1e6)


def test_without_a_key_nobody_is_asked(capsys):
    assert image_service.service() is None
    assert "OPENAI_API_KEY" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (servers.refuses(401, message=KEY), "キーを受け付けません（401）"),
        (servers.refuses(404), "data/images/services.toml"),
        (servers.refuses(400, code="moderation_blocked"), "この送り方を受け付けません（400）"),
        (servers.refuses(500), "障害が起きています（500）"),
        (servers.refuses(429, code="insufficient_quota"), "残高か上限"),
        (servers.returns(b"<html>"), "読めない形"),
        (servers.returns(b'{"created": 1, "data": []}'), "読めない形"),
        (draws(b"no picture"), "読めない形"),
    ],
)
def test_each_failure_is_one_sentence_and_the_local_model_goes_on(monkeypatch, capsys, answer, sentence):
    with servers.chat(answer) as (address, _):
        service = connected(monkeypatch, address)
        assert image_service.draw(service, "a boat", money(service)) is None
    said = capsys.readouterr().out
    assert sentence in said and "手元のモデルで続けます" in said and KEY not in said


def test_a_short_wait_is_waited_and_a_dead_address_named(monkeypatch, capsys):
    slow = servers.refuses(429, headers={"Retry-After": "0"}.items())
    with servers.chat(slow, draws(png())) as (address, requests):
        service = connected(monkeypatch, address)
        assert image_service.draw(service, "a boat", money(service)) is not None
        assert len(requests) == 2
    assert "もう一度だけ" in capsys.readouterr().out
    chat.client.cache_clear()
    service = connected(monkeypatch, "http://127.0.0.1:9")
    assert image_service.draw(service, "a boat", money(service)) is None
    assert "つながりません" in capsys.readouterr().out


def test_a_picture_that_cannot_be_read_is_counted_as_planned(monkeypatch):
    with servers.chat(draws(b"no picture")) as (address, _):
        service = connected(monkeypatch, address)
        budget = money(service)
        image_service.draw(service, "a boat", budget)
    assert budget.spent == pytest.approx((50 * PRICE_IN + 1000 * PRICE_OUT) / 1e6)


def test_nothing_is_sent_without_a_yes_or_beyond_the_cap(monkeypatch):
    with servers.chat(draws(png())) as (address, requests):
        service = connected(monkeypatch, address)
        with pytest.raises(CourseError, match="送るのをやめました"):
            image_service.draw(service, "a boat", money(service, said="n"))
        with pytest.raises(CourseError, match="上限"):
            image_service.draw(service, "a boat", money(service, cap_usd=0.001))
        budget = money(service, calls=1)
        image_service.draw(service, "a boat", budget)
        with pytest.raises(CourseError, match="使い切った"):
            image_service.draw(service, "a boat", budget)
        with pytest.raises(CourseError, match="Budget"):
            image_service.draw(service, "a boat", money(chat.remote("openai")))
    assert len(requests) == 1


# ---------------------------------------------------------------- Stable Diffusion from a hub


def tiny_pipeline(folder: Path) -> None:
    """Write a Stable Diffusion pipeline of the real classes with a few thousand weights, in half precision."""
    import torch
    from diffusers import AutoencoderKL, PNDMScheduler, StableDiffusionPipeline, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

    torch.manual_seed(0)
    letters = [chr(n) for n in range(ord("a"), ord("z") + 1)]
    names = [*letters, *(letter + "</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    tokenizer = CLIPTokenizer(vocab={name: n for n, name in enumerate(names)}, merges=[], model_max_length=77)
    text = CLIPTextConfig(
        vocab_size=len(names), hidden_size=16, intermediate_size=32, num_hidden_layers=1,
        num_attention_heads=2, bos_token_id=len(names) - 2, eos_token_id=len(names) - 1,
    )  # fmt: skip
    unet = UNet2DConditionModel(
        sample_size=8, block_out_channels=(8, 16), layers_per_block=1, cross_attention_dim=16,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"), attention_head_dim=4, norm_num_groups=4,
    )  # fmt: skip
    vae = AutoencoderKL(block_out_channels=(8,), norm_num_groups=4, latent_channels=4)
    pipe = StableDiffusionPipeline(
        vae=vae, text_encoder=CLIPTextModel(text), tokenizer=tokenizer, unet=unet,
        scheduler=PNDMScheduler(skip_prk_steps=True, steps_offset=1), safety_checker=None,
        feature_extractor=None, requires_safety_checker=False,
    )  # fmt: skip
    pipe.to(torch.float16).save_pretrained(folder, variant="fp16")


def files_of(folder: Path) -> dict[str, bytes]:
    every = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in every}


CELLS = """
import torch
import numpy as np
from matplotlib import pyplot as plt
from llmlab import figures, images, models
device = torch.device("cpu")
shown = []
figures.show = lambda fig, alt: shown.append([ax.images[0].get_array().shape for ax in fig.axes])
{cells}
again = make_picture("a red boat", 3.0, 2, seed=4)
same = np.array_equal(np.asarray(again), np.asarray(make_picture("a red boat", 3.0, 2, seed=4)))
other = np.array_equal(np.asarray(again), np.asarray(make_picture("a red boat", 3.0, 2, seed=5)))
print("RESULT", type(pipe).__name__, shown[0], same, other)
"""


def python_with_hub(files: dict[str, bytes], source: str, home: Path):
    """Run Python in profile hub; a loopback hub holds these files of the pinned Stable Diffusion.

    Returns what was printed and the paths that were asked for.
    """
    row = tomllib.loads((ROOT / "data" / "models.toml").read_text(encoding="utf-8"))["image"]["hub"]
    assert row["path"] == "stable-diffusion-v1-5/stable-diffusion-v1-5" and len(row["version"]) == 40
    with hub.serve({row["path"]: (row["version"], files)}) as served:
        command = [sys.executable, "-c", source]
        environment = hub.environment(served, home)
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    assert not served.refused, "something else than the pinned commit was asked for"
    return done.stdout, served.files_asked(row["path"])


def test_the_cells_of_lesson_03_draw_with_a_pinned_pipeline_from_a_hub(tmp_path):
    tiny_pipeline(tmp_path / "tiny")
    files = files_of(tmp_path / "tiny")
    book = nbformat.read(ROOT / "notebooks" / "03_image_generation.ipynb", 4)
    cells = {cell.id: cell.source for cell in book.cells}
    source = CELLS.format(cells=cells["extra-sd-make"] + "\n" + cells["extra-sd-draw"].replace(" 25,", " 2,"))
    printed, asked = python_with_hub(files, source, tmp_path / "home")
    (line,) = [line for line in printed.splitlines() if line.startswith("RESULT")]
    assert line == f"RESULT StableDiffusionPipeline {[(8, 8, 3)] * 4} True False"
    assert {name for name in files if name.endswith(".safetensors")} <= set(asked)


def test_of_stable_diffusions_repository_the_half_precision_parts_alone_are_fetched(tmp_path):
    wanted = ["model_index.json", "unet/config.json", "unet/x.fp16.safetensors", "tokenizer/merges.txt"]
    refused = ["v1-5-pruned.safetensors", "unet/x.safetensors", "unet/x.bin", "v1-5-pruned.ckpt"]
    source = "from llmlab import images; print(images.stable_diffusion())"
    printed, asked = python_with_hub(dict.fromkeys(wanted + refused, b"{}"), source, tmp_path / "home")
    folder = Path(printed.strip())
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert found == sorted(wanted)
    assert not set(asked) & set(refused)


PIPELINE = """\
import sys, torch
from diffusers import AutoPipelineForText2Image
path, commit = sys.argv[1:]
options = {"variant": "fp16", "torch_dtype": torch.float16}
pipe = AutoPipelineForText2Image.from_pretrained(path, revision=commit, **options)
picture = pipe("a boat", num_inference_steps=1, guidance_scale=2.0, generator=torch.Generator().manual_seed(0)).images[0]
print("RESULT", type(pipe).__name__, picture.size)
"""


def test_diffusers_draws_with_a_repository_of_the_hub_by_its_name(tmp_path):
    row = models.entry("image", "hub")
    tiny_pipeline(tmp_path / "tiny")
    files = files_of(tmp_path / "tiny")
    with hub.serve({row.path: (row.version, files)}) as there:
        command = [sys.executable, "-c", PIPELINE, row.path, row.version]
        own = hub.environment(there, tmp_path / "home")
        done = subprocess.run(command, env=own, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "RESULT StableDiffusionPipeline (8, 8)" in done.stdout
    weights = {name for name in files if name.endswith(".safetensors")}
    assert weights <= set(there.files_asked(row.path)) and not [path for _, path in there.requests if "/main/" in path]
