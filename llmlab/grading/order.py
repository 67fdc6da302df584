"""In which order a submission's cells run: hidden tests last, where that changes nothing.

A cell that runs after a hidden test could print what the test holds. So cells with hidden tests reach the kernel only
after all others, unless a later cell gives a name a new value that an earlier test may rest on, or uses a name that
a test makes: then the notebook runs as it stands, and what the cells after the first hidden test print is not shown.

Cells of the exercise that go deeper (tagged ``extra``) do not run, if nobody has changed them and nothing rests on
them: they train models, and no test looks at them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from IPython.core.inputtransformer2 import TransformerManager
from nbgrader import utils

from llmlab.grading.preprocessors import BEGIN
from llmlab.grading.reach import names_of


def is_hidden(cell) -> bool:
    """Return whether a cell is graded automatically and holds hidden tests."""
    return _is_code(cell) and utils.is_grade(cell) and BEGIN in cell.source


def order(cells: Sequence, left: Collection[int] = ()) -> tuple[list[int], set[int]]:
    """Return the positions of all cells in the order in which they run, and of those whose output is not shown.

    ``left`` are the positions of cells that do not run.
    """
    run = [number for number in range(len(cells)) if number not in left]
    hidden = [number for number in run if is_hidden(cells[number])]
    others = [number for number in run if number not in set(hidden)]
    if not hidden or not others or hidden[0] > others[-1] or _neutral(cells, hidden, others):
        return [*others, *hidden], set()
    after = {number for number in others if number > hidden[0] and _is_code(cells[number])}
    return run, after


def _neutral(cells: Sequence, hidden: list[int], others: list[int]) -> bool:
    """Return whether tests that run last find what they would find where they stand, as far as names tell."""
    names = {number: _names(cells[number]) for number in [*hidden, *others] if _is_code(cells[number])}
    for test in hidden:
        before = [names[number] for number in others if number < test and number in names]
        bound = {name for one in before for name in one.binds}
        imports = {name for one in before for name in one.imports}
        for number in others:
            if number < test or number not in names:
                continue
            later = names[number]
            # The same import again changes nothing.
            if (later.binds - (later.imports & imports) | later.changes) & bound:
                return False
            if later.reads & names[test].binds - bound:
                return False
    return True


def unread(cells: Sequence, sources: Collection[str]) -> set[int]:
    """Return the positions of cells with one of these sources whose names no later cell reads."""
    found, read = set(), set()
    for number in reversed(range(len(cells))):
        if _is_code(cells[number]):
            names = _names(cells[number])
            if cells[number].source in sources and not names.binds & read:
                found.add(number)
            else:
                read |= names.reads
    return found


def read_outside_answers(cells: Sequence) -> list[str]:
    """Return the names that cells other than the answers read: tests, and what the exercise gives for them."""
    read = [_names(cell).reads for cell in cells if _is_code(cell) and not utils.is_solution(cell)]
    return sorted(set().union(*read))


def _names(cell):
    """Return the names of a cell, magics translated."""
    source = cell.source
    if any(line.lstrip().startswith(("%", "!")) for line in source.split("\n")):
        source = TransformerManager().transform_cell(source)
    return names_of(source)


def _is_code(cell) -> bool:
    return cell.cell_type == "code"
