"""The machine that a notebook runs on: profile, device, what is printed at its start."""

import importlib.metadata
import os
import platform
import random
import sys
import warnings

from llmlab.errors import CourseError

PROFILES = ("cpu", "gpu", "hub")
SHOWN = ("transformers", "torch", "numpy", "ipywidgets")
TORCHAO = "0.16"  # the oldest that peft bears beside itself (peft.import_utils.is_torchao_available)


def profile() -> str:
    """Return the profile: ``cpu`` (default, offline), ``gpu`` (larger models) or ``hub`` (Hugging Face).

    It is chosen by the environment variable ``LLMLAB_PROFILE``.

    Raises
    ------
    CourseError
        When the variable names something else.
    """
    chosen = os.environ.get("LLMLAB_PROFILE", "cpu")
    if chosen not in PROFILES:
        raise CourseError(
            f"環境変数 LLMLAB_PROFILE が「{chosen}」です。cpu、gpu、hub のどれかにしてください。"
        )
    return chosen


def device():
    """Return the ``torch.device`` to compute on: ``cuda`` when torch sees a GPU, else ``cpu``."""
    import torch

    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def pick(*, cpu, gpu):
    """Return the size that fits the machine, for example ``steps = pick(cpu=200, gpu=5000)``."""
    return gpu if device().type == "cuda" else cpu


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that the lessons use; ``"なし"`` when missing."""
    found = {"Python": platform.python_version()}
    for name in SHOWN:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "なし"
    return found


def cores() -> int:
    """Return the number of CPU cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def seed_everything(seed: int = 0) -> None:
    """Set the random seeds of Python, numpy and torch."""
    import numpy
    import torch

    random.seed(seed)
    numpy.random.seed(seed)
    torch.manual_seed(seed)


def hide_old_torchao() -> None:
    """Let no package find a torchao older than ``TORCHAO``: beside one, peft (from 0.19) refuses every adapter.

    Colab has such a one (0.10). No model of the course is quantized by torchao, so nothing is lost. A notebook that
    has imported diffusers keeps it: diffusers asks once, at its import, and counts on the answer.
    """
    from packaging.version import Version

    if "diffusers" in sys.modules:
        return
    try:
        version = importlib.metadata.version("torchao")
    except importlib.metadata.PackageNotFoundError:
        return
    if Version(version) < Version(TORCHAO):
        sys.modules["torchao"] = None  # import and find_spec then say that there is none


def start(runtime: str = "cpu", seed: int = 0):
    """Prepare a notebook: print the machine, set seeds and figure fonts; return the ``torch.device``.

    Parameters
    ----------
    runtime
        The notebook's pin. ``"gpu"``: the full size wants a GPU; without one it says that the small
        size runs.
    seed
        For Python, numpy and torch.

    Raises
    ------
    CourseError
        Python or transformers of a version that the course does not support.
    """
    import torch
    import transformers

    from llmlab import figures

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    hide_old_torchao()
    # peft asks transformers by a name that will change: nothing that a student could do.
    warnings.filterwarnings(
        "ignore", message="`is_gradient_checkpointing` is deprecated", category=FutureWarning
    )
    if int(transformers.__version__.split(".")[0]) != 5:
        raise CourseError(
            f"transformers {transformers.__version__} が入っています。この教材は 5 系で動きます。"
            "`pip install 'transformers>=5.13,<6'` を実行し、カーネルを再起動してください。"
        )
    seed_everything(seed)
    figures.use()
    chosen = device()
    accelerator = torch.cuda.get_device_name(0) if chosen.type == "cuda" else "なし"
    print(" ・ ".join(f"{name} {version}" for name, version in versions().items()))
    print(f"CPU {cores()} コア ・ GPU {accelerator} ・ プロファイル {profile()}")
    if runtime == "gpu" and chosen.type != "cuda":
        print(
            "このノートブックの本来の大きさには GPU が要ります。GPU がないので、小さい大きさで同じセルを動かします。"
            "（Colab では「ランタイム」→「ランタイムのタイプを変更」→「T4 GPU」）"
        )
    return chosen
