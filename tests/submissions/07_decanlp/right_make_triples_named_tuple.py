# approach: 名前の付いたタプルを返す
# %% grade_id="make-triples"
from typing import NamedTuple


class Triple(NamedTuple):
    question: str
    context: str
    answer: str


def make_triples(rows, ask, words):
    triples = []
    for row in rows:
        if not row["context"].strip():
            raise ValueError
        triples.append(Triple(ask.format(**row), row["context"], words[row["answer"]] if words else row["answer"]))
    return triples
