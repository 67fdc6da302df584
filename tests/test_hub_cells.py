"""The lessons under the profiles with a network: a hub on loopback, small models of the same kinds.

Lessons 01, 02 and 08 run from beginning to end; of the others, and of the exercises, the cells that load what differs
and those that use it first (lesson 03's stand in test_image_service.py).

The hub answers for the repositories and commits that data/models.toml pins, and for nothing else. Weights are
random, so what the cells say means nothing; that they run, and with which inputs, is what counts here.
"""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import hub
import nbformat
import pytest
import runner
import servers
import torch
import transformers
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell
from safetensors.torch import load, save
from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers, processors, trainers
from tokenizers import models as kinds

from llmlab import data, models, rag

ROOT = Path(__file__).resolve().parent.parent
SIZE = {"hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 4, "num_hidden_layers": 4}
TOKENS = 1200


def sentences() -> list[str]:
    """What the small tokenizers learn their words from, in both languages."""
    rules = data.load("rag/university_rules.toml")["section"]
    asked = [
        one[key]
        for split in ("dev", "test")
        for one in rag.questions(split)
        for key in ("question", "question_ja")
    ]
    # Exercise 05 looks for this word among the tokens.
    return [one[key] for one in rules for key in ("title", "text", "title_ja", "text_ja")] + asked + ["bank"] * 50


# ---------------------------------------------------------------- tokenizers, written as on the hub


def byte_pairs(words, special: list[str]) -> Tokenizer:
    """A byte-level BPE; ``words`` is what cuts the text before it."""
    core = Tokenizer(kinds.BPE())
    core.pre_tokenizer, core.decoder = words, decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=TOKENS, special_tokens=special, initial_alphabet=alphabet, show_progress=False
    )
    core.train_from_iterator(sentences(), trainer)
    return core


def chat_template(system: str) -> str:
    """ChatML with a system message of the model's own."""
    return (
        "{% if messages[0]['role'] != 'system' %}<|im_start|>system\n" + system + "<|im_end|>\n{% endif %}"
        "{% for one in messages %}<|im_start|>{{ one['role'] }}\n{{ one['content'] }}<|im_end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    )


def smollm_tokenizer() -> dict:
    own = pre_tokenizers.ByteLevel(add_prefix_space=False)
    digits = pre_tokenizers.Digits(individual_digits=True)
    core = byte_pairs(pre_tokenizers.Sequence([digits, own]), ["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    named = {"bos_token": "<|im_start|>", "eos_token": "<|im_end|>", "pad_token": "<|im_end|>"}
    named |= {"unk_token": "<|endoftext|>"}
    config = named | {"tokenizer_class": "GPT2Tokenizer", "model_max_length": 8192, "add_prefix_space": False}
    config |= {"chat_template": chat_template("You are the small SmolLM.")}
    return {"tokenizer.json": core, "tokenizer_config.json": config, "special_tokens_map.json": named}


def qwen_tokenizer() -> dict:
    own = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core = byte_pairs(own, ["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    core.normalizer = normalizers.NFC()
    config = {"tokenizer_class": "Qwen2Tokenizer", "model_max_length": 131072, "add_prefix_space": False}
    config |= {"bos_token": None, "unk_token": None, "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}
    config |= {"errors": "replace", "split_special_tokens": False, "add_bos_token": False}
    config |= {"chat_template": chat_template("You are the small Qwen.")}
    return {"tokenizer.json": core, "tokenizer_config.json": config}


def xlm_roberta_tokenizer() -> dict:
    """The pieces of a unigram model; multilingual-e5 has it, the small one before a BERT."""
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    core = Tokenizer(kinds.Unigram())
    core.normalizer = normalizers.NFKC()
    metaspace = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    core.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), metaspace])
    core.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    trainer = trainers.UnigramTrainer(
        vocab_size=TOKENS, special_tokens=[*special, "<mask>"], unk_token="<unk>", show_progress=False
    )
    core.train_from_iterator(sentences(), trainer)
    ends = [(name, core.token_to_id(name)) for name in ("<s>", "</s>")]
    core.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=ends
    )
    named = {"bos_token": "<s>", "cls_token": "<s>", "eos_token": "</s>", "sep_token": "</s>"}
    named |= {"pad_token": "<pad>", "unk_token": "<unk>", "mask_token": "<mask>"}
    config = named | {"tokenizer_class": "XLMRobertaTokenizer", "model_max_length": 512}
    return {"tokenizer.json": core, "tokenizer_config.json": config, "special_tokens_map.json": named}


def bert_tokenizer() -> dict:
    core = Tokenizer(kinds.WordPiece(unk_token="[UNK]"))
    core.normalizer, core.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    core.decoder = decoders.WordPiece()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    trainer = trainers.WordPieceTrainer(vocab_size=TOKENS, special_tokens=special, show_progress=False)
    core.train_from_iterator(sentences(), trainer)
    ends = [(name, core.token_to_id(name)) for name in ("[CLS]", "[SEP]")]
    core.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=ends
    )
    words = sorted(core.get_vocab(), key=core.get_vocab().get)
    config = {"do_lower_case": True, "model_max_length": 512}  # the published file names no class
    return {"tokenizer.json": core, "tokenizer_config.json": config, "vocab.txt": "\n".join(words)}


# ---------------------------------------------------------------- checkpoints


# Wide enough that a random model does not write the last token again and again.
CHAT = {**SIZE, "num_key_value_heads": 2, "tie_word_embeddings": True, "initializer_range": 0.6}


def llama(tokens: int):
    return transformers.LlamaForCausalLM(transformers.LlamaConfig(**CHAT, vocab_size=tokens))


def qwen2(tokens: int):
    return transformers.Qwen2ForCausalLM(transformers.Qwen2Config(**CHAT, vocab_size=tokens))


def bert_for_pre_training(tokens: int):
    """What google-bert/bert-base-uncased holds: heads that the lesson does not use come along."""
    return transformers.BertForPreTraining(transformers.BertConfig(**SIZE, vocab_size=tokens))


def bert(tokens: int):
    return transformers.BertModel(transformers.BertConfig(**SIZE, vocab_size=tokens))


def xlm_roberta(tokens: int):
    config = transformers.XLMRobertaConfig(**SIZE, vocab_size=tokens, max_position_embeddings=514)
    return transformers.XLMRobertaModel(config)


def t5_tokenizer() -> dict:
    """A unigram model with sentinels at its end, as T5 and Flan-T5 have it: no Japanese, an end, no beginning."""
    core = Tokenizer(kinds.Unigram())
    core.normalizer = normalizers.NFKC()
    core.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    core.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    trainer = trainers.UnigramTrainer(
        vocab_size=TOKENS, special_tokens=["<pad>", "</s>", "<unk>"], unk_token="<unk>", show_progress=False
    )
    core.train_from_iterator((text for text in sentences() if text.isascii()), trainer)
    core.add_special_tokens([f"<extra_id_{number}>" for number in reversed(range(100))])
    core.post_processor = processors.TemplateProcessing(
        single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", core.token_to_id("</s>"))]
    )
    named = {"eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
    sentinels = [f"<extra_id_{number}>" for number in range(100)]
    config = named | {"tokenizer_class": "T5Tokenizer", "model_max_length": 512, "extra_ids": 100}
    config |= {"additional_special_tokens": sentinels}
    return {"tokenizer.json": core, "tokenizer_config.json": config, "special_tokens_map.json": named}


def flan_t5(tokens: int):
    """As Flan-T5: gated, its output matrix not tied, a few more rows than the tokenizer has tokens."""
    config = transformers.T5Config(
        vocab_size=tokens + 28, d_model=32, d_kv=8, d_ff=64, num_layers=2, num_decoder_layers=2, num_heads=4,
        feed_forward_proj="gated-gelu", tie_word_embeddings=False, decoder_start_token_id=0,
    )  # fmt: skip
    return transformers.T5ForConditionalGeneration(config)


# Qwen2.5 samples unless told otherwise; greedy cells must tell it.
QWEN_SAMPLES = {"do_sample": True, "temperature": 0.7, "top_k": 20, "top_p": 0.8, "repetition_penalty": 1.1}


# What each repository of the manifest is, in small: tokenizer, model, dtype of its weights, generation config.
REPOSITORIES = {
    "HuggingFaceTB/SmolLM2-": (smollm_tokenizer, llama, torch.bfloat16, {}),
    "Qwen/Qwen2.5-": (qwen_tokenizer, qwen2, torch.bfloat16, QWEN_SAMPLES),
    "google-bert/bert-base-uncased": (bert_tokenizer, bert_for_pre_training, torch.float32, None),
    "intfloat/multilingual-e5-small": (xlm_roberta_tokenizer, bert, torch.float32, None),
    "intfloat/multilingual-e5-base": (xlm_roberta_tokenizer, xlm_roberta, torch.float32, None),
    "google/flan-t5-small": (t5_tokenizer, flan_t5, torch.float32, {"decoder_start_token_id": 0}),
}


@cache
def checkpoint(kind: str) -> dict[str, bytes]:
    """Return the files of a small repository, as far as they matter in the form that the published one has."""
    tokenizer, network, dtype, generation = REPOSITORIES[kind]
    written = tokenizer()
    core, vocabulary = written["tokenizer.json"], written["tokenizer.json"].get_vocab()
    written["tokenizer.json"] = core.to_str()
    torch.manual_seed(0)
    model = network(core.get_vocab_size())
    with torch.no_grad():
        for weight in model.parameters():  # also those that begin as 0 or 1: one that is not loaded shows
            weight.add_(torch.randn_like(weight), alpha=0.02)
    model.to(dtype)
    named = {name.removesuffix("_token"): token for name, token in written["tokenizer_config.json"].items()}
    ends = {f"{name}_token_id": vocabulary.get(named.get(name)) for name in ("bos", "eos", "pad")}
    config = json.loads(model.config.to_json_string()) | ends
    config |= {"architectures": [type(model).__name__], "torch_dtype": config.pop("dtype", None)}
    weights = model.state_dict()
    for name in getattr(model, "_tied_weights_keys", None) or ():
        if (
            model.config.tie_word_embeddings or name != "lm_head.weight"
        ):  # Flan-T5's output has weights of its own
            del weights[name]
    if isinstance(model, transformers.BertForPreTraining):  # older names, as published
        weights = {
            name.replace("LayerNorm.weight", "LayerNorm.gamma").replace(
                "LayerNorm.bias", "LayerNorm.beta"
            ): one
            for name, one in weights.items()
        }
    written |= {"config.json": config, "model.safetensors": save(weights, {"format": "pt"})}
    written |= {"pytorch_model.bin": b"a pickle", "README.md": "for people"}
    if generation is not None:
        written["generation_config.json"] = ends | generation
    encoded = {name: json.dumps(body) if isinstance(body, dict) else body for name, body in written.items()}
    return {name: body.encode() if isinstance(body, str) else body for name, body in encoded.items()}


def size_of(kind: str) -> tuple[int, float]:
    """Return a checkpoint's number of weights and the sum of their absolute values, heads for training left out."""
    kept = [
        one.double()
        for name, one in load(checkpoint(kind)["model.safetensors"]).items()
        if "cls." not in name
    ]
    return sum(one.numel() for one in kept), float(sum(one.abs().sum() for one in kept))


def kind_of(row: models.Entry) -> str:
    return next(name for name in REPOSITORIES if row.path.startswith(name))


# ---------------------------------------------------------------- whole lessons, from a fresh kernel


@contextlib.contextmanager
def served(tmp_path: Path, roles: tuple[str, ...]) -> Iterator[dict]:
    """Serve small checkpoints at the pinned commits; give a kernel's environment, then look at what was asked for."""
    rows = {row.path: row for row in (models.entry(role, "hub") for role in roles)}
    with hub.serve({row.path: (row.version, checkpoint(kind_of(row))) for row in rows.values()}) as there:
        yield hub.environment(there, tmp_path / "hf")
    assert not there.refused, "something else than the pinned commits was asked for"
    for path in rows:
        asked = there.files_asked(path)
        assert asked.count("model.safetensors") == 1, "weights are fetched once"
        assert "pytorch_model.bin" not in asked, "pickles stay on the hub"


# Cells that draw at length what data/measured/ holds and touch no model: left out, so that this file stays short.
LEFT_OUT = {
    "extra-curves-recall",
    "extra-curves-answers",
    "extra-injection-measured",
    "extra-injection-change",
}


def run(name: str, environment: dict, added: dict[str, str]) -> tuple[nbformat.NotebookNode, dict]:
    """Execute a lesson but LEFT_OUT; ``added`` are cells behind others, the last one prints a report as JSON.

    An error in any cell ends the test. What claims say is not looked at: they must come out, whichever way.
    """
    notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    rows = [row for row in data.load("claims.toml")["claim"] if row["notebook"] == name]
    claims = {row["id"] for row in rows if row["expected"] not in ("historical", "quoted")}
    cells = []
    for cell in notebook.cells:
        cells += [cell, new_code_cell(added[cell.id], id=f"added-{cell.id}")] if cell.id in added else [cell]
    assert len(cells) == len(notebook.cells) + len(added), "a cell of the lesson has another id now"
    notebook.cells = [cell for cell in cells if cell.id not in LEFT_OUT]
    place = {"metadata": {"path": str(ROOT / "notebooks")}}
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources=place).execute(env=environment)
    shown = [
        out["data"][runner.CLAIM]["id"]
        for _, out in runner.outputs(notebook)
        if runner.CLAIM in out.get("data", {})
    ]
    assert claims and claims == set(shown)
    report = [text for cell, text in runner.texts(notebook) if cell == f"added-{list(added)[-1]}"]
    return notebook, json.loads("".join(report))


def printed(notebook: nbformat.NotebookNode, cell_id: str) -> str:
    return "".join(text for cell, text in runner.texts(notebook) if cell == cell_id)


REPORT_01 = """\
asked = tokenizer.apply_chat_template(messages, add_generation_prompt=True)["input_ids"]
print(json.dumps({"model": type(model).__name__, "words": sum(w.numel() for w in model.parameters()),
    "sum": sum(w.double().abs().sum().item() for w in model.parameters()), "asked": len(asked)}))
"""


def test_lesson_01_runs_with_what_the_hub_sends(tmp_path):
    with served(tmp_path, ("chat",)) as environment:
        notebook, report = run("01_chat_and_prompts", environment, {"load": REPORT_01})
    row = models.entry("chat", "hub")
    assert report["model"] == "LlamaForCausalLM"
    assert (report["words"], report["sum"]) == pytest.approx(size_of(kind_of(row)))
    assert "プロファイル hub" in printed(notebook, "start") and row.name in printed(notebook, "connect")
    assert "You are the small SmolLM." in printed(notebook, "load")
    # The server wraps the question in the same template, and answers in the same tokens.
    assert f"入力 {report['asked']} 、" in printed(notebook, "first-call")
    assert "個に分かれて届きました" in printed(notebook, "stream") and "止めました" in printed(
        notebook, "stop"
    )


HEAR = """\
heard, unheard = [], reader


def reader(texts, **options):
    heard.extend(texts)
    return unheard(texts, **options)
"""
REPORT_02 = """\
def sum_of(weights):
    weights = list(weights)
    return [sum(w.numel() for w in weights), sum(w.double().abs().sum().item() for w in weights)]


print(json.dumps({"heard": heard, "asked": [one["question"] for one in asked], "pieces": [with_title(p) for p in pieces],
    "asked_ja": asked_ja[0]["question_ja"], "texts_ja": texts_ja, "prompt_ja": text, "name_ja": name_ja,
    "kinds": [type(one).__name__ for one in (model, encoder, unheard, body, body_tokenizer, model_ja, reader_ja)],
    "chat": sum_of(model.parameters()), "retriever": sum_of(encoder.parameters()),
    "encoder": sum_of(before.values()), "chat-ja": sum_of(model_ja.parameters())}))
"""


def test_lesson_02_runs_with_what_the_hub_sends(tmp_path):
    roles = ("chat", "retriever", "encoder", "chat-ja")
    with served(tmp_path, roles) as environment, servers.chat(servers.says("Ten books.")) as (address, requests):
        environment["LLMLAB_CHAT_LOCAL"] = f"{address}/v1/"  # the real server stands in lesson 01's test
        added = {"embed": HEAR, "extra-japanese-answer": REPORT_02}
        notebook, report = run("02_rag_and_finetuning", environment, added)
    kinds = ["LlamaForCausalLM", "BertModel", "XLMRobertaTokenizer", "BertModel", "BertTokenizer"]
    assert report["kinds"] == [*kinds, "Qwen2ForCausalLM", "Qwen2Tokenizer"]
    for role in roles:
        assert report[role] == pytest.approx(size_of(kind_of(models.entry(role, "hub")))), role
    check_marks(
        report["heard"], [*report["asked"], report["asked_ja"]], [*report["pieces"], *report["texts_ja"]]
    )
    assert report["name_ja"] == models.entry("chat-ja", "hub").name
    assert report["prompt_ja"].startswith("<|im_start|>system\nYou are the small Qwen.")
    # One's own GPT: the first starter, as it is; the widget that searches asks no server.
    (request,) = requests
    assert [one["role"] for one in request["body"]["messages"]] == ["system", "user"]
    assert "Ten books." in str(notebook.cells)
    # The adapter stays with the model that it was made for, and that one with its own tokenizer.
    assert printed(notebook, "lora-stored").count("Short answer:") == 2
    assert "決め直さないと" in printed(notebook, "refuse-live")


# ---------------------------------------------------------------- chosen cells, in this process


def check_marks(heard: list[str], questions: list[str], passages: list[str]) -> None:
    """What reached the E5 encoder: each text with its mark, questions and passages told apart."""
    wrong = [text for text in heard if not text.startswith(("query: ", "passage: "))]
    assert not wrong, f"without a mark: {wrong[0]}"
    sent = set(heard)
    for text in questions:
        assert f"query: {text}" in sent and f"passage: {text}" not in sent
    for text in passages:
        assert f"passage: {text}" in sent and f"query: {text}" not in sent


# What loads a model that differs under the profile gpu, and what uses it.
CHOSEN = ("start", "closed-book-model", "reply", "closed-book", "chunks", "chunks-made", "embed", "index")
CHOSEN += (
    "search-vectors",
    "search",
    "extra-japanese-words",
    "extra-japanese-recall",
    "extra-japanese-answer",
)


@pytest.fixture
def cells(tmp_path, monkeypatch):
    """A function that runs the chosen cells of lesson 02 under a profile and returns their names."""
    lesson = nbformat.read(ROOT / "notebooks" / "02_rag_and_finetuning.ipynb", as_version=4)
    sources = {cell.id: cell.source for cell in lesson.cells}

    def folder(role, profile=None):
        row = models.entry(role, profile)
        place = tmp_path / row.path
        if not place.is_dir():
            place.mkdir(parents=True)
            for name, body in checkpoint(kind_of(row)).items():
                (place / name).write_bytes(body)
        return place

    def run_chosen(profile, changes=(), last=CHOSEN[-1]):
        monkeypatch.setenv("LLMLAB_PROFILE", profile)
        monkeypatch.setattr(models, "path", folder)
        names: dict = {}
        for name in CHOSEN[: CHOSEN.index(last) + 1]:
            text = sources[name]
            for old, new in changes:
                text = text.replace(old, new)
            exec(compile(text, name, "exec"), names)
            if name == "chunks-made":
                names["pieces"] = names["pieces"][:60]
            if name == "embed":
                exec(HEAR, names)
        return names

    yield run_chosen
    torch.set_grad_enabled(True)


def test_the_larger_models_of_profile_gpu_search_and_answer(cells):
    names = cells("gpu")
    assert (
        names["encoder"].config.model_type == "xlm-roberta" and names["model_ja"].config.model_type == "qwen2"
    )
    assert type(names["reader_ja"]).__name__ == "Qwen2Tokenizer"
    assert names["name_ja"] == models.entry("chat-ja", "gpu").name == "Qwen2.5-1.5B-Instruct"
    pieces = [names["with_title"](one) for one in names["pieces"]]
    check_marks(
        names["heard"], [one["question"] for one in names["asked"][:1]], [*pieces, *names["texts_ja"]]
    )
    found, cosines = names["search"]("How many books?", 3)
    assert len(found) == 3 and len(cosines) == 60 and abs(cosines).max() < 1.001


MARK = 'rag.mark(kind, models.entry("retriever").name) + text'


@pytest.mark.parametrize(
    "change",
    [
        (MARK, "text"),
        (MARK, '"query: " + text'),
        ('[one["question"]], "query"', '[one["question"]], "passage"'),
    ],
    ids=["no mark", "always a question's", "a question as a passage"],
)
def test_a_wrong_mark_is_noticed(cells, change):
    names = cells("hub", [change], last="search-vectors")
    questions, pieces = [names["asked"][0]["question"]], [names["with_title"](one) for one in names["pieces"]]
    with pytest.raises(AssertionError):
        check_marks(names["heard"], questions, pieces)
    names = cells("hub", last="search-vectors")
    check_marks(names["heard"], questions, pieces)


REPORT_08 = """\
print(json.dumps({"model": type(model).__name__, "same": tuned is model, "tokenizer": type(tokenizer).__name__,
    "words": sum(w.numel() for w in model.parameters()), "prefixes": [one[0] for one in TASKS.values()],
    "sum": sum(w.double().abs().sum().item() for w in model.parameters()), "equal": equal, "restored": all(same)}))
"""


def test_lesson_08_runs_with_what_the_hub_sends(tmp_path):
    with served(tmp_path, ("t5",)) as environment:
        notebook, report = run("08_t5", environment, {"extra-hub-code": REPORT_08})
    row = models.entry("t5", "hub")
    assert (report["model"], report["tokenizer"]) == ("T5ForConditionalGeneration", "T5Tokenizer")
    assert (report["words"], report["sum"]) == pytest.approx(size_of(kind_of(row)))
    assert report["same"], "the hub's model answers the five kinds itself"
    assert "translate English to German: " in report["prefixes"] and "rate: " not in report["prefixes"]
    assert report["equal"] == [True] * 5 and report["restored"]
    assert "プロファイル hub" in printed(notebook, "start") and row.name in printed(notebook, "load")
    assert row.name in printed(notebook, "extra-hub-code")


# ---------------------------------------------------------------- the other lessons' cells, in one process

# Lesson or exercise, its cells: those that load what the profile chooses, and those that use it first. Exercises: all.
FIRST = {
    "00_start": ["start", "load-model", "chat-template", "ask", "first-answer", "japanese-answer"],
    "04_impact_and_risks": ["start", "complete"],
    "05_bert_structure": ["start", "load", "no-labels", "pair", "embeddings", "decoder-load"],
    "07_decanlp": ["start", "show-triples", "load-model", "ask-five"],
    "10_whose_preferences": ["start", "sim-vectors"],
}
# They fetch by a role that is always of the course, or one that a cell above has fetched.
LATER = ("provoke", "extra-japanese-load")
EXERCISES = ("00_start", "01_chat_and_prompts", "02_rag_and_finetuning", "05_bert_structure", "08_t5")
# What counts on the published tokenizers' own numbers of tokens, which the small ones here do not have.
OF_REAL_WORDS = {"token-count-test", "tokens-per-character-test", "pair-input-test"}
RUN_CELLS = """\
import json, sys, torch, matplotlib
matplotlib.use("Agg")
failed = []
for name, cells in json.load(sys.stdin):
    names = {"__name__": "__main__"}
    for cell, source in cells:
        try:
            exec(compile(source, f"{name}/{cell}", "exec"), names)
        except Exception as error:
            failed.append(f"{name}/{cell}: {type(error).__name__}: {error}")
    torch.set_grad_enabled(True)
    found = [[key, type(one).__name__, sum(w.numel() for w in one.parameters())]
             for key, one in names.items() if isinstance(one, torch.nn.Module) and hasattr(one, "config")]
    print("DONE", json.dumps([name, found]))
sys.exit("\\n".join(failed) or 0)
"""


def cells_of(file: Path, wanted: list[str] | None = None) -> list[tuple[str, str]]:
    cells = nbformat.read(file, as_version=4).cells
    sources = {cell.id: cell.source for cell in cells if cell.cell_type == "code"}
    assert set(wanted or ()) <= sources.keys(), "a cell has another id now"
    chosen = wanted or [name for name in sources if name not in OF_REAL_WORDS]
    # The small vocabulary cuts words into more tokens.
    narrow, wide = "pair_input(tokenizer, texts, 24)", "pair_input(tokenizer, texts, 64)"
    return [(name, sources[name].replace(narrow, wide)) for name in chosen]


def test_the_other_lessons_and_the_exercises_load_what_the_hub_sends(tmp_path):
    work = [(name, cells_of(ROOT / "notebooks" / f"{name}.ipynb", chosen)) for name, chosen in FIRST.items()]
    for name in EXERCISES:
        work.append((f"exercise {name}", cells_of(ROOT / "solutions" / name / f"{name}.ipynb")))
    with served(tmp_path, ("chat", "encoder", "t5")) as environment:
        done = subprocess.run(
            [sys.executable, "-c", RUN_CELLS], input=json.dumps(work), env=environment | {"PYTHONPATH": str(ROOT)},
            cwd=ROOT / "notebooks", capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
    lines = [line.removeprefix("DONE ") for line in done.stdout.splitlines() if line.startswith("DONE ")]
    loaded = {name: {kind: words for _, kind, words in found} for name, found in map(json.loads, lines)}
    assert len(loaded) == len(work)
    sizes = {role: size_of(kind_of(models.entry(role, "hub")))[0] for role in ("chat", "encoder", "t5")}
    for name in ("00_start", "04_impact_and_risks", "07_decanlp", "exercise 01_chat_and_prompts"):
        assert loaded[name]["LlamaForCausalLM"] == sizes["chat"], name
    for name in ("05_bert_structure", "10_whose_preferences", "exercise 05_bert_structure"):
        assert loaded[name]["BertModel"] == sizes["encoder"], name
    assert loaded["exercise 08_t5"]["T5ForConditionalGeneration"] == sizes["t5"]


def test_every_cell_that_asks_for_a_model_of_the_hub_is_in_one_of_these_tests():
    """A lesson or an exercise that begins to use such a role must be added above."""
    roles = {role for role in models.roles() if models.entry(role, "hub").source == "hub"}
    own = "|".join(map(re.escape, sorted(roles)))
    asks = re.compile(rf"models\.path\((?:\"(?:{own})\"|ROLE)[,)](?! ?\"cpu)|stable_diffusion\(")
    whole = {"01_chat_and_prompts", "02_rag_and_finetuning", "08_t5"}
    for folder, known in (("notebooks", whole | FIRST.keys()), ("solutions/*", set(EXERCISES))):
        for file in sorted(ROOT.glob(f"{folder}/*.ipynb")):
            cells = nbformat.read(file, as_version=4).cells
            found = {cell.id for cell in cells if cell.cell_type == "code" and asks.search(cell.source)} - {"setup"}
            if file.stem == "03_image_generation":
                assert found <= {"extra-sd-make"}, found  # test_image_service.py
            elif found:
                assert file.stem in known, (file.stem, found)
                wanted = FIRST.get(file.stem) if folder == "notebooks" else None
                assert not wanted or found <= {*wanted, *LATER}, (file.stem, found - set(wanted))


# ---------------------------------------------------------------- the libraries, by a repository's own name

LIBRARIES = """\
import json, sys, torch, transformers
for path, commit in json.load(sys.stdin):
    kind = transformers.AutoConfig.from_pretrained(path, revision=commit).architectures[0]
    reader = transformers.AutoTokenizer.from_pretrained(path, revision=commit)
    model = getattr(transformers, kind).from_pretrained(path, revision=commit)
    print("LOADED", path, kind, len(reader("one book")["input_ids"]) > 1)
    task = {"LlamaForCausalLM": "text-generation", "BertForPreTraining": "fill-mask"}.get(kind)
    if task:
        ask = transformers.pipeline(task, model=path, revision=commit)
        said = ask("one [MASK]") if task == "fill-mask" else ask("one", max_new_tokens=3)
        print("ASKED", task, sorted(said[0]))
"""


def test_transformers_loads_each_repository_of_the_manifest_by_its_name(tmp_path):
    """``from_pretrained(name, revision=…)`` and ``pipeline(task, model=name, revision=…)``, as a reader writes them."""
    rows = {}
    for role in models.roles():
        for row in (models.entry(role, profile) for profile in ("hub", "gpu")):
            if row.source == "hub" and not role == "image":
                rows[row.path] = row
    assert len(rows) >= 7
    with hub.serve({path: (row.version, checkpoint(kind_of(row))) for path, row in rows.items()}) as there:
        done = subprocess.run(
            [sys.executable, "-c", LIBRARIES], input=json.dumps([(path, row.version) for path, row in rows.items()]),
            env=hub.environment(there, tmp_path / "hf"), capture_output=True, text=True, timeout=300,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    loaded = [line.split()[1:] for line in done.stdout.splitlines() if line.startswith("LOADED")]
    assert [path for path, _, _ in loaded] == list(rows) and all(more == "True" for _, _, more in loaded)
    asked = dict(line.split(" ", 2)[1:] for line in done.stdout.splitlines() if line.startswith("ASKED"))
    assert asked == {
        "text-generation": "['generated_text']",
        "fill-mask": "['score', 'sequence', 'token', 'token_str']",
    }
    # What the libraries look for beside it may be missing; another commit or repository is never asked for.
    names = {path.split("/resolve/")[0].removeprefix("/") for _, path in there.requests if "/resolve/" in path}
    assert names == set(rows)
    for path, row in rows.items():
        commits = {p.split("/")[4] for _, p in there.requests if p.startswith(f"/{path}/resolve/")}
        assert commits == {row.version}, path
        assert there.files_asked(path).count("model.safetensors") == 1
        assert "pytorch_model.bin" not in there.files_asked(path)


KERAS = """\
import sys, numpy as np, torch, transformers, keras_hub
path, commit = sys.argv[1:]
reader = transformers.AutoTokenizer.from_pretrained(path, revision=commit)
model = transformers.AutoModel.from_pretrained(path, revision=commit).eval()
other = keras_hub.models.Backbone.from_preset(f"hf://{path}")
asked = reader(["How many books?", "Ten."], padding=True, return_tensors="np", return_token_type_ids=True)
with torch.no_grad():
    one = model(**{name: torch.tensor(value) for name, value in asked.items()}).last_hidden_state.numpy()
ids = {"token_ids": asked["input_ids"], "segment_ids": asked["token_type_ids"], "padding_mask": asked["attention_mask"]}
two = other(ids)["sequence_output"]
two = two.detach().cpu().numpy() if hasattr(two, "detach") else np.asarray(two)
real = asked["attention_mask"].astype(bool)
print("FAR", float(abs(one - two)[real].max()), type(other).__name__)
"""


def test_kerashub_loads_a_bert_of_the_hub_by_its_name(tmp_path):
    """``hf://NAME`` brings the same weights; KerasHub's BERT computes gelu approximately, so not the same digits."""
    pytest.importorskip("keras_hub")
    row = models.entry("encoder", "hub")
    with hub.serve({row.path: (row.version, checkpoint(kind_of(row)))}) as there:
        environment = hub.environment(there, tmp_path / "hf") | {"KERAS_BACKEND": "torch"}
        done = subprocess.run(
            [sys.executable, "-c", KERAS, row.path, row.version], env=environment, capture_output=True, text=True,
            timeout=300,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("FAR")]
    assert float(line.split()[1]) < 1e-2 and line.split()[2] == "BertBackbone"
