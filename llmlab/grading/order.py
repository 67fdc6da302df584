"""In which order a submission's cells run: hidden tests last, where that changes nothing.

A cell that runs after a hidden test could print what the test holds. So cells with hidden tests reach the kernel only
after all others, unless a later cell gives a name a new value that an earlier test may rest on, or uses a name that
a test makes: then the notebook runs as it stands, and what the cells after the first hidden test print is not shown.
"""

from __future__ import annotations

import ast
import symtable
from collections.abc import Sequence

from nbgrader import utils

from llmlab.grading.preprocessors import BEGIN


def is_hidden(cell) -> bool:
    """Return whether a cell is graded automatically and holds hidden tests."""
    return cell.cell_type == "code" and utils.is_grade(cell) and BEGIN in cell.source


def order(cells: Sequence) -> tuple[list[int], set[int]]:
    """Return the positions of all cells in the order in which they run, and of those whose output is not shown."""
    hidden = [number for number, cell in enumerate(cells) if is_hidden(cell)]
    others = [number for number in range(len(cells)) if number not in set(hidden)]
    if not hidden or hidden[0] > others[-1] or _neutral(cells, hidden, others):
        return [*others, *hidden], set()
    after = {number for number in others if number > hidden[0] and cells[number].cell_type == "code"}
    return list(range(len(cells))), after


def _neutral(cells: Sequence, hidden: list[int], others: list[int]) -> bool:
    """Return whether tests that run last find what they would find where they stand, as far as names tell."""
    facts = {number: _names(cells[number].source) for number in [*hidden, *others] if cells[number].cell_type == "code"}
    for test in hidden:
        before: dict[str, set[str]] = {}
        for number in others:
            if number < test and number in facts:
                for name, how in facts[number][0].items():
                    before.setdefault(name, set()).add(how)
        makes = set(facts[test][0])
        for number in others:
            if number < test or number not in facts:
                continue
            binds, loads = facts[number]
            # The same import or the same definition again changes nothing.
            if any(name in before and {how} != before[name] for name, how in binds.items()):
                return False
            if loads & makes - set(binds) - set(before):
                return False
    return True


def _names(source: str) -> tuple[dict[str, str], set[str]]:
    """Return which global names a cell binds, each with the source that does, and which it reads."""
    try:
        tree, table = ast.parse(source), symtable.symtable(source, "cell", "exec")
    except SyntaxError:
        return {}, set()  # it does not run
    reads = {one.get_name() for one in table.get_symbols() if one.is_referenced()}
    changed = set()  # by functions that say "global"
    waiting = list(table.get_children())
    while waiting:
        inner = waiting.pop()
        waiting += inner.get_children()
        for one in inner.get_symbols():
            if one.is_global() and one.is_referenced():
                reads.add(one.get_name())
            if one.is_declared_global() and one.is_assigned():
                changed.add(one.get_name())
    binds = dict.fromkeys(changed, source)
    for statement in tree.body:
        for name, said in _bound(statement):
            binds[name] = said if binds.get(name, said) == said else f"{binds[name]}\n{said}"
    return binds, reads


def _bound(statement: ast.stmt):
    """Yield the names that a statement at the top of a cell binds, each with its source."""
    said = ast.unparse(statement)
    symbols = symtable.symtable(said, "cell", "exec").get_symbols()
    imports = {one.get_name() for one in symbols if one.is_imported() and not one.is_assigned()}
    # An import says the same wherever it stands, in "try" say.
    for node in ast.walk(statement):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                name = (alias.asname or alias.name).partition(".")[0]
                if name in imports:
                    yield name, ast.unparse(type(node)(**{**vars(node), "names": [alias]}))
    for one in symbols:
        if (one.is_assigned() or one.is_namespace()) and one.get_name() not in imports:
            yield one.get_name(), said
