"""The Japanese manuals (data/corpus/ja) as sentences of token ids, and pairs of sentence runs for BERT."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from llmlab import models
from llmlab.errors import CourseError

if TYPE_CHECKING:
    import numpy as np

SPLITS = ("train", "dev", "test", "unseen")


def documents(split: str, folder: Path | None = None) -> list[dict]:
    """Return the pages of a split.

    Parameters
    ----------
    split
        ``train``, ``dev``, ``test`` (pages of manuals that also have training pages) or ``unseen``
        (manuals of which no page was trained on).
    folder
        Where ``{split}.jsonl.gz`` lies; the committed corpus unless given.

    Returns
    -------
    list of dict
        ``id`` (package and page), ``manual`` (package), ``license`` and ``sections``: each a
        ``heading`` and ``paragraphs``, a list of lists of sentences.

    Raises
    ------
    CourseError
        When the split has no such name, or its file is missing or damaged.
    """
    if split not in SPLITS:
        raise CourseError(
            f"「{split}」という分割はありません。{'、'.join(SPLITS)} のどれかを書いてください。"
        )
    file = (folder or models.path("corpus-ja")) / f"{split}.jsonl.gz"
    try:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]
    except (OSError, EOFError, ValueError) as error:
        raise CourseError(
            f"コーパス「{file.name}」を読めません（{error}）。`git checkout data/corpus` で元に戻すか、"
            "`make data` で作り直してください。"
        ) from error


def sentences(document: dict) -> list[str]:
    """Return the sentences of a page, in order."""
    return [
        sentence
        for section in document["sections"]
        for paragraph in section["paragraphs"]
        for sentence in paragraph
    ]


@dataclass
class Encoded:
    """Token ids of a list of documents, sentence after sentence.

    Attributes
    ----------
    ids
        ``(tokens,)`` int32: every sentence's ids without special tokens.
    sentence
        ``(sentences + 1,)``: where each sentence begins in ``ids``.
    document
        ``(documents + 1,)``: where each document begins in ``sentence``.
    manual
        ``(documents,)``: the number of each document's manual.
    """

    ids: np.ndarray
    sentence: np.ndarray
    document: np.ndarray
    manual: np.ndarray

    def save(self, file: Path) -> None:
        """Write to an ``.npz`` file."""
        import numpy as np

        np.savez_compressed(
            file, ids=self.ids, sentence=self.sentence, document=self.document, manual=self.manual
        )

    @classmethod
    def load(cls, file: Path) -> Encoded:
        """Read what ``save`` wrote."""
        import numpy as np

        with np.load(file) as arrays:
            return cls(**arrays)


def encode(pages: list[dict], tokenizer, progress: bool = False) -> Encoded:
    """Return the token ids of pages; a document of one sentence is left out (it has no second one)."""
    import numpy as np
    from tqdm.auto import tqdm

    manuals = sorted({page["manual"] for page in pages})
    ids, lengths, counts, numbers = [], [], [], []
    for page in tqdm(pages, desc="トークン化", disable=not progress):
        rows = tokenizer(sentences(page), add_special_tokens=False)["input_ids"]
        rows = [row for row in rows if row]
        if len(rows) < 2:
            continue
        for row in rows:
            ids.extend(row)
        lengths.extend(len(row) for row in rows)
        counts.append(len(rows))
        numbers.append(manuals.index(page["manual"]))
    return Encoded(
        np.array(ids, np.int32),
        np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        np.array(numbers, np.int32),
    )


@dataclass
class Pairs:
    """Pairs of token runs for BERT's two objectives, without masks.

    Attributes
    ----------
    a, b
        ``(pairs, 2)``: first and last+1 position of each run in ``Encoded.ids``.
    next_sentence_label
        ``(pairs,)``: 0 when b follows a in its document, 1 when b comes from elsewhere
        (the numbers that ``BertForPreTraining`` uses).
    negative
        ``(pairs,)``: 0 for a pair that follows, 1 when b is from another manual, 2 when b is from
        another page of the same manual.
    page
        ``(pairs,)``: the number of the document that a comes from.
    """

    a: np.ndarray
    b: np.ndarray
    next_sentence_label: np.ndarray
    negative: np.ndarray
    page: np.ndarray

    def __len__(self) -> int:
        return len(self.a)

    def lengths(self) -> np.ndarray:
        """Return the length of each pair in tokens, special tokens included."""
        return (self.a[:, 1] - self.a[:, 0]) + (self.b[:, 1] - self.b[:, 0]) + 3


def make_pairs(
    encoded: Encoded,
    max_length: int,
    rng: np.random.Generator,
    other_manual: float = 0.25,
    same_manual: float = 0.25,
    short: float = 0.1,
) -> Pairs:
    """Cut documents into pairs and exchange some second halves (BERT's next-sentence pairs).

    A document's sentences fill chunks of ``max_length`` (a random shorter length in a share ``short`` of
    them); a random sentence border cuts each chunk into a and b. For negatives the b of a pair is exchanged
    for the b of another pair of about the same length: so neither half's length nor the pair's tells the
    label. Method: Devlin et al. 2019, section 3.1 and appendix A.2 (there b is drawn at random).

    Parameters
    ----------
    max_length
        Tokens of the longest pair, special tokens included.
    other_manual, same_manual
        Shares of pairs whose b comes from another manual and from another page of the same manual.
    """
    import numpy as np

    sentence, room = encoded.sentence, max_length - 3
    a, b, page = [], [], []
    for number in range(len(encoded.document) - 1):
        here, last = encoded.document[number], encoded.document[number + 1]
        while last - here >= 2:
            target = room if rng.random() >= short else rng.integers(16, room)
            end = int(np.searchsorted(sentence, sentence[here] + target, side="right")) - 1
            end = min(max(end, here + 2), last)
            border = rng.integers(here + 1, end)
            a.append((sentence[here], sentence[border]))
            b.append((sentence[border], sentence[end]))
            page.append(number)
            here = end
    a, b, page = np.array(a).reshape(-1, 2), np.array(b).reshape(-1, 2), np.array(page, dtype=np.int64)
    # Too long by a long sentence: a keeps its end and b its beginning, where they meet.
    long = (a[:, 1] - a[:, 0]) + (b[:, 1] - b[:, 0]) > room
    a[long, 0] = np.maximum(a[long, 0], a[long, 1] - room // 2)
    b[long, 1] = np.minimum(b[long, 1], b[long, 0] + room - (a[long, 1] - a[long, 0]))
    negative = rng.choice(3, size=len(a), p=[1 - other_manual - same_manual, other_manual, same_manual])
    manual = encoded.manual[page]
    length = b[:, 1] - b[:, 0]
    order = np.lexsort((rng.random(len(a)), length))
    exchanged = b.copy()
    for kind in (1, 2):
        # Neighbours in the order of length, from the nearest on, until one fits the kind.
        place = np.empty(len(order), np.int64)
        pool = order if kind == 1 else order[np.argsort(manual[order], kind="stable")]
        place[pool] = np.arange(len(pool))
        todo = np.flatnonzero(negative == kind)
        for reach in range(1, 400):
            if not len(todo):
                break
            step = reach * rng.choice((-1, 1), size=len(todo))
            other = pool[np.clip(place[todo] + step, 0, len(pool) - 1)]
            fits = page[other] != page[todo]
            fits &= (manual[other] != manual[todo]) if kind == 1 else (manual[other] == manual[todo])
            exchanged[todo[fits]] = b[other[fits]]
            todo = todo[~fits]
        negative[todo] = 0  # no other page of this manual
    exchanged[:, 1] = np.minimum(exchanged[:, 1], exchanged[:, 0] + room - (a[:, 1] - a[:, 0]))
    return Pairs(a, exchanged, (negative > 0).astype(np.int64), negative, page)


def batches(
    encoded: Encoded, pairs: Pairs, tokenizer, tokens: int, rng: np.random.Generator | None, bucket: int = 50
):
    """Yield batches of about ``tokens`` tokens, pairs of like length together (little padding).

    Parameters
    ----------
    rng
        Shuffles pairs and batches; without it the order is by length.
    bucket
        Batches that are sorted by length together.

    Yields
    ------
    dict of numpy arrays
        ``input_ids``, ``token_type_ids``, ``attention_mask`` ``(batch, length)``, ``next_sentence_label``,
        ``negative`` and ``page`` ``(batch,)``.
    """
    import numpy as np

    lengths = pairs.lengths()
    order = rng.permutation(len(pairs)) if rng is not None else np.arange(len(pairs))
    width = max(1, tokens // max(1, int(lengths.max())))
    groups = []
    for start in range(0, len(order), width * bucket):
        part = order[start : start + width * bucket]
        part = part[np.argsort(lengths[part], kind="stable")]
        while len(part):
            # The pairs are sorted, so the k-th is the longest of the first k.
            fitting = np.flatnonzero(lengths[part] * np.arange(1, len(part) + 1) <= tokens)
            size = int(fitting[-1]) + 1 if len(fitting) else 1
            groups.append(part[:size])
            part = part[size:]
    if rng is not None:
        rng.shuffle(groups)
    for group in groups:
        yield collate(encoded, pairs, group, tokenizer)


def collate(encoded: Encoded, pairs: Pairs, chosen: np.ndarray, tokenizer) -> dict[str, np.ndarray]:
    """Return one batch: ``[CLS] a [SEP] b [SEP]`` with segments and padding."""
    import numpy as np

    lengths = pairs.lengths()[chosen]
    shape = (len(chosen), int(lengths.max()))
    input_ids = np.full(shape, tokenizer.pad_token_id, np.int64)
    token_type_ids = np.zeros(shape, np.int64)
    for row, pair in enumerate(chosen):
        (a0, a1), (b0, b1) = pairs.a[pair], pairs.b[pair]
        first = a1 - a0 + 2
        input_ids[row, 0] = tokenizer.cls_token_id
        input_ids[row, 1 : first - 1] = encoded.ids[a0:a1]
        input_ids[row, first - 1] = tokenizer.sep_token_id
        input_ids[row, first : first + b1 - b0] = encoded.ids[b0:b1]
        input_ids[row, lengths[row] - 1] = tokenizer.sep_token_id
        token_type_ids[row, first : lengths[row]] = 1
    return {
        "input_ids": input_ids,
        "token_type_ids": token_type_ids,
        "attention_mask": (np.arange(shape[1]) < lengths[:, None]).astype(np.int64),
        "next_sentence_label": pairs.next_sentence_label[chosen],
        "negative": pairs.negative[chosen],
        "page": pairs.page[chosen],
    }
