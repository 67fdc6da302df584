"""Recordings of a wrist-watch worn while people did shoulder exercises, and windows cut out of them.

The role ``watch`` of ``data/models.toml`` is what the package seglearn carries (Burns et al. 2018): 140 recordings at
50 Hz, ten people, seven exercises, each with the right and the left arm; acceleration and rotation along three axes.

The lecture asked for a network that answers one question with yes or no. Here the question is: does this window come
from an exercise that raises the arm, to the side or to the front (``RAISED``)? The other five are "no".
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERTZ = 50
CHANNELS = ("ax", "ay", "az", "wx", "wy", "wz")
EXERCISES = {
    "PEN": "振り子",
    "ABD": "横に上げる（外転）",
    "FEL": "前に上げる（屈曲）",
    "IR": "内に回す（内旋）",
    "ER": "外に回す（外旋）",
    "TRAP": "僧帽筋の運動",
    "ROW": "引く（ローイング）",
}
RAISED = ("ABD", "FEL")


@dataclass(frozen=True)
class Recording:
    """One exercise of one person with one arm: about twenty repetitions.

    Attributes
    ----------
    number, person
        0 to 139; 1 to 10 (no names).
    exercise
        A key of ``EXERCISES``.
    side
        ``right`` or ``left``.
    signal
        Array (samples, 6): acceleration and rotation, in the order of ``CHANNELS``.
    """

    number: int
    person: int
    exercise: str
    side: str
    signal: object


@dataclass(frozen=True)
class Windows:
    """Windows of equal length; all arrays have one entry a window.

    Attributes
    ----------
    signals
        Array (windows, samples, 6), float32.
    person, recording
        Whose, and of which recording.
    exercise
        Place in ``EXERCISES``, 0 to 6.
    raised
        The yes-or-no question: 1 for ``RAISED``, else 0.
    """

    signals: object
    person: object
    recording: object
    exercise: object
    raised: object


def recordings() -> tuple[Recording, ...]:
    """Return all recordings in their order.

    Raises
    ------
    CourseError
        When they cannot be fetched or differ from the manifest.
    """
    from llmlab import models

    return _read(models.path("watch", "cpu"))


def windows(seconds: float = 2.0, step: float | None = None) -> Windows:
    """Cut every recording into windows; without a step they do not overlap. What is left at its end is dropped."""
    import numpy as np

    length = round(seconds * HERTZ)
    stride = round((step or seconds) * HERTZ)
    names = list(EXERCISES)
    signals, labels = [], []
    for one in recordings():
        for first in range(0, len(one.signal) - length + 1, stride):
            signals.append(one.signal[first : first + length])
            label = one.person, one.number, names.index(one.exercise), one.exercise in RAISED
            labels.append(label)
    person, recording, exercise, raised = np.array(labels, dtype=int).T
    return Windows(np.stack(signals).astype("float32"), person, recording, exercise, raised)


def keras():
    """Import Keras, without what TensorFlow writes to the screen meanwhile, and return the module."""
    import importlib
    import os

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    kept = os.dup(2)  # TensorFlow writes below Python, to the descriptor itself
    try:
        with open(os.devnull, "w") as nothing:
            os.dup2(nothing.fileno(), 2)
        return importlib.import_module("keras")
    finally:
        os.dup2(kept, 2)
        os.close(kept)


@cache
def _read(folder: Path) -> tuple[Recording, ...]:
    import numpy as np

    # A pickle, so code: models.path has compared its sha256 before.
    data = np.load(folder / "watch_dataset.npy", allow_pickle=True).item()
    rows = zip(data["subject"], data["y"], data["side"], data["X"], strict=True)
    return tuple(
        Recording(number, int(person), data["y_labels"][int(label)], "right" if side else "left", signal)
        for number, (person, label, side, signal) in enumerate(rows)
    )
