"""Formgrader's lists of a class: the same rows as nbgrader's own, with fewer and smaller queries."""

import pytest
from sqlalchemy import event

from llmlab.grading import gradebook, queries, release
from tests import bench_formgrader


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """Rows and queries of each list before and after; what is changed stays changed for the process."""
    work = tmp_path_factory.mktemp("class")
    with pytest.MonkeyPatch.context() as patch:
        for name in (gradebook.VARIABLE, "LLMLAB_FORMGRADER"):  # the second makes all faster from the start
            patch.delenv(name, raising=False)
        bench_formgrader.fill(work, 6)
        said: list[str] = []
        found: dict[str, list] = {}
        with gradebook.book(work) as book:
            event.listen(book.engine, "before_cursor_execute", lambda *one: said.append(one[2]))
            lists = {
                "unknown": lambda: book.submission_dicts("no such exercise"),
                "students": book.student_dicts,
            }
            for name in release.names()[:3]:
                lists |= {
                    f"{name}: submissions": lambda name=name: book.submission_dicts(name),
                    f"{name}: notebooks": lambda name=name: book.notebook_submission_dicts(name, name),
                    f"{name}: names": lambda name=name: [
                        {"id": one.student.id, "name": one.name}
                        for one in book.notebook_submissions(name, name)
                    ],
                }

            def look() -> None:
                for name, rows in lists.items():
                    book.db.expunge_all()
                    said.clear()
                    ordered = sorted(rows(), key=lambda row: str(row["id"]))
                    found.setdefault(name, []).append((ordered, list(said)))

            look()
            queries.faster()
            look()
    return found


def test_rows_are_nbgraders_own(seen):
    for name, ((before, _), (after, _)) in seen.items():
        assert after == before, name
        assert len(before) == (0 if name == "unknown" else 6), name
    points = [[row["score"] for row in seen[f"{name}: submissions"][0][0]] for name in release.names()[:3]]
    # Each exercise has other points: a wrong one would be seen.
    assert len({tuple(one) for one in points}) == 3


def test_list_of_names_takes_one_query_instead_of_two_for_each_submission(seen):
    for name in release.names()[:3]:
        (_, before), (_, after) = seen[f"{name}: names"]
        assert len(after) == 1 and len(before) > 2 * 6


@pytest.mark.parametrize(
    ("kind", "column"),
    [("submissions", "submitted_assignment.assignment_id"), ("notebooks", "submitted_notebook.notebook_id")],
)
def test_every_part_of_the_long_query_sees_one_exercise(seen, kind, column):
    for name in release.names()[:3]:
        (_, before), (_, after) = seen[f"{name}: {kind}"]
        # The long query is the last. One of its parts adds up three others and reads no table itself.
        parts = before[-1].count("GROUP BY") - 1
        assert parts > 6 and before[-1].count(f"{column} = ?") == 0
        assert after[-1].count(f"{column} = ?") == parts
