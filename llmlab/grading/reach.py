"""Which cells of a notebook can notice that one of them was replaced.

A cell is reached when it reads a global name that the replaced cell binds or may change, directly or through what
other cells have made of it. Where the source does not tell (``exec``, ``setattr``, ``import *``, another's object
changed, a library's setting), every cell counts as reached: more may count than is reached, hardly ever less.
The rest is checked by drawing: see ``whole`` in :func:`llmlab.grading.zoo.prove`.
"""

from __future__ import annotations

import ast
import functools
import symtable
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

# What can change a name, or a library for everybody, without spelling it as a target.
OPAQUE = frozenset(
    "exec eval globals locals vars setattr delattr __import__ compile get_ipython sys gc ctypes inspect builtins "
    "__builtins__ importlib signal threading atexit os seed manual_seed simplefilter filterwarnings register "
    "__class__ __dict__ __globals__ __code__ __wrapped__ patch".split()
)


@dataclass(frozen=True)
class Names:
    """The global names of a cell.

    Attributes
    ----------
    reads, binds
        Names read, inside functions too, that the cell itself has not surely bound before; names bound.
    changes
        Left ends of targets such as ``a.b = …`` and ``a[0] = …``.
    imports, made
        The bound names that are modules or parts of modules, and those that are neither functions nor classes.
    opaque
        The source does not tell everything.
    """

    reads: frozenset[str]
    binds: frozenset[str]
    changes: frozenset[str]
    imports: frozenset[str]
    made: frozenset[str]
    opaque: bool


@functools.lru_cache(maxsize=1 << 12)  # hundreds of submissions share all cells but one
def names_of(source: str) -> Names:
    """Read the global names off a cell; a cell that does not parse is opaque."""
    nothing = frozenset()
    try:
        tree = ast.parse(source)
        table = symtable.symtable(source, "<cell>", "exec")
    except (SyntaxError, ValueError):
        return Names(nothing, nothing, nothing, nothing, nothing, True)
    reads, binds, imports, functions = _first_reads(tree.body, set()), set(), set(), set()
    for scope in _scopes(table):
        top = scope.get_type() == "module"
        for symbol in scope.get_symbols():
            if not (top or symbol.is_global()):
                continue
            if symbol.is_assigned() or symbol.is_imported():
                binds.add(symbol.get_name())
            if symbol.is_imported():
                imports.add(symbol.get_name())
            if symbol.is_namespace():
                functions.add(symbol.get_name())
    changes, opaque = set(), False
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
                changes.add(_base(node))
            case ast.Attribute(attr=name) if name in OPAQUE or name.startswith("set_"):
                opaque = True
            case ast.alias(name="*"):
                opaque = True
            case ast.Constant(value=str(text)) if text.isidentifier():
                reads.add(text)  # a test may look a function up by its name
    opaque |= bool((reads | binds) & OPAQUE)
    made = binds - imports - functions
    return Names(*map(frozenset, (reads, binds, changes, imports, made)), opaque)


def _scopes(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for inner in table.get_children():
        yield from _scopes(inner)


def _first_reads(statements: list[ast.stmt], bound: set[str]) -> set[str]:
    """Return the global names read before they have surely been bound; what is surely bound joins ``bound``."""
    reads = set()
    for statement in statements:
        match statement:
            case ast.For(target=target, iter=source, body=body, orelse=other):
                reads |= _globals(source)[0] - bound
                inside = bound | _globals(target)[1]
                reads |= _first_reads(body, inside) | _first_reads(other, set(bound))
            case ast.With(items=items, body=body):
                for item in items:
                    reads |= _globals(item.context_expr)[0] - bound
                    bound |= _globals(item.optional_vars)[1] if item.optional_vars else set()
                reads |= _first_reads(body, bound)
            case ast.If(test=test, body=body, orelse=other) | ast.While(test=test, body=body, orelse=other):
                reads |= _globals(test)[0] - bound
                one, two = set(bound), set(bound)
                reads |= _first_reads(body, one) | _first_reads(other, two)
                bound |= one & two if isinstance(statement, ast.If) else set()
            case ast.Try(body=body, handlers=handlers, orelse=other, finalbody=last):
                inside = set(bound)
                reads |= _first_reads(body, inside)
                for handler in handlers:
                    reads |= _globals(handler.type)[0] - bound if handler.type else set()
                    reads |= _first_reads(handler.body, bound | {handler.name or ""})
                reads |= _first_reads(other, inside) | _first_reads(last, bound)
            case _:
                read, binds = _globals(statement)
                reads |= read - bound
                bound |= binds if not isinstance(statement, ast.AugAssign | ast.Delete) else set()
    return reads


def _globals(node: ast.AST) -> tuple[set[str], set[str]]:
    """Return the global names that a statement or an expression reads, and those that it binds at its own level."""
    table = symtable.symtable(ast.unparse(node), "<part>", "exec")
    if isinstance(node, ast.expr) and not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        return set(), {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    reads = {
        symbol.get_name()
        for scope in _scopes(table)
        for symbol in scope.get_symbols()
        if symbol.is_referenced() and (scope is table or symbol.is_global())
    }
    symbols = table.get_symbols()
    binds = {one.get_name() for one in symbols if one.is_assigned() or one.is_imported() or one.is_namespace()}
    return reads, binds


def _base(node: ast.expr) -> str:
    """Return the name at the left end of ``a.b[c]().d``; ``""`` where there is none."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def reached(cells: Sequence[tuple[str, str]], replaced: Mapping[str, str]) -> set[str]:
    """Return the names of the cells that must run to see what the replaced ones do, these included.

    Parameters
    ----------
    cells
        ``(name, source)`` of the reference's cells, in order.
    replaced
        The new sources by name.
    """
    said = {name: names_of(source) for name, source in cells}
    new = [names_of(source) for source in replaced.values()]
    others = [found for name, found in said.items() if name not in replaced]
    # An object that other cells made may be changed by a call of its methods.
    made = frozenset().union(*(found.made for found in others))
    imported = frozenset().union(*(found.imports for found in [*others, *new]))
    if any(found.opaque or found.changes & imported for found in new):
        return set(said)
    touched = set()
    for found in [*new, *(said[name] for name in replaced)]:
        touched |= found.binds - found.imports
        touched |= (found.reads | found.changes) & made
    result = set(replaced)
    growing = True
    while growing:
        growing = False
        for name in said.keys() - result:
            if said[name].reads & touched:
                result.add(name)
                touched |= said[name].binds - said[name].imports
                growing = True
    return result


def needed(cells: Sequence[tuple[str, str]], wanted: set[str]) -> set[str]:
    """Return the wanted cells and those before them that bind what they read."""
    result, reads = set(), set()
    for name, source in reversed(cells):
        found = names_of(source)
        if name in wanted or found.binds & reads:
            result.add(name)
            reads |= found.reads
    return result
