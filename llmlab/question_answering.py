"""``pipeline("question-answering")``, which transformers took out in 5.3, as an own pipeline that importing registers.

    from llmlab import question_answering  # after or before the line below
    from transformers import pipeline
    pipeline("question-answering", model=folder)(question="Where is it?", context="It is in the box.")

Extractive question answering: the model gives each token a score for being the answer's first and one for being its
last. Inputs, parameters and outputs are those of transformers 5.2, its documentation at
https://huggingface.co/docs/transformers/v5.2.0/main_classes/pipelines; ``tests/test_question_answering.py`` runs both.
On purpose other than in 5.2:

* What goes wrong is one Japanese sentence (``BadInput``, still a ``ValueError``; ``MissingInput``, still a
  ``KeyError``): also a blank context, an input longer than the model's positions, a ``doc_stride`` without room.
* Only spans of the context are answers. 5.2 filled up ``top_k`` in short contexts with pairs of probability zero, whose
  end lies before their start, and with a tokenizer that pads on the left it answered from the question too.
* Windows that would leave words between them unread are an error.
* With a tokenizer that is not fast, ``answer`` is ``context[start:end]``. In 5.2 ``end`` moved on where more than one
  blank follows, fell short by one at the context's end, and ``answer`` had one blank for any white space. A context
  without white space is one word there, so 5.2 returned all of it; here that is an error.
* A call takes a dictionary, a list of them or a generator as its first argument too, as in 4.x.
* Probabilities are computed in double precision, whatever the model's dtype.
"""

from __future__ import annotations

import importlib.abc
import importlib.util
import inspect
import re
import sys
import types
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from llmlab.errors import CourseError

if TYPE_CHECKING:
    import torch

TASK = "question-answering"
DEFAULT = ("distilbert/distilbert-base-cased-distilled-squad", "564e9b5")  # as transformers 5.2 pins it
WINDOW, OVERLAP = 384, 128  # tokens of a window and of what two neighbours share
LARGEST = 15  # tokens of an answer


class BadInput(CourseError, ValueError):
    """An input that no answer can be given for."""


class MissingInput(CourseError, KeyError):
    """An input without its question or its context."""

    __str__ = CourseError.__str__  # a KeyError shows its text in quotation marks


@dataclass(frozen=True)
class Example:
    """A question and the text that its answer stands in; transformers' SquadExample has the same two names."""

    question_text: str
    context_text: str


# ---------------------------------------------------------------- what is asked


def as_example(given: object) -> Example:
    """Return what was given, a dictionary or an object like SquadExample, as an Example.

    Raises
    ------
    MissingInput
        When the question or the context is missing.
    BadInput
        When one of them is no text or blank, or when something else was given.
    """
    found = {}
    for name in ("question", "context"):
        if isinstance(given, dict):
            if name not in given:
                raise MissingInput(
                    f"`{name}` がありません。question（質問）と context（文章）の二つを渡してください。"
                )
            found[name] = given[name]
        elif hasattr(given, f"{name}_text"):
            found[name] = getattr(given, f"{name}_text")
        else:
            raise BadInput(
                f"{type(given).__name__} は読めません。"
                '{"question": 質問, "context": 文章} の形の辞書で渡してください。'
            )
        if not isinstance(found[name], str):
            raise BadInput(f"`{name}` は文字列で渡してください。今は {type(found[name]).__name__} です。")
        if not found[name].strip():
            raise BadInput(
                f"`{name}` が空です。{'質問' if name == 'question' else '答えを探す文章'}を入れてください。"
            )
    return Example(found["question"], found["context"])


def pair_up(question: str | list[str], context: str | list[str]) -> list[dict]:
    """Return dictionaries of a question or several and a context or one for each.

    Raises
    ------
    BadInput
        When the numbers differ, or when several contexts stand beside one question.
    """
    if isinstance(question, str) and isinstance(context, str):
        question = [question]
    if not isinstance(question, list) or not isinstance(context, str | list):
        raise BadInput(
            "question は文字列かリスト、context は文字列か、question と同じ数のリストにしてください。"
        )
    contexts = [context] * len(question) if isinstance(context, str) else context
    if len(question) != len(contexts):
        raise BadInput(
            f"question は {len(question)} 個、context は {len(contexts)} 個です。同じ数にしてください。"
        )
    return [{"question": one, "context": text} for one, text in zip(question, contexts, strict=True)]


def read_inputs(args: tuple, named: dict) -> object:
    """Return what a call was given as a list of examples; a generator or a data set stays as it is.

    Raises
    ------
    MissingInput
        When neither a dictionary nor both question and context were given.
    BadInput
        When an input cannot be answered, or when there is none.
    """
    from torch.utils.data import Dataset

    if args:
        given = args[0] if len(args) == 1 else list(args)
        if len(args) == 2 and all(isinstance(one, str) for one in args):
            given = pair_up(*args)
    else:
        for name in ("question", "context"):
            if named.get(name) is None:
                raise MissingInput(
                    f"`{name}` がありません。question=質問 と context=文章 の二つを渡してください。"
                )
        given = pair_up(named["question"], named["context"])
    if isinstance(given, types.GeneratorType | Dataset):
        return given  # read one by one in `preprocess`
    several = given if isinstance(given, Iterable) and not isinstance(given, dict | str) else [given]
    examples = [as_example(one) for one in several]
    if not examples:
        raise BadInput("質問が一つもありません。question と context を一つ以上渡してください。")
    return examples


# ---------------------------------------------------------------- text to windows of tokens


@dataclass
class Window:
    """A piece of the context with the question beside it, as the model reads it.

    Attributes
    ----------
    encoded
        The tokenizer's lists of numbers: ``input_ids``, ``attention_mask``, ``token_type_ids``.
    answerable
        One number for each token: 1 where it belongs to the context.
    tokens
        For each token of the context, its first character and the one after its last.
    words
        The same for the whole word that the token is part of; None where the tokenizer knows no word.
    """

    encoded: dict[str, list[int]]
    answerable: list[int]
    tokens: list[tuple[int, int]]
    words: list[tuple[int, int] | None]


def fast_windows(
    tokenizer, example: Example, length: int, overlap: int, padding: bool | str
) -> Iterator[Window]:
    """Cut question and context with a fast tokenizer, which remembers the characters of each token."""
    context = int(tokenizer.padding_side == "right")  # which of the two texts the context is
    texts = [example.question_text, example.context_text]
    encoded = tokenizer(
        *(texts if context else reversed(texts)),
        truncation=("only_first", "only_second")[context],
        max_length=length,
        stride=overlap,
        padding=padding,
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
        return_token_type_ids=True,
    )
    inputs = [
        name
        for name in ("input_ids", "attention_mask", "token_type_ids", *tokenizer.model_input_names)
        if name in encoded
    ]
    for number in range(len(encoded["input_ids"])):
        answerable = [int(text == context) for text in encoded.sequence_ids(number)]
        places = [place for place, inside in enumerate(answerable) if inside]
        words = [encoded.token_to_word(number, place) for place in places]
        yield Window(
            encoded={name: encoded[name][number] for name in inputs},
            answerable=answerable,
            tokens=[tuple(encoded["offset_mapping"][number][place]) for place in places],
            words=[
                None if word is None else tuple(encoded.word_to_chars(number, word, context))
                for word in words
            ],
        )


def slow_windows(
    tokenizer, example: Example, length: int, step: int, longest_question: int, padding: bool | str
) -> Iterator[Window]:
    """Cut question and context with a tokenizer that forgets the characters: answers are whole words.

    A word is what stands between blanks. Here ``step`` is how far the next window lies ahead, as it was in 5.2.
    """
    spans = [found.span() for found in re.finditer(r"[^ \t\r\n\u202f]+", example.context_text)]
    pieces = [
        (token, span) for span in spans for token in tokenizer.tokenize(example.context_text[slice(*span)])
    ]
    ids = tokenizer.convert_tokens_to_ids([token for token, _ in pieces])
    question = tokenizer.encode(example.question_text, add_special_tokens=False)[:longest_question]
    room = length - len(question) - tokenizer.num_special_tokens_to_add(pair=True)
    question_first = tokenizer.padding_side == "right"
    for start in range(0, len(ids), step):
        part, where = ids[start : start + room], [span for _, span in pieces[start : start + room]]
        encoded = tokenizer.prepare_for_model(
            *((question, part) if question_first else (part, question)),
            padding=padding,
            max_length=length,
            return_token_type_ids=True,
            return_attention_mask=True,
            return_special_tokens_mask=True,
        )
        texts = [place for place, special in enumerate(encoded.pop("special_tokens_mask")) if not special]
        places = texts[len(question) :] if question_first else texts[: len(part)]
        # 5.2 took unknown words for special tokens.
        inside = {
            place: span
            for place, span, number in zip(places, where, part, strict=True)
            if number not in tokenizer.all_special_ids
        }
        yield Window(
            encoded=dict(encoded),
            answerable=[int(place in inside) for place in range(len(encoded["input_ids"]))],
            tokens=list(inside.values()),
            words=list(inside.values()),
        )
        if start + room >= len(ids):
            break


def check_room(tokenizer, example: Example, length: int, overlap: int, question: int) -> None:
    """Make sure that a window has room for the context beside the question.

    Raises
    ------
    BadInput
        When the question fills the window, when the next window would not lie ahead of the last, or when it would leave
        words out.
    """
    room = length - question - tokenizer.num_special_tokens_to_add(pair=True)
    whole = len(tokenizer.tokenize(example.context_text))
    if whole <= room:
        return
    if room < 1:
        raise BadInput(
            f"質問が {question} トークンあり、max_seq_len={length} では文章を読む場所がありません。"
            "質問を短くするか、max_seq_len を大きくしてください。"
        )
    if not tokenizer.is_fast and not 1 <= overlap <= room:  # here it is how far the next window lies ahead
        raise BadInput(
            f"一度に読める文章は {room} トークンなので、doc_stride={overlap} では読まない所が残ります。"
            f"doc_stride を 1 以上 {room} 以下にするか、max_seq_len を大きくしてください。"
        )
    if tokenizer.is_fast and overlap >= room:
        raise BadInput(
            f"一度に読める文章は {room} トークンなので、doc_stride={overlap} では次へ進めません。"
            f"doc_stride を {room - 1} 以下にするか、max_seq_len を大きくしてください。"
        )


def check_words(tokenizer, example: Example) -> None:
    """Make sure that a tokenizer which is not fast finds more than one word in the context.

    Raises
    ------
    BadInput
        When the context has no white space: its only word, all of it, would be the answer.
    """
    if not tokenizer.is_fast and len(re.split(r"[ \t\r\n\u202f]+", example.context_text.strip())) == 1:
        raise BadInput(
            f"{type(tokenizer).__name__} は高速版（fast）のトークナイザーではなく、トークンの文字位置を返しません。"
            "文章の語を空白で区切るか、高速版のトークナイザーを持つモデルを使ってください。"
        )


def longest_input(model) -> int | None:
    """Return how many tokens a model has positions for; None when its positions have no end."""
    from torch import nn

    for name, module in model.named_modules():
        if name.endswith("position_embeddings") and isinstance(module, nn.Embedding):
            unused = 0 if module.padding_idx is None else module.padding_idx + 1
            return module.num_embeddings - unused
    return None


# ---------------------------------------------------------------- scores to answers


def probabilities(
    logits: torch.Tensor, answerable: torch.Tensor, no_answer: int | None
) -> tuple[torch.Tensor, float]:
    """Return each context token's probability and that of [CLS], which stands for "no answer here".

    The question and the other special tokens take no part in the softmax. [CLS] always does.
    """
    inside = answerable.nonzero().flatten().tolist()
    places = inside if no_answer is None else [no_answer, *inside]
    shares = logits[places].double().softmax(-1)
    return (shares, 0.0) if no_answer is None else (shares[1:], float(shares[0]))


def best_spans(
    start: torch.Tensor, end: torch.Tensor, count: int, longest: int, places: torch.Tensor | None = None
) -> list[tuple[float, int, int]]:
    """Return the most probable spans as (probability, first token, last token), the best one first.

    A span's probability is that of its first token times that of its last. Spans of more than ``longest`` tokens and
    spans that end before they start do not count. ``places`` says where the tokens stand, if not one after the other.
    """
    import torch

    pairs = torch.outer(start, end)  # row: first token, column: last token
    places = torch.arange(len(start)) if places is None else places
    ahead = places[None, :] - places[:, None]
    allowed = (ahead >= 0) & (ahead < longest)
    first, last = allowed.nonzero(as_tuple=True)
    scores, order = pairs[allowed].topk(min(count, len(first)))
    return [
        (score, int(first[k]), int(last[k])) for score, k in zip(scores.tolist(), order.tolist(), strict=True)
    ]


def characters(output: dict, first: int, last: int, whole_words: bool) -> tuple[int, int]:
    """Return the characters from one context token of a window to another, widened to whole words if wanted."""
    left, right = output["words"][first], output["words"][last]
    if not whole_words or left is None or right is None:
        left, right = output["tokens"][first], output["tokens"][last]
    return left[0], right[1]


# ---------------------------------------------------------------- the pipeline


class Steps:
    """What a pipeline does for a question: ``preprocess``, ``_forward``, ``postprocess``.

    ``QuestionAnsweringPipeline`` is this with transformers' ChunkPipeline below it, which makes the batches, asks for
    one item after the other and collects the windows of each.
    """

    _load_tokenizer = True
    _load_processor = False
    _load_image_processor = False
    _load_feature_extractor = False
    default_input_names = "question,context"

    def __init__(self, model, tokenizer=None, **named):
        if tokenizer is None:
            raise BadInput(
                "トークナイザーがありません。pipeline(…, tokenizer=…) で、モデルと組のものを渡してください。"
            )
        super().__init__(model, tokenizer, **named)
        from transformers.models.auto.modeling_auto import MODEL_FOR_QUESTION_ANSWERING_MAPPING_NAMES as names

        self.check_model_type([*names.values(), "PeftModelForQuestionAnswering"])
        self._longest = longest_input(self.model)

    @staticmethod
    def create_sample(question: str | list[str], context: str | list[str]) -> Example | list[Example]:
        """Return an Example, or a list of them for lists."""
        if isinstance(question, list):
            return [as_example(one) for one in pair_up(question, context)]
        return as_example({"question": question, "context": context})

    def __call__(self, *args, question=None, context=None, **kwargs):
        """Answer one question or several.

        Parameters
        ----------
        question, context
            Two texts; several questions on one context; or two lists of the same length. In their place a dictionary
            with both, a list of dictionaries, or a generator of them.
        top_k
            How many answers, the most probable first; fewer when the context has no more.
        doc_stride, max_seq_len
            A window holds ``max_seq_len`` tokens (384, or the tokenizer's limit if lower), two neighbours share
            ``doc_stride`` (128, or half a window if less).
        max_answer_len
            The most tokens of an answer, 15.
        max_question_len
            What a tokenizer that is not fast cuts a question to, 64 tokens.
        handle_impossible_answer
            Whether the empty answer may win, with the probability that is its lowest in all windows.
        align_to_words
            Whether answers grow to whole words.
        padding
            As for a tokenizer.

        Returns
        -------
        dict or list
            ``score``, ``start``, ``end`` and ``answer`` of the best answer; with ``top_k`` a list of them. Several
            questions give a list, a generator gives an iterator. With a fast tokenizer, answers of the same words
            count as one and their scores are added: over windows that is no probability and may exceed 1.

        Raises
        ------
        MissingInput, BadInput
            When a question cannot be answered as it stands.
        """
        inputs = read_inputs(args, {"question": question, "context": context})
        alone = isinstance(inputs, list) and len(inputs) == 1
        return super().__call__(inputs[0] if alone else inputs, **kwargs)

    def _sanitize_parameters(self, **given):
        """Sort named parameters into those of preprocess, _forward and postprocess; others are left out, as in 5.2."""
        for name in ("top_k", "max_answer_len"):
            if given.get(name) is not None and given[name] < 1:
                raise BadInput(f"{name} は 1 以上にしてください。今は {given[name]} です。")

        def chosen(*names: str) -> dict:
            return {name: given[name] for name in names if given.get(name) is not None}

        return (
            chosen("padding", "doc_stride", "max_question_len", "max_seq_len"),
            {},
            chosen("top_k", "max_answer_len", "handle_impossible_answer", "align_to_words"),
        )

    def preprocess(
        self,
        example,
        padding: bool | str = "do_not_pad",
        doc_stride: int | None = None,
        max_question_len: int = 64,
        max_seq_len: int | None = None,
    ) -> Iterator[dict]:
        """Yield the windows of one question, each as the model's tensors and what finds the answer's characters.

        Raises
        ------
        BadInput
            When the windows have no room for the context, or more tokens than the model has positions.
        """
        import torch

        example, tokenizer = as_example(example), self.tokenizer
        length = min(tokenizer.model_max_length, WINDOW) if max_seq_len is None else max_seq_len
        overlap = min(length // 2, OVERLAP) if doc_stride is None else doc_stride
        if overlap > length:
            raise BadInput(
                f"doc_stride={overlap} が max_seq_len={length} より大きいです。小さくしてください。"
            )
        question = len(tokenizer.tokenize(example.question_text))
        if tokenizer.is_fast:
            check_room(tokenizer, example, length, overlap, question)
            windows = list(fast_windows(tokenizer, example, length, overlap, padding))
        else:
            check_words(tokenizer, example)
            check_room(tokenizer, example, length, overlap, min(question, max_question_len))
            windows = list(slow_windows(tokenizer, example, length, overlap, max_question_len, padding))
        for number, window in enumerate(windows, 1):
            tokens = len(window.encoded["input_ids"])
            if self._longest is not None and tokens > self._longest:
                raise BadInput(
                    f"入力が {tokens} トークンになりました。このモデルが読めるのは {self._longest} トークンまでです。"
                    f"max_seq_len={self._longest} を付けると、文章を分けて読みます。"
                )
            tensors = {name: torch.tensor([numbers]) for name, numbers in window.encoded.items()}
            yield {
                "is_last": number == len(windows),
                "example": example,
                "answerable": torch.tensor([window.answerable]),
                "tokens": window.tokens,
                "words": window.words,
                **tensors,
            }

    def _forward(self, model_inputs: dict) -> dict:
        """Return each token's two scores beside what came in."""
        inputs = {name: model_inputs[name] for name in self.tokenizer.model_input_names}
        if "use_cache" in inspect.signature(self.model.forward).parameters:
            inputs["use_cache"] = False  # nothing is generated, so nothing need be kept
        output = self.model(**inputs)
        return {**model_inputs, "start": output["start_logits"], "end": output["end_logits"]}

    def postprocess(
        self,
        model_outputs: list[dict],
        top_k: int = 1,
        handle_impossible_answer: bool = False,
        max_answer_len: int = LARGEST,
        align_to_words: bool = True,
    ) -> dict | list[dict]:
        """Return the best answers of all windows of one question."""
        # Whole words make one answer of several spans: take more spans than answers.
        count = 2 * top_k + 10 if align_to_words else top_k
        text = model_outputs[0]["example"].context_text
        found, impossible = {}, 1.0
        for output in model_outputs:
            answerable = output["answerable"][0]
            if not answerable.any():
                continue  # only unknown words
            ids = output["input_ids"][0].tolist()
            mark = self.tokenizer.cls_token_id
            place = ids.index(mark) if mark in ids else None
            start, no_start = probabilities(output["start"][0], answerable, place)
            end, no_end = probabilities(output["end"][0], answerable, place)
            impossible = min(impossible, no_start * no_end)
            places = answerable.nonzero().flatten()
            for score, first, last in best_spans(start, end, count, max_answer_len, places):
                left, right = characters(output, first, last, align_to_words)
                words = text[left:right]
                answer = {"score": 0.0, "start": left, "end": right, "answer": words}
                # As in 5.2, words from a tokenizer that is not fast stand once for each of their tokens.
                same = words.lower() if self.tokenizer.is_fast else len(found)
                found.setdefault(same, answer)["score"] += score
        answers = list(found.values())
        if handle_impossible_answer:
            answers.append({"score": impossible, "start": 0, "end": 0, "answer": ""})
        answers = sorted(answers, key=lambda one: one["score"], reverse=True)[:top_k]
        return answers[0] if len(answers) == 1 else answers


@cache
def _pipeline_class() -> type:
    from transformers.pipelines.base import ChunkPipeline

    # transformers asks a pipeline for its module when it saves one.
    return type(
        "QuestionAnsweringPipeline",
        (Steps, ChunkPipeline),
        {"__module__": __name__, "__doc__": Steps.__doc__},
    )


def __getattr__(name: str):
    if name == "QuestionAnsweringPipeline":
        return _pipeline_class()
    raise AttributeError(f"module {__name__} has no attribute {name}")


def register() -> None:
    """Make the task known to transformers' ``pipeline``; importing this module does so by itself."""
    from transformers import AutoModelForQuestionAnswering, pipelines
    from transformers.pipelines import PIPELINE_REGISTRY

    # Newer releases refuse the names of tasks that they took out before they ask the registry.
    getattr(pipelines, "REMOVED_TASKS", {}).pop(TASK, None)
    known = PIPELINE_REGISTRY.supported_tasks.get(TASK, {}).get("impl")
    if known is _pipeline_class():
        return
    PIPELINE_REGISTRY.register_pipeline(
        TASK,
        pipeline_class=_pipeline_class(),
        pt_model=AutoModelForQuestionAnswering,
        default={"model": DEFAULT},
        type="text",
    )
    # A saved pipeline is a model and its tokenizer, as in 5.2: no copy of this module beside them.
    del _pipeline_class()._registered_impl


class _WhenImported(importlib.abc.MetaPathFinder):
    """Registers the task as soon as transformers' pipelines are imported: importing llmlab itself loads nothing heavy."""

    name = "transformers.pipelines"

    def find_spec(self, name, path, target=None):
        if name != self.name:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        run = spec.loader.exec_module

        def run_and_register(module):
            run(module)
            register()

        spec.loader.exec_module = run_and_register
        return spec


if _WhenImported.name in sys.modules:
    register()
else:
    sys.meta_path.insert(0, _WhenImported())
