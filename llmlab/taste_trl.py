"""What TRL's trainers need to run on lesson 09's small model: its tokens, a quiet start, a progress bar."""

from __future__ import annotations

import importlib.util
import warnings
from functools import cache
from typing import TYPE_CHECKING

from llmlab import taste
from llmlab.errors import CourseError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizer, Trainer

RANGE = "trl>=1.16,<2"  # as pyproject.toml says


def start() -> None:
    """Make TRL ready: present, silent about a change to come, and sending nothing.

    Raises
    ------
    CourseError
        When TRL is not installed.
    """
    if importlib.util.find_spec("trl") is None:
        raise CourseError(
            f'trl が入っていません。`pip install "{RANGE}"` を実行し、カーネルを再起動してください。'
        )
    import datasets
    from huggingface_hub import constants

    datasets.disable_progress_bars()  # five bars for a table of sixteen rows
    constants.HF_HUB_DISABLE_TELEMETRY = True  # a trainer would tell its makers which model and GPU it runs on
    # TRL sets a field of transformers by a name that will change: nothing that a student could do.
    warnings.filterwarnings("ignore", message="`gradient_checkpointing` is deprecated", category=FutureWarning)


def watch(trainer: Trainer, label: str) -> None:
    """Let a trainer show a bar of its steps in place of the tables and lines of transformers."""
    from tqdm.auto import tqdm
    from transformers import PrinterCallback, ProgressCallback, TrainerCallback

    class Bar(TrainerCallback):
        def on_train_begin(self, args, state, control, **_):
            self.bar = tqdm(total=state.max_steps, desc=label)

        def on_step_end(self, args, state, control, **_):
            self.bar.update(state.global_step - self.bar.n)

        def on_train_end(self, args, state, control, **_):
            self.bar.close()

    for kind in (PrinterCallback, ProgressCallback):
        trainer.remove_callback(kind)
    try:  # in a notebook it stands in the place of ProgressCallback
        from transformers.utils.notebook import NotebookProgressCallback
    except ImportError:
        pass
    else:
        trainer.remove_callback(NotebookProgressCallback)
    trainer.add_callback(Bar)


def tokenizer_of(tokens: taste.Tokens) -> PreTrainedTokenizer:
    """Return a tokenizer of transformers that reads and writes as ``tokens`` does.

    A text begins with the mark ``<|endoftext|>`` (``taste.END``), which is its end and its padding too; written out in
    a text it is one token, as trainers that append it expect. Shorter texts are padded on the left.
    """
    return _kind()(tokens)


@cache
def _kind() -> type[PreTrainedTokenizer]:
    from transformers import PreTrainedTokenizer

    class TasteTokenizer(PreTrainedTokenizer):
        model_input_names = ("input_ids", "attention_mask")
        padding_side = "left"

        def __init__(self, tokens: taste.Tokens):
            self.tokens = tokens
            kept = range(len(tokens)) if tokens.kept is None else tokens.kept
            self.names = tokens.tokenizer.convert_ids_to_tokens(list(kept))
            self.numbers = {name: number for number, name in enumerate(self.names)}
            mark = self.names[taste.END]
            super().__init__(bos_token=mark, eos_token=mark, pad_token=mark, unk_token=mark)

        @property
        def vocab_size(self) -> int:
            return len(self.names)

        def get_vocab(self) -> dict[str, int]:
            return dict(self.numbers)

        def _tokenize(self, text: str, **_) -> list[str]:
            return [self.names[number] for number in self.tokens.encode(text)]

        def _convert_token_to_id(self, token: str) -> int:
            return self.numbers[token]

        def _convert_id_to_token(self, index: int) -> str:
            return self.names[index]

        def convert_tokens_to_string(self, parts: list[str]) -> str:
            return self.tokens.decode(self.numbers[part] for part in parts)

        def build_inputs_with_special_tokens(self, token_ids_0, token_ids_1=None) -> list[int]:
            return [taste.END, *token_ids_0, *(token_ids_1 or [])]

        def save_vocabulary(self, save_directory, filename_prefix=None) -> tuple[str, ...]:
            return ()  # the list of kept tokens lies beside the adapters (``taste.folder``)

    # Datasets pickles a tokenizer to know whether it has made a table before, and pickle looks for its class by name.
    TasteTokenizer.__qualname__ = "TasteTokenizer"
    return TasteTokenizer


def __getattr__(name: str):
    if name == "TasteTokenizer":
        return _kind()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
