"""Lesson 11's question answering: the pipeline beside transformers 5.2's own, and its errors.

The old pipeline runs in a process of its own, from a folder that holds transformers 5.2 with the two packages that it
needs in other versions, beside the environment's torch. Set-up installs the folder; without it the tests fail.
"""

from __future__ import annotations

import collections
import gzip
import inspect
import json
import math
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

import llmlab.models
from llmlab import question_answering as qa
from llmlab.errors import CourseError

ROOT = Path(__file__).resolve().parent.parent
OLD = Path(sys.prefix) / "transformers-5.2"
INSTALL = f'"{sys.executable}" -m pip install --no-deps --target "{OLD}" -r tests/transformers-5.2.txt'
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")
TOLERANCE = 1e-5
CASES = 500  # questions that both pipelines answer, at least

# ---------------------------------------------------------------- checkpoints

ENGLISH = [
    "The old ferry crosses the river twice a day, and in winter only once.",
    "Ms. Ito's shop (opened in 1998!) sells tea,  maps\tand string.\nIt closes at 17:30 on Fridays.",
    "Naïve café-goers paid €3.50 for a cup; the don't-touch-me cake cost twice as much.",
    "a b c a b c",
    "Yes.",
    "Nobody knows who left the lamp on the stairs, but the lamp was the lamp of the captain, said the captain.",
]
UNKNOWN_WORDS = "The sign 😀 hung over 龘 the door and 😀 nobody in 龘 town laughed about the 😀 sign ."
JAPANESE_TEXTS = [
    "古い渡し船は、川を一日に2回渡ります。冬は1回だけです。",
    "伊藤さんの店は1998年に開き、お茶と地図とひもを売っています。\n金曜は17時30分に閉まります。",
    "ﾃﾚﾋﾞとテレビは同じ語です。Ｔシャツ（白）は３枚で２，０００円😀でした。",
    "猫。",
]
QUESTIONS = {
    "en": ["When does it close?", "Who left the lamp on the stairs?", "how many", "What IS sold in the shop in winter?"],
    "ja": ["いつ閉まりますか。", "階段にランプを置いたのはだれですか。", "何回", "冬に店で売っているものは何ですか。"],
}  # fmt: skip


def committed(name: str) -> list[dict]:
    with gzip.open(ROOT / "data" / name, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def texts() -> dict[str, list[str]]:
    """Short and long contexts in both languages; the long ones need several windows."""
    english = [
        paragraph
        for page in committed("rag/handbook.jsonl.gz")[:8]
        for section in page["sections"]
        for paragraph in section["paragraphs"]
    ]
    japanese = [
        "".join(paragraph)
        for page in committed("corpus/ja/dev.jsonl.gz")[:20]
        for section in page["sections"]
        for paragraph in section["paragraphs"]
    ]
    return {
        "en": ENGLISH + [one for one in english if 30 <= len(one.split()) <= 120][:30],
        "ja": JAPANESE_TEXTS + [one for one in japanese if 60 <= len(one) <= 300][:30],
    }


def wordpiece(texts: list[str], lowercase: bool) -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(
        texts, trainers.WordPieceTrainer(vocab_size=700, special_tokens=special, show_progress=False)
    )
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return tokenizer


def bytes_in_pairs(texts: list[str]) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    tokenizer.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=700,
            special_tokens=special,
            show_progress=False,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        ),
    )
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    return tokenizer


def pieces(texts: list[str]) -> Tokenizer:
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(
        texts,
        trainers.UnigramTrainer(
            vocab_size=600, special_tokens=special, unk_token="[UNK]", show_progress=False
        ),
    )
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return tokenizer


def spread(model: torch.nn.Module, seed: int) -> torch.nn.Module:
    """Give a random model scores that differ from token to token, so that no two spans tie."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        if "qa_outputs" in name and parameter.dim() == 2:
            parameter.data = torch.randn(parameter.shape, generator=generator) * 2 / parameter.shape[1] ** 0.5
        elif "embeddings.weight" in name:
            parameter.data = torch.randn(parameter.shape, generator=generator)
    return model.eval()


@pytest.fixture(scope="module")
def checkpoints(texts, tmp_path_factory) -> Path:
    """A folder for each kind of model: random ones with tokenizers of their own, MiniLM's body with a random head."""
    import transformers
    from transformers import AutoTokenizer, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("checkpoints")
    bert = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"),
                    ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"), strict=True))  # fmt: skip
    everything = texts["en"] + texts["ja"]
    tokenizers = {
        "bert": PreTrainedTokenizerFast(
            tokenizer_object=wordpiece(everything, True), model_max_length=128, **bert
        ),
        "distilbert": PreTrainedTokenizerFast(
            tokenizer_object=wordpiece(everything, False),
            model_input_names=["input_ids", "attention_mask"],
            **bert,
        ),
        "roberta": PreTrainedTokenizerFast(
            tokenizer_object=bytes_in_pairs(everything),
            bos_token="<s>", eos_token="</s>", cls_token="<s>", sep_token="</s>",
            pad_token="<pad>", unk_token="<unk>", mask_token="<mask>",
            model_input_names=["input_ids", "attention_mask"],
        ),
        "electra": PreTrainedTokenizerFast(tokenizer_object=pieces(everything), **bert),
        "bert-ja": AutoTokenizer.from_pretrained(ROOT / "data/models/bert-ja-mini"),
    }  # fmt: skip
    small = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    kinds = {
        "bert": ("Bert", small | {"max_position_embeddings": 128}),
        "bert-ja": ("Bert", small | {"max_position_embeddings": 512}),
        "roberta": ("Roberta", small | {"max_position_embeddings": 386, "type_vocab_size": 1, "pad_token_id": 1}),
        "electra": ("Electra", small | {"max_position_embeddings": 512, "embedding_size": 32}),
        "distilbert": (
            "DistilBert",
            {"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 64, "max_position_embeddings": 512},
        ),
    }  # fmt: skip
    for seed, (name, (kind, settings)) in enumerate(kinds.items()):
        torch.manual_seed(seed)  # the same weights at each run
        config = getattr(transformers, f"{kind}Config")(vocab_size=len(tokenizers[name]), **settings)
        model = spread(getattr(transformers, f"{kind}ForQuestionAnswering")(config), seed)
        if name in ("distilbert", "roberta"):  # these like the empty answer
            some = tokenizers[name](QUESTIONS["en"][0], ENGLISH[0], return_tensors="pt")
            with torch.no_grad():
                first = model.base_model(**some).last_hidden_state[0, 0]
            model.qa_outputs.weight.data += 6 * first / first.square().sum()
        model.save_pretrained(folder / name)
        tokenizers[name].save_pretrained(folder / name)
    source = llmlab.models.path("encoder")
    model = transformers.BertForQuestionAnswering.from_pretrained(source)
    head = torch.Generator().manual_seed(11)
    model.qa_outputs.weight.data = torch.randn(model.qa_outputs.weight.shape, generator=head) / 4
    model.save_pretrained(folder / "minilm")
    AutoTokenizer.from_pretrained(source).save_pretrained(folder / "minilm")
    return folder


# ---------------------------------------------------------------- both pipelines on the same cases


def answer_all(folder: str, cases: list[dict]) -> list:
    """Run the cases; the same text runs here and, as a script, beside transformers 5.2."""
    import warnings
    from pathlib import Path

    from transformers import AutoTokenizer, pipeline
    from transformers.utils import logging

    warnings.filterwarnings("ignore")
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    made, found = {}, []
    for case in cases:
        name, side = case["model"], case.get("side", "right")
        if (name, side) not in made:
            place = str(Path(folder) / name)
            tokenizer = AutoTokenizer.from_pretrained(place, padding_side=side)
            made[name, side] = pipeline("question-answering", model=place, tokenizer=tokenizer, device="cpu")
        ask = made[name, side]
        try:
            found.append(ask(question=case["question"], context=case["context"], **case["options"]))
        except BaseException as error:  # tokenizers panic with an exception of their own
            found.append({"error": type(error).__name__})
    return found


def options(draw: random.Random, name: str) -> dict:
    """Draw what a call is given beside question and context."""
    chosen = {"top_k": draw.randint(1, 5)} if draw.random() < 0.8 else {}
    if draw.random() < 0.4:
        chosen["handle_impossible_answer"] = draw.random() < 0.8
    if draw.random() < 0.4:
        chosen["max_answer_len"] = draw.choice((1, 2, 5, 30))
    if draw.random() < 0.6:
        chosen["max_seq_len"] = draw.choice((56, 64, 96, 128))
        chosen["doc_stride"] = draw.choice((4, 11, 16))
    if draw.random() < 0.3:
        chosen["align_to_words"] = draw.random() < 0.3
    if draw.random() < 0.2 and name != "bert-ja":
        chosen["padding"] = draw.choice(("max_length", True))
    if draw.random() < 0.2:
        chosen["max_question_len"] = draw.choice((3, 64))
    return chosen


NAMES = {"bert": 30, "distilbert": 30, "roberta": 30, "electra": 30, "minilm": 14, "bert-ja": 28}


@pytest.fixture(scope="module")
def cases(texts) -> list[dict]:
    """Calls of all kinds, the same at each run: one question, several on one text, pairs, batches."""
    draw, found = random.Random(52), []
    for name, count in NAMES.items():
        for number in range(count):
            language = "ja" if number % 3 == 1 and name not in ("minilm", "bert-ja") else "en"
            short = texts[language] if name != "minilm" else texts[language][:20]
            if name == "bert-ja":  # needs blanks between words
                short = [one for one in short if " " in one][:12] + [UNKNOWN_WORDS] * 4

            def text(short=short, language=language) -> str:
                several = draw.sample(short, draw.choice((1, 1, 2, 4)))
                return ("" if language == "ja" else draw.choice((" ", "  ", "\n"))).join(several)

            questions = draw.sample(QUESTIONS[language], 4)
            case = {"model": name, "language": language, "options": options(draw, name)}
            form = number % 4
            if form == 0:
                case |= {"question": questions[0], "context": text()}
            elif form == 1:
                case |= {"question": questions[:3], "context": text()}
            else:
                many = draw.choice((4, 7))
                case["question"] = [draw.choice(questions) for _ in range(many)]
                case["context"] = [text() for _ in range(many)]
            if form in (1, 3):
                case["options"]["batch_size"] = draw.choice((2, 3, 8))
            found.append(case)
    return found


@pytest.fixture(scope="module")
def old(checkpoints, cases, tmp_path_factory) -> list:
    """What transformers 5.2 answers to the cases, and to those of ``DIFFERENT`` after them."""
    assert OLD.is_dir(), f"transformers 5.2 is missing; run {INSTALL}"
    folder = tmp_path_factory.mktemp("old")
    (folder / "cases.json").write_text(json.dumps(cases + DIFFERENT), encoding="utf-8")
    script = f"""{inspect.getsource(answer_all)}
import json, sys, transformers
assert transformers.__version__ == "5.2.0", transformers.__version__
assert "llmlab" not in sys.modules
cases = json.loads(open(sys.argv[2], encoding="utf-8").read())
json.dump(answer_all(sys.argv[1], cases), open(sys.argv[3], "w", encoding="utf-8"))
"""
    environment = {
        **os.environ,
        "PYTHONPATH": str(OLD),
        "HF_HUB_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }
    arguments = [str(checkpoints), str(folder / "cases.json"), str(folder / "answers.json")]
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads((folder / "answers.json").read_text(encoding="utf-8"))


def of_one(answer: dict | list) -> list[dict]:
    """What was answered to one question, as a list; without 5.2's fillers of probability zero."""
    return [one for one in ([answer] if isinstance(answer, dict) else answer) if one["score"] != 0.0]


def old_end(context: str, end: int) -> int:
    """Where 5.2 puts a word's end with a tokenizer that is not fast: its last character or the last blank after it."""
    blanks = len(context[end:]) - len(context[end:].lstrip(" \t\r\n\u202f"))
    return end + blanks - 1


def differences(case: dict, old: list | dict, new: list | dict) -> list[str]:
    """What differs between two answers to a case, a sentence each."""
    several = isinstance(case["question"], list)
    count = len(case["question"]) if several else 1
    contexts = case["context"] if isinstance(case["context"], list) else [case["context"]] * count
    found = []
    if not several:
        old, new = [old], [new]
    if len(old) != len(new) or len(new) != count:
        return [f"{len(old)} and {len(new)} results for {count} questions"]
    for context, left, right in zip(contexts, old, new, strict=True):
        if len(of_one(left)) == len([left] if isinstance(left, dict) else left) and type(left) is not type(
            right
        ):
            found.append(f"{type(left).__name__} and {type(right).__name__}")
        left, right = of_one(left), of_one(right)
        if len(left) != len(right):
            found.append(f"{len(left)} and {len(right)} answers: {left} {right}")
            continue
        for one, other in zip(left, right, strict=True):
            slow = case["model"] == "bert-ja" and other["answer"]
            answer = " ".join(other["answer"].split()) if slow else other["answer"]
            end = old_end(context, other["end"]) if slow else other["end"]
            if abs(one["score"] - other["score"]) > TOLERANCE:
                found.append(f"scores {one} {other}")
            if (one["start"], one["end"], one["answer"]) != (other["start"], end, answer):
                found.append(f"spans {one} {other}")
            if context[other["start"] : other["end"]] != other["answer"]:
                found.append(f"the span is not the answer: {other}")
    return found


def questions_in(case: dict) -> int:
    return len(case["question"]) if isinstance(case["question"], list) else 1


# What 5.2 does otherwise, on purpose, in the order of ``test_what_differs_is_what_the_module_says``.
DIFFERENT = [
    {"model": "bert", "question": "who", "context": "a b", "options": {"top_k": 5}},
    {"model": "bert", "question": QUESTIONS["en"][1], "context": "b", "side": "left", "options": {"top_k": 5}},
    {"model": "bert-ja", "question": QUESTIONS["ja"][0], "context": JAPANESE_TEXTS[0], "options": {}},
    {"model": "bert", "question": "who", "context": "  ", "options": {}},
    {"model": "distilbert", "question": "who", "context": ENGLISH[0] * 60, "options": {"max_seq_len": 600}},
    {"model": "bert", "question": "who", "context": ENGLISH[0] * 9, "options": {"max_seq_len": 40, "doc_stride": 36}},
    {"model": "bert", "question": QUESTIONS["en"][0] * 20, "context": ENGLISH[0] * 9, "options": {"max_seq_len": 40}},
]  # fmt: skip


@pytest.fixture(scope="module")
def new(checkpoints, cases) -> list:
    """What the course's pipeline answers to the same."""
    return answer_all(str(checkpoints), cases + DIFFERENT)


def test_both_pipelines_answer_alike(cases, old, new):
    failed = [case for case, one in zip(cases, old, strict=False) if "error" in one]
    assert failed == []
    found = {
        number: differences(case, before, after)
        for number, (case, before, after) in enumerate(zip(cases, old, new, strict=False))
    }
    bad = {number: found[number] for number in found if found[number]}
    assert not bad, f"{len(bad)} of {len(cases)} calls differ, first: {list(bad.items())[:3]}"
    assert sum(map(questions_in, cases)) >= CASES


def test_the_cases_are_of_all_kinds(cases, new):
    """Long texts, batches, empty answers, both languages: without them the comparison would say little."""
    counts = collections.Counter()
    for case, answers in zip(cases, new, strict=False):
        several = isinstance(case["question"], list)
        counts[case["model"], case["language"]] += 1
        counts["batch"] += "batch_size" in case["options"] and several
        for answer in answers if several else [answers]:
            best = of_one(answer)[0]
            counts["empty"] += best["answer"] == ""
            counts["top_k", len(of_one(answer))] += 1
    assert all(counts[name, "en"] >= 14 for name in NAMES), counts
    assert all(counts[name, "ja"] >= 10 for name in ("bert", "distilbert", "roberta", "electra")), counts
    assert (
        counts["batch"] >= 50 and counts["empty"] >= 10 and all(counts["top_k", k] >= 20 for k in range(1, 6))
    )


def test_half_of_the_texts_need_several_windows(cases, checkpoints):
    from transformers import pipeline

    windows = []
    for name in ("bert", "roberta"):
        ask = pipeline("question-answering", model=str(checkpoints / name))
        for case in cases:
            if case["model"] == name:
                sort = ask._sanitize_parameters(**case["options"])[0]
                question, context = (
                    one if isinstance(one, str) else one[0] for one in (case["question"], case["context"])
                )
                windows.append(len(list(ask.preprocess({"question": question, "context": context}, **sort))))
    assert sum(count > 1 for count in windows) >= len(windows) / 2, windows


def test_what_differs_is_what_the_module_says(old, new, cases):
    before, after = old[len(cases) :], new[len(cases) :]
    filler, left, no_blank, blank, too_long, no_step, no_room = zip(before, after, strict=True)
    # Three spans in two tokens: 5.2 fills up with zeros.
    assert len(filler[1]) == 3 < len(filler[0]) and of_one(filler[0]) == filler[0][:3]
    assert [one["answer"] for one in filler[0][:3]] == [one["answer"] for one in filler[1]]
    # Padding on the left: 5.2 answers from the question too, with its places, where the context has one letter.
    assert any(one["end"] > len("b") for one in left[0])
    assert (left[1]["start"], left[1]["end"], left[1]["answer"]) == (0, 1, "b")
    assert no_blank[0]["answer"] == JAPANESE_TEXTS[0] and no_blank[1] == {"error": "BadInput"}
    assert blank[0]["answer"] == "" and blank[1] == {"error": "BadInput"}
    for one in (too_long, no_step, no_room):
        assert one[0]["error"] in (
            "RuntimeError",
            "IndexError",
            "PanicException",
            "Exception",
            "TypeError",
        ), one
        assert one[1] == {"error": "BadInput"}


def test_no_line_is_taken_from_the_old_pipeline():
    """Own code: no line of 40 characters, blanks not counted, stands in both."""

    def lines(path: Path) -> set[str]:
        text = [re.sub(r"\s+", "", line.split("#")[0]) for line in path.read_text("utf-8").splitlines()]
        return {line for line in text if len(line) >= 40}

    ours = lines(ROOT / "llmlab" / "question_answering.py")
    theirs = lines(OLD / "transformers" / "pipelines" / "question_answering.py")
    theirs |= lines(OLD / "transformers" / "data" / "processors" / "squad.py")
    assert len(theirs) > 300 and len(ours) > 150 and not ours & theirs, ours & theirs


# ---------------------------------------------------------------- the task is there after an import

SCRIPT = """
from transformers import pipeline
import json, sys
answerer = pipeline("question-answering", model=sys.argv[1], device="cpu")
result = answerer(question="Who left the lamp?", context="Nobody left the lamp. The captain left the map.")
several = answerer(question=["Who?", "What?"], context="The captain left the map.", top_k=2, batch_size=2)
print("RESULT" + json.dumps([result, several]))
"""


def run_script(script: str, checkpoint: Path, **environment: str) -> list:
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT), **environment}
    done = subprocess.run(
        [sys.executable, "-c", script, str(checkpoint)], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.split("RESULT")[1])


UNKNOWN = """
from transformers import pipeline
import sys
try:
    pipeline("question-answering", model=sys.argv[1], device="cpu")
except KeyError:
    import llmlab.question_answering
"""


def test_old_code_runs_unchanged_after_one_import(checkpoints):
    """The import may stand before or after transformers'; without it the task is unknown."""
    place = checkpoints / "bert"
    before = run_script(SCRIPT, place, PYTHONPATH=str(OLD))
    first = run_script("import llmlab.question_answering" + SCRIPT, place)
    last = run_script(UNKNOWN + SCRIPT, place)
    assert first == last
    scores = []
    for result, several in (before, first):
        rows = [result, *several[0], *several[1]]
        scores.append([one.pop("score") for one in rows])
    assert before == first and len(scores[0]) == 5
    assert scores[1] == pytest.approx(scores[0], abs=TOLERANCE)


def test_the_task_is_registered_once_with_the_old_default():
    from transformers import AutoModelForQuestionAnswering
    from transformers.pipelines import PIPELINE_REGISTRY

    qa.register()
    _, task, _ = PIPELINE_REGISTRY.check_task("question-answering")
    assert task["impl"] is qa.QuestionAnsweringPipeline and task["pt"] == (AutoModelForQuestionAnswering,)
    assert task["type"] == "text"
    old = (OLD / "transformers" / "pipelines" / "__init__.py").read_text("utf-8")
    name, revision = task["default"]["model"]
    assert f'"default": {{"model": ("{name}", "{revision}")}}' in old
    assert "question-answering" in PIPELINE_REGISTRY.get_supported_tasks()
    with pytest.raises(AttributeError):
        _ = qa.SomethingElse


# ---------------------------------------------------------------- inputs


@pytest.fixture(scope="module")
def ask(checkpoints):
    from transformers import pipeline

    return pipeline("question-answering", model=str(checkpoints / "bert"), device="cpu")


TEXT = ENGLISH[-1]
ONE = {"question": "Who left the lamp?", "context": TEXT}
OTHER = {"question": "Where is it?", "context": ENGLISH[0]}


def test_every_form_of_input_gives_the_same(ask):
    from torch.utils.data import Dataset

    class Rows(Dataset):
        def __len__(self):
            return 2

        def __getitem__(self, number):
            return (ONE, OTHER)[number]

    class SquadExample:
        def __init__(self, question_text, context_text):
            self.question_text, self.context_text = question_text, context_text

    one, other = ask(**ONE), ask(**OTHER)
    assert (
        set(one) == {"score", "start", "end", "answer"} and TEXT[one["start"] : one["end"]] == one["answer"]
    )
    assert ask(ONE) == ask([ONE]) == ask(ONE["question"], ONE["context"]) == one
    assert ask(SquadExample(ONE["question"], TEXT)) == ask(ask.create_sample(**ONE)) == one
    assert ask({**ONE, "id": 7}) == one
    both = [one, other]
    assert ask([ONE, OTHER]) == ask(ONE, OTHER) == ask((ONE, OTHER)) == both
    assert ask(question=[ONE["question"], OTHER["question"]], context=[TEXT, ENGLISH[0]]) == both
    assert ask(ask.create_sample([ONE["question"], OTHER["question"]], [TEXT, ENGLISH[0]])) == both
    stream = ask(row for row in (ONE, OTHER))
    assert not isinstance(stream, list) and list(stream) == both
    assert list(ask(Rows())) == both
    two = ask(question=["Who?", "Where?"], context=TEXT)
    assert two == [ask(question="Who?", context=TEXT), ask(question="Where?", context=TEXT)]


def test_parameters_may_stand_in_the_pipeline_or_in_the_call(checkpoints, ask):
    from transformers import pipeline

    fixed = pipeline(
        "question-answering", model=str(checkpoints / "bert"), device="cpu", top_k=3, max_answer_len=2
    )
    assert fixed(**ONE) == ask(**ONE, top_k=3, max_answer_len=2) and len(fixed(**ONE)) == 3
    assert fixed(**ONE, top_k=1) == ask(**ONE, max_answer_len=2)


ROWS = [ONE, OTHER, {"question": "what", "context": "a b c"}, {"question": "When?", "context": TEXT * 6}]


def test_batches_change_nothing(ask):
    options = {"top_k": 3, "handle_impossible_answer": True, "max_seq_len": 64, "doc_stride": 16}
    alone = [ask(row, **options) for row in ROWS]
    for size in (2, 3, 8):
        for left, right in zip(alone, ask(ROWS, batch_size=size, **options), strict=True):
            assert [one["answer"] for one in left] == [one["answer"] for one in right]
            assert [one["score"] for one in left] == pytest.approx(
                [one["score"] for one in right], abs=TOLERANCE
            )


@pytest.mark.parametrize("side", ["right", "left"])
@pytest.mark.parametrize("padding", ["do_not_pad", "max_length"])
def test_the_tokens_that_may_answer_are_the_contexts(checkpoints, side, padding):
    from transformers import AutoTokenizer, pipeline

    tokenizer = AutoTokenizer.from_pretrained(checkpoints / "bert", padding_side=side)
    ask = pipeline("question-answering", model=str(checkpoints / "bert"), tokenizer=tokenizer, device="cpu")
    for row in ROWS:
        windows = list(ask.preprocess(row, max_seq_len=64, doc_stride=16, padding=padding))
        assert [one["is_last"] for one in windows] == [False] * (len(windows) - 1) + [True]
        for window in windows:
            tokens = tokenizer.convert_ids_to_tokens(
                window["input_ids"][window["answerable"].bool()].tolist()
            )
            for token, span in zip(tokens, window["tokens"], strict=True):
                assert token in (
                    row["context"][slice(*span)].lower(),
                    "##" + row["context"][slice(*span)].lower(),
                )
        covered = {place for window in windows for span in window["tokens"] for place in range(*span)}
        assert covered == {place for place, sign in enumerate(row["context"]) if not sign.isspace()}
    for answers in ask(ROWS, top_k=3, max_seq_len=64, doc_stride=16, batch_size=2):
        assert all(one["end"] > one["start"] for one in answers)


def test_half_precision_and_adapters(checkpoints):
    from peft import LoraConfig, get_peft_model
    from transformers import AutoTokenizer, BertForQuestionAnswering, pipeline

    place = checkpoints / "bert"
    tokenizer = AutoTokenizer.from_pretrained(place)
    exact = pipeline("question-answering", model=str(place), device="cpu")(**ONE)
    for dtype in (torch.bfloat16, torch.float16):
        close = pipeline("question-answering", model=str(place), dtype=dtype, device="cpu")(**ONE)
        assert close["answer"] == exact["answer"] and close["score"] == pytest.approx(exact["score"], rel=0.1)
    adapted = get_peft_model(
        BertForQuestionAnswering.from_pretrained(place), LoraConfig(task_type="QUESTION_ANS", r=2)
    ).eval()
    ask = pipeline("question-answering", model=adapted, tokenizer=tokenizer, device="cpu")
    assert ask(**ONE) == pytest.approx(exact, abs=1e-5)  # an adapter starts as nothing


def test_a_saved_pipeline_is_a_model_and_its_tokenizer(ask, tmp_path):
    from transformers import pipeline

    ask.save_pretrained(tmp_path)
    assert not list(tmp_path.glob("*.py"))
    assert "custom_pipelines" not in json.loads((tmp_path / "config.json").read_text("utf-8"))
    assert pipeline("question-answering", model=str(tmp_path), device="cpu")(**ONE) == ask(**ONE)


# ---------------------------------------------------------------- what goes wrong is one Japanese sentence

WRONG = {
    "nothing": ((), {}, qa.MissingInput, "question"),
    "no context": ((), {"question": "Who?"}, qa.MissingInput, "context"),
    "no question": ((), {"context": TEXT}, qa.MissingInput, "question"),
    "dictionary without question": (({"context": TEXT},), {}, qa.MissingInput, "question"),
    "dictionary without context": (({"question": "Who?"},), {}, qa.MissingInput, "context"),
    "empty context": ((), {"question": "Who?", "context": ""}, qa.BadInput, "context.*空"),
    "blank context": ((), {"question": "Who?", "context": " \n\u3000"}, qa.BadInput, "context.*空"),
    "empty question": ((), {"question": "", "context": TEXT}, qa.BadInput, "question.*空"),
    "no text": (({"question": "Who?", "context": None},), {}, qa.BadInput, "context.*文字列"),
    "a number": (({"question": 3, "context": TEXT},), {}, qa.BadInput, "question.*文字列"),
    "a text alone": (("Who?",), {}, qa.BadInput, "辞書"),
    "something else": ((3,), {}, qa.BadInput, "辞書"),
    "no list": ((), {"question": 3, "context": TEXT}, qa.BadInput, "リスト"),
    "one question, two contexts": ((), {"question": "Who?", "context": [TEXT, TEXT]}, qa.BadInput, "リスト|同じ数"),
    "lengths": ((), {"question": ["Who?", "Where?"], "context": [TEXT]}, qa.BadInput, "2 個.*1 個"),
    "none at all": (([],), {}, qa.BadInput, "一つもありません"),
    "no lists": ((), {"question": [], "context": []}, qa.BadInput, "一つもありません"),
    "in a batch": (([ONE, {"question": "Who?"}],), {}, qa.MissingInput, "context"),
    "top_k": ((ONE,), {"top_k": 0}, qa.BadInput, "top_k.*1 以上"),
    "max_answer_len": ((ONE,), {"max_answer_len": 0}, qa.BadInput, "max_answer_len.*1 以上"),
    "stride over length": ((ONE,), {"max_seq_len": 32, "doc_stride": 33}, qa.BadInput, "33.*32"),
    "stride without room": (({**ONE, "context": TEXT * 9},), {"max_seq_len": 40, "doc_stride": 38}, qa.BadInput, "doc_stride を"),
    "question too long": (({"question": "who " * 90, "context": TEXT},), {"max_seq_len": 64}, qa.BadInput, "質問を短く"),
    "longer than the model": (({**ONE, "context": TEXT * 30},), {"max_seq_len": 200}, qa.BadInput, "200 トークン.*128 トークン.*max_seq_len=128"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_input_is_one_japanese_sentence(ask, name):
    args, named, kind, words = WRONG[name]
    with pytest.raises(kind) as caught:
        ask(*args, **named)
    assert_clear(caught.value, words)
    # Old code that catches what 5.2 raised still does.
    assert isinstance(caught.value, KeyError if kind is qa.MissingInput else ValueError)


def assert_clear(error: Exception, words: str) -> None:
    assert isinstance(error, CourseError) and JAPANESE.search(str(error))
    assert re.search(words, str(error)), str(error)
    assert str(error).endswith(("。", "）。")) and "\n" not in str(error) and not str(error).startswith("'")


def test_the_sentence_reaches_who_reads_a_generator(ask):
    with pytest.raises(qa.MissingInput, match="context"):
        list(ask(row for row in (ONE, {"question": "Who?"})))


def test_the_remedies_in_the_sentences_help(ask):
    long = {**ONE, "context": TEXT * 30}
    with pytest.raises(qa.BadInput) as caught:
        ask(long, max_seq_len=200)
    assert ask(long, max_seq_len=int(re.search(r"max_seq_len=(\d+)", str(caught.value))[1]))["answer"]
    short = {**ONE, "context": TEXT * 2}
    with pytest.raises(qa.BadInput) as caught:
        ask(short, max_seq_len=40, doc_stride=38)
    largest = int(re.search(r"doc_stride を (\d+) 以下", str(caught.value))[1])
    assert ask(short, max_seq_len=40, doc_stride=largest)["answer"]
    with pytest.raises(qa.BadInput):
        ask(short, max_seq_len=40, doc_stride=largest + 1)


def test_a_tokenizer_that_is_not_fast_needs_blanks(checkpoints):
    from transformers import pipeline

    ask = pipeline("question-answering", model=str(checkpoints / "bert-ja"), device="cpu")
    with pytest.raises(qa.BadInput) as caught:
        ask(question="だれですか。", context="机の上に本があります。")
    assert_clear(caught.value, "BertJapaneseTokenizer.*高速版.*空白")
    for stride, largest in ((0, 10), (11, 10)):
        with pytest.raises(qa.BadInput) as caught:
            ask(
                question="だれ です か 。",
                context="本 が あり ます 。 " * 4,
                max_seq_len=18,
                doc_stride=stride,
            )
        assert_clear(caught.value, f"doc_stride={stride} では.*1 以上 {largest} 以下")
    text = "机 の 上 に 本 が あり ます 。"
    words = [found.span() for found in re.finditer(r"\S+", text)]
    for answer in ask(question="だれ です か 。", context=text, top_k=5):
        assert answer["start"] in [start for start, _ in words] and answer["end"] in [end for _, end in words]
        assert answer["answer"] == text[answer["start"] : answer["end"]]


def test_a_model_without_its_tokenizer(checkpoints):
    from transformers import BertForQuestionAnswering

    with pytest.raises(qa.BadInput) as caught:
        qa.QuestionAnsweringPipeline(model=BertForQuestionAnswering.from_pretrained(checkpoints / "bert"))
    assert_clear(caught.value, "トークナイザー")


@pytest.mark.parametrize(("name", "longest"), [("bert", 128), ("roberta", 384), ("distilbert", 512)])
def test_the_positions_of_a_model(checkpoints, name, longest):
    from transformers import AutoModelForQuestionAnswering

    model = AutoModelForQuestionAnswering.from_pretrained(checkpoints / name)
    assert qa.longest_input(model) == longest
    model(input_ids=torch.full((1, longest), 7))
    with pytest.raises((IndexError, RuntimeError)):
        model(input_ids=torch.full((1, longest + 1), 7))


def test_a_model_whose_positions_have_no_end():
    assert qa.longest_input(torch.nn.Linear(2, 2)) is None


# ---------------------------------------------------------------- the parts


@pytest.mark.parametrize("longest", [1, 3, 15])
def test_best_spans_are_those_that_counting_finds(longest):
    generator = torch.Generator().manual_seed(longest)
    start, end = torch.rand(2, 12, generator=generator, dtype=torch.double)
    every = sorted(
        ((float(start[i] * end[j]), i, j) for i in range(12) for j in range(i, min(12, i + longest))),
        reverse=True,
    )
    assert qa.best_spans(start, end, 7, longest) == [pytest.approx(one) for one in every[:7]]
    assert len(qa.best_spans(start, end, 10_000, longest)) == len(every)


def test_the_length_of_a_span_counts_the_tokens_between():
    start = end = torch.tensor([0.5, 0.3, 0.2])
    spans = qa.best_spans(start, end, 9, 2, torch.tensor([4, 6, 7]))
    assert [one[1:] for one in spans] == [(0, 0), (1, 1), (1, 2), (2, 2)]


def test_probabilities_are_shared_by_the_context_and_no_answer():
    logits = torch.tensor([2.0, 9.0, 1.0, 0.0, 9.0])
    inside = torch.tensor([0, 0, 1, 1, 0])
    shares, nothing = qa.probabilities(logits, inside, 0)
    whole = math.exp(2) + math.exp(1) + 1
    assert shares.tolist() == pytest.approx([math.exp(1) / whole, 1 / whole])
    assert nothing == pytest.approx(math.exp(2) / whole)
    shares, nothing = qa.probabilities(logits, inside, None)
    assert nothing == 0.0 and shares.sum() == pytest.approx(1)
