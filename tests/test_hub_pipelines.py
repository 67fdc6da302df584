"""Lesson 11's cell for the profile with a network: a task by its name alone, at the revision that transformers pins.

The hub on loopback holds small random models of the same kind under the default models' names, at these revisions and
nothing else.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import hub
import nbformat
import torch
import transformers
from safetensors.torch import save
from tokenizers import Tokenizer, normalizers, pre_tokenizers, processors
from tokenizers import models as kinds

ROOT = Path(__file__).resolve().parent.parent
CONTEXT, QUESTION = "the box is in the red house .", "where is the box ?"
SIZE = {"dim": 16, "hidden_dim": 32, "n_heads": 2, "n_layers": 1}
DEFAULTS = {  # task: repository, the abbreviated commit that transformers pins, kind of model
    "sentiment-analysis": (
        "distilbert/distilbert-base-uncased-finetuned-sst-2-english",
        "714eb0f",
        transformers.DistilBertForSequenceClassification,
    ),
    "question-answering": (
        "distilbert/distilbert-base-cased-distilled-squad",
        "564e9b5",
        transformers.DistilBertForQuestionAnswering,
    ),
}


def files(kind) -> dict[str, bytes]:
    """Return the files of a small DistilBERT, as on the hub."""
    words = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *sorted({*f"{CONTEXT} {QUESTION} i love this course".split()}),
    ]
    core = Tokenizer(kinds.WordPiece({word: place for place, word in enumerate(words)}, unk_token="[UNK]"))
    core.normalizer, core.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    core.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    torch.manual_seed(0)
    model = kind(transformers.DistilBertConfig(vocab_size=len(words), **SIZE))
    config = json.loads(model.config.to_json_string()) | {"architectures": [kind.__name__]}
    if "Sequence" in kind.__name__:
        config |= {"id2label": {"0": "NEGATIVE", "1": "POSITIVE"}, "label2id": {"NEGATIVE": 0, "POSITIVE": 1}}
    return {
        "config.json": json.dumps(config).encode(),
        "tokenizer.json": core.to_str().encode(),
        "tokenizer_config.json": json.dumps({"model_max_length": 512}).encode(),
        "vocab.txt": "\n".join(words).encode(),
        "model.safetensors": save(model.state_dict(), {"format": "pt"}),
    }


FEW = """
from types import SimpleNamespace
from transformers import pipeline
from transformers.pipelines import PIPELINE_REGISTRY
from IPython.display import Markdown
display = print
from llmlab import runtime
"""


def run(environment: dict) -> str:
    """Run the cells ``registry`` and ``extra-hub-run`` of the lesson in a process of their own; return what they print."""
    lesson = nbformat.read(ROOT / "notebooks" / "11_pipelines.ipynb", as_version=4)
    cells = {cell.id: cell.source for cell in lesson.cells}
    example = f"example = SimpleNamespace(question={QUESTION!r}, context={CONTEXT!r})"
    script = [
        FEW,
        cells["registry"],
        "from llmlab import question_answering",
        example,
        cells["extra-hub-run"],
    ]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(script)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_a_task_by_its_name_takes_the_pinned_default_model(tmp_path):
    held = {path: (short + "0" * (40 - len(short)), files(kind)) for path, short, kind in DEFAULTS.values()}
    with hub.serve(held) as there:
        environment = hub.environment(there, tmp_path)
        environment |= {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
        printed = run(environment)
    fetched = [path for command, path in there.requests if command == "GET" and "model.safetensors" in path]
    for task, (repository, short, _) in DEFAULTS.items():
        assert f"{task} {repository} " in printed
        assert [path for path in fetched if path.startswith(f"/{repository}/resolve/{short}")], (
            "the pinned revision"
        )
    assert len(fetched) == len(DEFAULTS) and ("POSITIVE" in printed or "NEGATIVE" in printed)
    assert "'start': " in printed, "an answer from the context"


def test_without_the_profile_nothing_is_asked_for(tmp_path):
    with hub.serve({}) as there:
        printed = run(hub.environment(there, tmp_path, "cpu"))
    assert not there.requests
    for repository, short, _ in DEFAULTS.values():
        assert repository in printed and short in printed
