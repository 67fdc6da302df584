"""Mends a submitted notebook where it has one possible meaning, and refuses it where it has more."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from llmlab.grading.match import Match, share
from llmlab.grading.refused import OtherExercise, Refused


def mend(notebook, exercise: str, release: Callable[[str], object], names: Iterable[str]) -> list[str]:
    """Make a submitted notebook one that nbgrader can grade (in place); return what was done.

    Every cell that is graded gets the release's mark and id, every locked cell the release's text. A test that is
    gone comes back; an answer never does. Cells of which the mark is lost are found by id, then by text, then by
    what stands around them.

    Parameters
    ----------
    notebook
        From :func:`llmlab.grading.notebooks.parse`.
    release
        Returns the student version of an exercise by name (:func:`llmlab.grading.notebooks.released`).
    names
        The names of all exercises.

    Raises
    ------
    Refused
        When it is another exercise, or when answers are missing or cannot be told apart.
    """
    match = Match(notebook, release(exercise))
    for step in (match.split, match.by_mark, match.by_id, match.by_text, match.by_order):
        step()
    missing = [match.name(number) for number in match.missing()]
    if missing or not match.place:
        own = share(notebook, release(exercise))
        best = max(names, key=lambda name: share(notebook, release(name)))
        if best != exercise and share(notebook, release(best)) > own:
            raise OtherExercise(
                f"別の演習（{best}）のノートブックです。{exercise} を出してもらってください。"
            )
        if not any(match.marks[number] for number in match.place):
            raise Refused(
                "採点用のセルの印がありません。配布したノートブックに答えを書き、出し直してもらってください。"
            )
        raise Refused(
            f"採点用のセルがないか、どれか分かりません（{'、'.join(missing)}）。"
            "配布したノートブックに答えを写し、出し直してもらってください。"
        )
    match.note_start()
    match.stamp()
    match.assemble()
    return match.notes
