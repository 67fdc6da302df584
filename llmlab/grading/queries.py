"""Formgrader's lists of a large class, with fewer and smaller queries than nbgrader's own.

Nothing is stored twice, and what the lists say does not change: the same rows, read otherwise. The settings
(``nbgrader_config.py``) call :func:`faster` in formgrader's process alone.
"""

from __future__ import annotations

import functools

ONLY = "llmlab_only"  # the key of the session's notes


@functools.cache  # formgrader reads its settings again for each request
def faster() -> None:
    """Let this process read a class in two other ways.

    A submitted notebook comes with its student and its name: formgrader's list of an exercise and each Next ask every
    notebook for both, two queries for each submission. And where nbgrader lists one exercise
    (:meth:`nbgrader.api.Gradebook.submission_dicts`, ``notebook_submission_dicts``), it adds up the points of all
    exercises and throws the others away: they are left out from the start.
    """
    from nbgrader.api import Gradebook, SubmittedAssignment, SubmittedNotebook
    from sqlalchemy import event
    from sqlalchemy.orm import Session, joinedload, with_loader_criteria

    submission = joinedload(SubmittedNotebook.assignment)
    options = [submission.joinedload(SubmittedAssignment.student), joinedload(SubmittedNotebook.notebook)]

    def together(state) -> None:
        if not state.is_select or state.is_column_load or state.is_relationship_load:
            return
        if criteria := state.session.info.get(ONLY):
            state.statement = state.statement.options(*criteria)
        columns = getattr(state.statement, "column_descriptions", [])
        if len(columns) == 1 and columns[0]["expr"] is SubmittedNotebook:
            state.statement = state.statement.options(*options)

    event.listen(Session, "do_orm_execute", together)

    def of_exercise(book, assignment_id) -> list:
        number = book.find_assignment(assignment_id).id
        return [with_loader_criteria(SubmittedAssignment, SubmittedAssignment.assignment_id == number)]

    def of_notebook(book, notebook_id, assignment_id) -> list:
        number = book.find_notebook(notebook_id, assignment_id).id
        return [with_loader_criteria(SubmittedNotebook, SubmittedNotebook.notebook_id == number)]

    Gradebook.submission_dicts = _only(Gradebook.submission_dicts, of_exercise)
    Gradebook.notebook_submission_dicts = _only(Gradebook.notebook_submission_dicts, of_notebook)


def _only(method, criteria):
    """Return a method of the gradebook whose queries see one exercise; of an unknown one it says what it said."""
    from nbgrader.api import MissingEntry

    @functools.wraps(method)
    def narrow(book, *names, **named):
        try:
            own = criteria(book, *names, **named)
        except MissingEntry:
            return method(book, *names, **named)
        book.db.info[ONLY] = own
        try:
            return method(book, *names, **named)
        finally:
            del book.db.info[ONLY]

    return narrow
