"""Handwritten digits on small canvases, the prompts that ask for them, and a judge that reads what was drawn.

The digits are scikit-learn's (1,797 images of 8×8 pixels). Three groups never mix: ``draw`` (a drawing model learns
from these), ``judge`` (the judge learns from these) and ``test`` (the judge is tested on these, and drawings are
compared with them). A canvas is 8×16: one digit in the middle, or two side by side. Values run from -1 to 1.
"""

import itertools
import re
from dataclasses import dataclass
from functools import cache

from llmlab import data

GROUPS = {"draw": 900, "judge": 600, "test": 297}
SIZE = 8


@dataclass(frozen=True)
class Prompt:
    """A text and what it asks for.

    Attributes
    ----------
    text
        What the model is told.
    digits
        What the canvas must show, from left to right: one digit or two.
    kind
        What is new in it. One digit: nothing (``known``), the ``template``, its name (``synonym``, ``foreign``,
        ``japanese``), or it has no name (``description``). Two: nothing (``pair``), the two together (``order``),
        the template too (``order-template``).
    template, words
        The ids of its template and of its group of names in ``data/images/prompts.toml``.
    said
        Of two digits: ``forward`` when the left one is named first, else ``backward``.
    """

    text: str
    digits: tuple[int, ...]
    kind: str
    template: str
    words: str = ""
    said: str = ""


def digits(group: str):
    """Return the images (n, 8, 8) of one group, from -1 to 1, and their labels (n,)."""
    images, labels, groups = _digits()
    chosen = groups == list(GROUPS).index(group)
    return images[chosen], labels[chosen]


@cache
def _digits():
    import numpy as np
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    # Every tenth of an ordered list is a group of its own: each digit is shared out alike.
    order = np.random.default_rng(7).permutation(len(labels))
    order = order[np.argsort(labels[order], kind="stable")]
    places = np.concatenate([np.full(count, place) for place, count in enumerate(GROUPS.values())])
    # Spread each group evenly over the ordered list.
    rank = np.concatenate([(np.arange(count) + 0.5) / count for count in GROUPS.values()])
    groups = np.empty(len(labels), dtype=int)
    groups[order] = places[np.argsort(rank, kind="stable")]
    return (images.reshape(-1, SIZE, SIZE) / 8 - 1).astype("float32"), labels, groups


def canvas(*images):
    """Return canvases (n, 8, 16): one stack of digits in the middle, or two stacks side by side."""
    import numpy as np

    if len(images) == 2:
        return np.concatenate(images, axis=2)
    return np.pad(images[0], ((0, 0), (0, 0), (SIZE // 2, SIZE // 2)), constant_values=-1)


@cache
def judge():
    """Return the judge; it learns from the group ``judge`` alone, in about a second."""
    return Judge()


class Judge:
    """Reads a canvas: first whether one digit or two, then each of them."""

    def __init__(self):
        import numpy as np
        from sklearn.linear_model import LogisticRegression
        from sklearn.svm import SVC

        images, labels = digits("judge")
        other = np.random.default_rng(0).permutation(len(images))
        both = np.concatenate([canvas(images), canvas(images, images[other])])
        self.layout = LogisticRegression(max_iter=1000).fit(
            both.reshape(len(both), -1), np.repeat([1, 2], len(images))
        )
        self.digit = SVC(C=10).fit(images.reshape(len(images), -1), labels)

    def read(self, canvases) -> list[tuple[int, ...]]:
        """Return what stands on each canvas, from left to right."""
        import numpy as np

        canvases = np.asarray(canvases, dtype="float32")
        counts = self.layout.predict(canvases.reshape(len(canvases), -1))
        half = SIZE // 2
        parts = (
            canvases[:, :, half : half + SIZE],
            canvases[:, :, :SIZE],
            canvases[:, :, SIZE:],
        )
        middle, left, right = (self.digit.predict(part.reshape(len(part), -1)).tolist() for part in parts)
        return [
            (m,) if count == 1 else (a, b) for count, m, a, b in zip(counts, middle, left, right, strict=True)
        ]


def spell(template: str, **names: str) -> str:
    """Return a template with its names put in; "a" becomes "an" where English wants it."""
    return re.sub(r"\b([Aa]) (?=(?:eight|8|VIII))", r"\1n ", template.format(**names))


def vocabulary(words: str) -> list[str]:
    """Return the ten names of a group, ``""`` where a digit has none."""
    return next(row["names"] for row in data.load("images/prompts.toml")["words"] if row["id"] == words)


def prompts(split: str, words: tuple[str, ...] = ("cardinal",)) -> list[Prompt]:
    """Return the prompts of a split: ``train`` (with these groups of names), ``dev`` or ``test``."""
    table = data.load("images/prompts.toml")
    single, double = table["one"], table["two"]
    pairs = {
        name: [tuple(row["digits"]) for row in table["pair"] if row["split"] == name]
        for name in ("dev", "test")
    }
    every = itertools.combinations(range(10), 2)
    pairs["train"] = [pair for pair in every if pair not in pairs["dev"] + pairs["test"]]

    def ones(kind, templates, groups):
        for row, group in itertools.product(templates, groups):
            for digit, name in enumerate(vocabulary(group)):
                if name:
                    text = spell(row["text"], a=name)
                    yield Prompt(text, (digit,), kind, f"one/{row['id']}", group)

    def twos(kind, templates, pairs, groups=("cardinal",)):
        for row, group, pair in itertools.product(templates, groups, pairs):
            names = vocabulary(group)
            for left, right in (pair, pair[::-1]):
                text = spell(row["text"], a=names[left], b=names[right])
                yield Prompt(text, (left, right), kind, f"two/{row['id']}", group, row["said"])

    def of(rows, split, language="en"):
        return [row for row in rows if row["split"] == split and row.get("language", "en") == language]

    seen = of(single, "train"), of(double, "train")
    if split == "train":
        return [*ones("known", seen[0], words), *twos("pair", seen[1], pairs["train"], words)]
    new = [row["id"] for row in of(table["words"], split)]
    found = [
        *ones("known", seen[0], ["cardinal"]),
        *ones("template", of(single, split), ["cardinal"]),
        *ones("synonym", seen[0], new),
        *twos("pair", seen[1], pairs["train"][::2]),
        *twos("order", seen[1], pairs[split]),
        *twos("order-template", of(double, split), pairs[split]),
    ]
    if split == "dev":
        return [*found, *ones("foreign", seen[0], ["spanish"])]
    for row in table["describe"]:
        number = sum(prompt.kind == "description" for prompt in found)
        found.append(
            Prompt(row["text"], (row["digit"],), "description", f"describe/{number + 1:02}", row["kind"])
        )
    japanese = [row["id"] for row in of(table["words"], split, "ja")]
    return [
        *found,
        *ones("foreign", seen[0], ["german"]),
        *ones("japanese", of(single, split, "ja"), japanese),
    ]


def animation(frames, alt: str, seconds: float = 0.12, size: int = 12) -> None:
    """Show frames (height, width; values from -1 to 1) one after the other as a moving picture, over and over.

    Parameters
    ----------
    alt
        One sentence for readers who do not see it.
    seconds, size
        How long a frame stands (the last one longer), and the edge of a pixel on the screen.

    Raises
    ------
    ValueError
        When the alt text is empty.
    """
    import base64
    import html
    import io

    import numpy as np
    from IPython.display import display
    from PIL import Image

    if not alt.strip():
        raise ValueError("alt must say in words what the animation shows")
    shades = [np.clip((np.asarray(frame) + 1) * 127.5, 0, 255).astype("uint8") for frame in frames]
    pictures = [
        Image.fromarray(shade).resize(
            (shade.shape[1] * size, shade.shape[0] * size), Image.Resampling.NEAREST
        )
        for shade in shades
    ]
    stands = [round(1000 * seconds)] * (len(pictures) - 1) + [2000]
    buffer = io.BytesIO()
    pictures[0].save(
        buffer, "GIF", save_all=True, append_images=pictures[1:], duration=stands, loop=0, optimize=False
    )
    encoded = base64.b64encode(buffer.getvalue()).decode("ascii")
    image = (
        f'<img alt="{html.escape(alt, quote=True)}" style="max-width:100%" '
        f'src="data:image/gif;base64,{encoded}">'
    )
    display({"text/html": image, "text/plain": alt}, raw=True)


def stable_diffusion():
    """Return the folder of Stable Diffusion for a pipeline's ``from_pretrained``, or None where the profile has none.

    Raises
    ------
    CourseError
        No network and nothing fetched before.
    """
    from llmlab import models

    return models.path("image") if models.entry("image").source == "hub" else None
