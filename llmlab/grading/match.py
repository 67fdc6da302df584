"""Which cell of a submission is which cell of the release, and what each gets back from it."""

from __future__ import annotations

import ast
import contextlib
import copy
import re

from llmlab.grading.notebooks import grade_ids, mark_of

ANCHOR = 10  # characters: a shorter text may stand in a notebook by chance


def _text(source: str) -> str:
    """Return a source without what editors add: spaces at the ends of lines, empty lines around it."""
    return "\n".join(line.rstrip() for line in source.split("\n")).strip()


def _names(source: str) -> set[str]:
    """Return the functions and classes that a cell defines; empty when it is no Python."""
    with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        return {node.name for node in ast.parse(source).body if isinstance(node, kinds)}
    return set(re.findall(r"^(?:async def|def|class)\s+(\w+)", source, re.MULTILINE))


class Match:
    """Which cell of a submission is which cell of the release."""

    def __init__(self, notebook, release):
        self.notebook, self.release = notebook, release
        self.notes: list[str] = []
        self.marks = [mark_of(cell) for cell in release.cells]
        self.locked = [bool(mark) and not mark["solution"] for mark in self.marks]
        self.answers = [bool(mark.get("solution")) for mark in self.marks]
        self.place: dict[int, int] = {}  # number in the release: number in the submission

    def name(self, number: int) -> str:
        return self.marks[number].get("grade_id") or self.release.cells[number].id

    def free(self, number: int) -> bool:
        return number not in self.place.values()

    def split(self) -> None:
        """Part a cell that holds the whole text of a test or a question, which are not the student's, and more."""
        whole = {_text(cell.source) for cell in self.notebook.cells}
        known = {mark.get("grade_id") for mark in map(mark_of, self.notebook.cells)}
        for number, wanted in enumerate(self.release.cells):
            text = _text(wanted.source)
            if self.answers[number] or len(text) < ANCHOR or text in whole:
                continue
            lines = text.split("\n")
            for at, cell in enumerate(self.notebook.cells):
                rows = [line.rstrip() for line in cell.source.split("\n")]
                starts = [
                    row
                    for row in range(len(rows) - len(lines) + 1)
                    if rows[row] == lines[0] and rows[row : row + len(lines)] == lines
                ]
                own = mark_of(cell).get("grade_id")
                mine = self.marks[number].get("grade_id")
                if len(starts) != 1 or (mine in known and mine != own):
                    continue
                before, after = rows[: starts[0]], rows[starts[0] + len(lines) :]
                middle = copy.deepcopy(wanted)
                parts = [self._part(cell, before, first=own is None or own != mine), middle]
                parts.append(self._part(cell, after, first=False))
                if cell.id == wanted.id:
                    parts[0] = self._part(cell, before, first=False)
                kept = [part for part in parts if part is not None]
                if len(kept) > 1:
                    self.notebook.cells[at : at + 1] = kept
                    self.notes.append(f"1 つになっていたセルを分けました（{self.name(number)}）。")
                    break

    @staticmethod
    def _part(cell, lines: list[str], first: bool):
        """Return a part of a cell that was several; only the first keeps the cell's identity."""
        source = "\n".join(lines).strip("\n")
        if not source.strip():
            return None
        part = copy.deepcopy(cell)
        part.source = source
        if not first:
            part.metadata.pop("nbgrader", None)
            part.id = f"{cell.id[:50]}-rest"
        return part

    def by_mark(self) -> None:
        """Find cells by nbgrader's mark. Of copies the last one counts, as it does for Python.

        A copy after the answer's test, in which something else is tried, is none: the test has not seen it.
        """
        self._join_parts()
        double, gone = [], set()
        for number, mark in enumerate(self.marks):
            name = mark.get("grade_id")
            at = [
                i
                for i, cell in enumerate(self.notebook.cells)
                if name and mark_of(cell).get("grade_id") == name
            ]
            if len(at) > 1:
                double.append(name)
                stub = _text(self.release.cells[number].source)
                answered = [i for i in at if _text(self.notebook.cells[i].source) != stub]
                if self.answers[number] and answered:
                    gone |= set(at) - set(answered)  # an empty copy would undo the answer before it
                    at = self._seen_by_test(number, answered)
            if at:
                self.place[number] = at[-1]
        if double:
            self.notes.append(
                f"同じセルが 2 つ以上あるので、答えのある最後のものを採点しました（{'、'.join(double)}）。"
            )
        if gone:
            self.drop(gone)

    def _seen_by_test(self, number: int, at: list[int]) -> list[int]:
        """Return which copies of an answer stand before its test; all of them where none does or all are the same."""
        test = next((later for later in range(number + 1, len(self.marks)) if self.locked[later]), None)
        cells = self.notebook.cells
        if self.release.cells[number].cell_type != "code" or test is None or len({_text(cells[i].source) for i in at}) == 1:
            return at
        tests = [i for i, cell in enumerate(cells) if mark_of(cell).get("grade_id") == self.marks[test]["grade_id"]]
        return [i for i in at if tests and i < tests[-1]] or at

    def _join_parts(self) -> None:
        """Join a written answer that was split: JupyterLab gives both parts the mark of the one."""
        joined, kept = [], []
        stubs = {
            mark["grade_id"]: _text(cell.source)
            for mark, cell in zip(self.marks, self.release.cells, strict=True)
            if mark.get("solution")
        }
        for cell in self.notebook.cells:
            name = mark_of(cell).get("grade_id")
            before = kept[-1] if kept else None
            if (
                name in stubs
                and before is not None
                and cell.cell_type == before.cell_type == "markdown"
                and mark_of(before).get("grade_id") == name
                and len({stubs[name], _text(before.source), _text(cell.source)}) == 3
            ):
                before.source += "\n\n" + cell.source
                if "attachments" in cell:
                    before["attachments"] = before.get("attachments", {}) | cell.attachments
                joined.append(name)
            else:
                kept.append(cell)
        self.notebook.cells = kept
        if joined:
            self.notes.append(f"分かれていた記述のセルを 1 つにつなぎました（{'、'.join(dict.fromkeys(joined))}）。")

    def drop(self, gone: set[int]) -> None:
        """Take cells out of the submission."""
        kept = [i for i in range(len(self.notebook.cells)) if i not in gone]
        self.notebook.cells = [self.notebook.cells[i] for i in kept]
        self.place = {number: kept.index(at) for number, at in self.place.items()}

    def by_id(self) -> None:
        """Find cells by their id, which Colab keeps in the metadata."""
        for number, wanted in enumerate(self.release.cells):
            at = [i for i, cell in enumerate(self.notebook.cells) if cell.id == wanted.id and self.free(i)]
            if number not in self.place and len(at) == 1 and not mark_of(self.notebook.cells[at[0]]):
                self.place[number] = at[0]

    def by_text(self) -> None:
        """Find what is not the student's by its text, where it stands once."""
        for number, wanted in enumerate(self.release.cells):
            text = _text(wanted.source)
            if number in self.place or self.answers[number]:
                continue
            at = [
                i for i, cell in enumerate(self.notebook.cells) if self.free(i) and _text(cell.source) == text
            ]
            again = [i for i, cell in enumerate(self.release.cells) if _text(cell.source) == text]
            if len(at) == len(again) == 1:
                self.place[number] = at[0]

    def by_order(self) -> None:
        """Find answers by what stands around them: cells of the release that were found.

        Code counts when it defines what the cell of the release defines.
        """
        given = {
            _text(cell.source) for number, cell in enumerate(self.release.cells) if not self.answers[number]
        }
        for number, wanted in enumerate(self.release.cells):
            if number in self.place or not self.answers[number]:
                continue
            before = max((i for i in self.place if i < number), default=None)
            after = min((i for i in self.place if i > number), default=None)
            start = -1 if before is None else self.place[before]
            end = len(self.notebook.cells) if after is None else self.place[after]
            alone = not any(
                self.answers[i] and i != number and i not in self.place
                for i in range(0 if before is None else before, len(self.marks) if after is None else after)
            )
            at = [
                i
                for i in range(start + 1, end)
                if self.free(i)
                and self.notebook.cells[i].cell_type == wanted.cell_type
                and not mark_of(self.notebook.cells[i])
                and _text(self.notebook.cells[i].source) not in given
            ]
            names = _names(wanted.source) if wanted.cell_type == "code" else set()
            defining = [i for i in at if names and names <= _names(self.notebook.cells[i].source)]
            if defining:
                if len(defining) > 1:
                    self.notes.append(
                        f"答えのセルが 2 つ以上あるので、最後のものを採点しました（{self.name(number)}）。"
                    )
                self.place[number] = defining[-1]
            elif alone and len(at) == 1 and not names:
                self.place[number] = at[0]

    def missing(self) -> list[int]:
        """Return the answers that were not found."""
        return [number for number, answer in enumerate(self.answers) if answer and number not in self.place]

    def stamp(self) -> None:
        """Give the found cells the release's identity and tests; take nbgrader's marks off all others."""
        lost, edited, turned = [], [], []
        for number, at in sorted(self.place.items()):
            cell, wanted = self.notebook.cells[at], self.release.cells[number]
            mark = self.marks[number]
            if mark and not mark_of(cell):
                lost.append(self.name(number))
            if mark and cell.cell_type != wanted.cell_type:
                turned.append(self.name(number))
                source, cell = cell.source, copy.deepcopy(wanted)
                cell.source = source
                self.notebook.cells[at] = cell
            if self.locked[number] and _text(cell.source) != _text(wanted.source):
                edited.append(self.name(number))
            if self.locked[number]:
                cell.source = wanted.source
                cell.metadata = copy.deepcopy(wanted.metadata)  # a tag can keep a cell from running: full points
            cell.metadata.pop("nbgrader", None)
            if "nbgrader" in wanted.metadata:
                cell.metadata["nbgrader"] = copy.deepcopy(wanted.metadata["nbgrader"])
        for at, cell in enumerate(self.notebook.cells):
            if self.free(at):
                cell.metadata.pop("nbgrader", None)
        if lost:
            self.notes.append(
                f"消えていた採点用の印を、配布したノートブックから戻しました（{'、'.join(lost)}）。"
            )
        if turned:
            self.notes.append(f"種類の変わったセルを元に戻しました（{'、'.join(turned)}）。")
        if edited:
            self.notes.append(
                f"今の配布版と違うテストのセルを、配布版に替えて採点しました（{'、'.join(edited)}）。"
            )

    def assemble(self) -> None:
        """Put back tests that are gone, and the release's order where a test stands before its answer."""
        owner = {at: number for number, at in self.place.items()}
        groups: list[tuple[int, list]] = [
            (-1, [])
        ]  # a cell of the release, and what the student put after it
        for at, cell in enumerate(self.notebook.cells):
            if at in owner:
                groups.append((owner[at], [cell]))
            else:
                groups[-1][1].append(cell)
        back = [number for number, locked in enumerate(self.locked) if locked and number not in self.place]
        for number in back:
            there = [i for i, (key, _) in enumerate(groups) if key < number]
            near = max(there, key=lambda i: groups[i][0])
            groups.insert(near + 1, (number, [copy.deepcopy(self.release.cells[number])]))
        if back:
            names = "、".join(map(self.name, back))
            self.notes.append(f"なくなっていたテストのセルを戻しました（{names}）。")
        order = [key for key, _ in groups]
        early = any(
            self.locked[key] and any(self.answers[late] and late < key for late in order[i + 1 :])
            for i, key in enumerate(order)
            if key >= 0
        )
        if early:
            groups.sort(key=lambda group: group[0])
            self.notes.append("セルの順番が変わっていたので、配布したときの順に戻しました。")
        self.notebook.cells = [cell for _, cells in groups for cell in cells]
        seen: set[str] = {self.release.cells[key].id for key in order if key >= 0}
        for key, cells in groups:
            for number, cell in enumerate(cells):
                if key >= 0 and number == 0:
                    cell["id"] = self.release.cells[key].id
                    continue
                if cell.id in seen:
                    cell["id"] = next(f"own-{i}" for i in range(len(seen) + 1) if f"own-{i}" not in seen)
                seen.add(cell.id)

    def note_start(self) -> None:
        """Name code of the release, such as imports, that the student has taken out."""
        ids = {cell.id for cell in self.notebook.cells}
        if sum(cell.id in ids for cell in self.release.cells) * 2 < len(self.release.cells):
            return  # the ids are lost: nothing can be said
        body = "\n".join(_text(cell.source) for cell in self.notebook.cells)
        gone = [
            cell.id
            for number, cell in enumerate(self.release.cells)
            if cell.cell_type == "code"
            and not self.marks[number]
            and number not in self.place
            and "extra" not in cell.metadata.get("tags", [])
            and _text(cell.source) not in body
        ]
        if gone:
            self.notes.append(f"配布したコードのセルがありません（{'、'.join(gone)}）。")


def share(notebook, release) -> float:
    """Return which part of a release's graded cells a notebook holds: by mark, or a test by its text."""
    marks = set(grade_ids(notebook))
    texts = {_text(cell.source) for cell in notebook.cells}
    wanted = [(mark_of(cell), _text(cell.source)) for cell in release.cells if mark_of(cell)]
    found = [mark["grade_id"] in marks or (not mark["solution"] and text in texts) for mark, text in wanted]
    return sum(found) / max(1, len(wanted))
