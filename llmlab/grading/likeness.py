"""How alike two pieces of code are: normalised tokens, the nearest named misconception, near-identical pairs.

Everything here is a hint for a person who then reads the code. Two students may well write the same eight
lines; and an answer may look like a misconception and be wrong for another reason.

Pairs are found by winnowing (Schleimer, Wilkerson and Aiken, "Winnowing: Local Algorithms for Document
Fingerprinting", SIGMOD 2003), the method behind MOSS, on pygments' tokens; two answers are compared by
rapidfuzz (the share of tokens that stay when one is turned into the other by insertions and deletions).
"""

from __future__ import annotations

import ast
import functools
import hashlib
import math
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from pygments.lexers import PythonLexer
from pygments.token import Comment, Name, String, Text
from rapidfuzz.distance import Indel

GRAM = 8  # tokens in one fingerprint: what is shorter is never found
WINDOW = 5  # of so many fingerprints in a row one is kept: a copy of GRAM + WINDOW - 1 tokens is always found
COMMON = 0.05  # what a larger share of the class writes is nobody's own
COMMON_LEAST = 4  # … but never below so many students
OWN = 6  # shared fingerprints below which a pair is not named
SHARE = 0.6  # share of the smaller one's own fingerprints that the other must hold
LIKE = 0.75  # likeness from which an answer "looks like" a misconception
LOCAL = "_local"
LEXER = PythonLexer()


class _Names(ast.NodeTransformer):
    """Renames everything that the code binds itself, but for names that the released code has too."""

    def __init__(self, own: set[str]):
        self.own = own

    def _name(self, name: str) -> str:
        return LOCAL if name in self.own else name

    def visit_Name(self, node):
        node.id = self._name(node.id)
        return node

    def visit_arg(self, node):
        node.arg, node.annotation = self._name(node.arg), None
        return node

    def visit_FunctionDef(self, node):
        node.name, node.returns = self._name(node.name), None
        node.body = _without_docstring(node.body)
        return self.generic_visit(node)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node):
        node.name, node.body = self._name(node.name), _without_docstring(node.body)
        return self.generic_visit(node)

    def visit_AnnAssign(self, node):
        if node.value is None:
            return self.generic_visit(node)
        plain = ast.Assign(targets=[node.target], value=node.value)
        return self.generic_visit(ast.copy_location(plain, node))


def _without_docstring(body: list) -> list:
    first = body[0] if body else None
    if (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    ):
        return body[1:] or [ast.Pass()]
    return body


def _parse(source: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _bound(tree: ast.AST) -> set[str]:
    """Return the names that code assigns: variables, arguments, functions, classes; not imports."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
    return found


@functools.lru_cache(maxsize=1 << 15)  # many students write the same
def tokens(source: str, base: str = "") -> tuple[str, ...]:
    """Return the tokens of code without comments, docstrings, annotations, layout and chosen names.

    Parameters
    ----------
    base
        The released cell: its names stay as they are, since everybody has them. Every other name that the
        code binds becomes one and the same word, whatever the student called it. Names of modules, functions
        and attributes that are only used stay too: they tell ``softmax`` from ``sigmoid``.

    Code that is not Python (a syntax error, a magic) is cut into tokens as it stands.
    """
    tree = _parse(source)
    if tree is not None:
        released = _parse(base)
        given = _bound(released) if released is not None else set()
        try:
            tree = _Names(_bound(tree) - given).visit(tree)
            tree.body = _without_docstring(tree.body)
            source = ast.unparse(ast.fix_missing_locations(tree))
        except (RecursionError, ValueError):
            pass  # too deep for Python's own parser
    found = []
    for kind, text in LEXER.get_tokens(source):
        if kind in Comment or kind in Text or not text.strip() or kind in String.Doc:
            continue
        # Decorators and the like come with their blanks.
        found.append(text.strip() if kind in Name else text)
    return tuple(found)


def likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """Return how alike two sequences of tokens are, 0 … 1 (1 − insertions and deletions over the summed length)."""
    return Indel.normalized_similarity(one, other)


# ---- Which misconception ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """An answer whose origin is known: a file of ``tests/submissions/``.

    Attributes
    ----------
    lost
        Test cells that it does not get full points for.
    """

    name: str
    text: str
    tokens: Sequence[str]
    lost: frozenset[str]


@dataclass(frozen=True)
class Guess:
    """What a wrong answer looks like.

    Attributes
    ----------
    known
        The nearest named misconception, or ``None`` when none is near.
    likeness
        Of the code, 0 … 1.
    right
        Likeness with the nearest right answer: a small slip is nearer to that than to any misconception.
    """

    known: Known | None
    likeness: float
    right: float


def guess(
    answer: Sequence[str], lost: frozenset[str], wrong: Sequence[Known], right: Sequence[Known]
) -> Guess:
    """Return which misconception a wrong answer looks like.

    Parameters
    ----------
    answer
        Its tokens.
    lost
        Test cells of the exercise that the student did not get full points for.
    wrong
        The named misconceptions of this task. One that loses a cell which the student has got is not his or
        hers, however alike the code.
    right
        Right answers of this task.
    """
    near_right = max((likeness(answer, one.tokens) for one in right), default=0.0)
    able = [one for one in wrong if one.lost <= lost]
    best = max(able, key=lambda one: (likeness(answer, one.tokens), len(one.lost), one.name), default=None)
    if best is None or (near := likeness(answer, best.tokens)) < LIKE:
        return Guess(None, 0.0 if best is None else near, near_right)
    return Guess(best, near, near_right)


# ---- Near-identical pairs -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pair:
    """Two submissions that share what few others wrote.

    Attributes
    ----------
    shared
        Fingerprints that both have.
    share
        ``shared`` over the own fingerprints of the one that has fewer.
    """

    one: str
    other: str
    shared: int
    share: float


def _digest(gram: Sequence[str]) -> int:
    # Python's own hash of a string differs from run to run.
    return int.from_bytes(hashlib.blake2b("\0".join(gram).encode(), digest_size=8).digest(), "big")


def grams(found: Sequence[str], gram: int = GRAM) -> list[int]:
    """Return the digests of all runs of ``gram`` tokens, in order."""
    return [_digest(found[start : start + gram]) for start in range(len(found) - gram + 1)]


def winnow(digests: Sequence[int], window: int = WINDOW) -> set[int]:
    """Return the smallest digest of every window; of a text shorter than a window the smallest of all."""
    if not digests:
        return set()
    last = max(1, len(digests) - window + 1)
    return {min(digests[start : start + window]) for start in range(last)}


def fingerprints(cells: Iterable[tuple[Sequence[str], Sequence[str]]]) -> set[int]:
    """Return the fingerprints of a submission.

    Parameters
    ----------
    cells
        For each solution cell its tokens and those of the released cell, whose runs are left out.
    """
    found: set[int] = set()
    for own, released in cells:
        base = set(grams(released))
        found |= winnow([digest for digest in grams(own) if digest not in base])
    return found


def common(count: int) -> int:
    """Return how many of ``count`` students may share a fingerprint before it is taken for everybody's."""
    return max(COMMON_LEAST, math.ceil(COMMON * count))


def pairs(prints: Mapping[str, set[int]]) -> list[Pair]:
    """Return the pairs that share much of what few wrote, the most alike first.

    Parameters
    ----------
    prints
        Fingerprints by student.
    """
    holders: dict[int, list[str]] = defaultdict(list)
    for student in sorted(prints):
        for digest in prints[student]:
            holders[digest].append(student)
    most = common(len(prints))
    own: Counter[str] = Counter()
    shared: Counter[tuple[str, str]] = Counter()
    for students in holders.values():
        if len(students) <= most:
            own.update(students)
            shared.update(combinations(students, 2))
    found = [
        Pair(one, other, count, count / min(own[one], own[other]))
        for (one, other), count in shared.items()
        if count >= OWN and count >= SHARE * min(own[one], own[other])
    ]
    return sorted(found, key=lambda pair: (-pair.share, -pair.shared, pair.one, pair.other))
