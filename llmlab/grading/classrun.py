"""One run over a class: who is graded now, their grading, and what is then said of everybody.

:func:`llmlab.grading.grade.grade` reads the submissions and holds the folder's lock; :class:`ClassRun` does the rest.
"""

from __future__ import annotations

import contextlib
import functools
import tempfile
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from llmlab.errors import CourseError
from llmlab.grading import autograde, dispatch, gradebook, moodle, results, verdicts
from llmlab.grading.archives import File
from llmlab.grading.books import Books, write_whole
from llmlab.grading.intake import Submission, check
from llmlab.grading.layouts import NOTEBOOK, of_system
from llmlab.grading.notebooks import released
from llmlab.grading.release import convert, find, fingerprint, names
from llmlab.grading.results import DONE, LATE, REFUSED, SAME, Report, Row
from llmlab.runtime import cores


class ClassRun:
    """One run: :meth:`look` at what came in, then, alone in the folder, :meth:`run`.

    Parameters
    ----------
    books
        The folder that is graded into.
    root
        The checkout that holds the exercise.
    limit, workers, again, sandbox, say
        As :func:`llmlab.grading.grade.grade` takes them.
    """

    def __init__(
        self, books: Books, root: Path, *, limit: float, workers: int | None, again: bool, sandbox: bool, say
    ):
        self.books, self.root = books, root
        self.work, self.exercise = books.work, books.exercise
        self.limit, self.workers, self.again, self.sandbox, self.say = limit, workers, again, sandbox, say
        self.release = functools.cache(self._release)
        self.graded: list[str] = []
        self.stopped: dict[str, str] = {}  # verdicts, by student
        self.failed: list[dict] = []  # tasks that get a second try

    def _release(self, name: str):
        """Return an exercise's notebook as students receive it."""
        import nbformat

        return released(nbformat.read(find(name, self.root), as_version=4))

    def look(self, found: list[Submission]) -> None:
        """Check and mend submissions; what cannot be graded gets its ``problem``."""
        for one in found:
            check(one, self.exercise, self.release, names(self.root))

    def run(self, found: list[Submission], held: dispatch.Held) -> Report:
        """Grade what is new or changed; write points, feedback and lists.

        Parameters
        ----------
        found
            What :meth:`look` has seen.
        held
            The folder's lock, which the processes keep, too.

        Raises
        ------
        CourseError
            A full disk; a server that does not come back.
        """
        self.solution = fingerprint(self.exercise, self.root)
        self.state = self.books.state()
        self.known = self.state["students"]
        self.books.mend(self.state)
        # Whether the tests have changed since the last run; whether someone's former points still wait to be compared.
        mended = self.state["solution"] not in ("", self.solution)
        regraded = mended or any("was" in memory for memory in self.known.values())
        good = [one for one in found if not one.problem]
        stored = self._stored({one.student for one in good}, everybody=regraded)
        good += [one for one in stored if not one.problem]
        if self.again or mended or any(self.known.get(one.student, {}).get("digest") != one.digest for one in good):
            dispatch.warm()  # beside what comes before the first submission runs
        self._take_tests()

        with self.books.gradebook() as book:
            self.before = {one.student.id for one in book.assignment_submissions(self.exercise)}
        self.fresh = {one.student: one for one in good if self._must(one)}
        self.common = {
            "work": str(self.work),
            "exercise": self.exercise,
            "root": str(self.root),
            "limit": self.limit,
            "environment": autograde.environment(self._at_once(len(self.fresh))),
            "database": gradebook.server(),
            "sandbox": self.sandbox,
        }
        self._grade(held)

        points, rows, prints = results.read_scores(self.work, self.exercise)
        self._renew_feedback(rows, prints, held)
        changes = results.changed(self.known, rows, self.solution)
        if mended or changes:
            write_whole(
                self.work / f"{self.exercise}-changes.csv", results.changes_csv(changes).encode("utf-8-sig")
            )
        self._tell(rows, [*found, *stored])
        returned = self._return_to_moodle(found)
        self.state["refused"] = self._still_refused(rows, [*found, *stored])
        self.books.save(self.state)
        ordered = [rows[name] for name in sorted(rows)]
        target = self.work / f"{self.exercise}.csv"
        write_whole(target, results.scores_csv(points, ordered).encode("utf-8-sig"))
        # The seconds are the caller's: it began earlier.
        return Report(self.exercise, points, ordered, sorted(self.graded), 0.0, target, changes, regraded, returned)

    # ---- Who is graded ----

    def _stored(self, there: set[str], everybody: bool) -> list[Submission]:
        """Return the notebooks that earlier runs have graded and this one must, of students not in the folder now."""
        found = []
        for student, memory in self.known.items():
            path = self.books.folder("submitted", student) / f"{self.exercise}.ipynb"
            if not (everybody or memory.get("again")) or student in there or not path.is_file():
                continue
            moment = datetime.fromisoformat(memory["received"]).timestamp() if memory.get("received") else 0.0
            one = Submission(student, path, files=[File(PurePosixPath(path.name), path, moment)])
            self.look([one])
            one.digest = memory.get("digest", "")  # of the file as it came, not as it was stored
            kept = memory.get("notes", [])
            one.notes = [*kept, *(note for note in one.notes if note not in kept)]
            found.append(one)
        return found

    def _take_tests(self) -> None:
        """Put the exercise's tests into the gradebook when they are new there."""
        gradebook.create(self.work)
        if self.state["solution"] == self.solution and self._holds():
            return
        self._remember()
        self.books.save(self.state)  # killed in the next step, the scores before it are not lost
        with tempfile.TemporaryDirectory(prefix="llmlab-") as scratch:
            convert(self.exercise, Path(scratch), gradebook.address(self.work), self.root)
        self.state["solution"] = self.solution  # the tests have changed: everybody again; manual scores stay
        self.books.save(self.state)

    def _holds(self) -> bool:
        """Whether the gradebook knows the exercise: it may be another one than before."""
        from nbgrader.api import MissingEntry

        with self.books.gradebook() as book:
            try:
                return bool(book.find_assignment(self.exercise).notebooks)
            except MissingEntry:
                return False

    def _remember(self) -> None:
        """Keep everybody's scores before a changed solution notebook replaces them."""
        from nbgrader.api import MissingEntry

        try:
            _, rows, _ = results.read_scores(self.work, self.exercise)
        except MissingEntry:  # another exercise's gradebook
            return
        for student, memory in self.known.items():
            if student in rows:
                row = rows[student]
                # After a run that was cut short: what stood before that one.
                memory.setdefault("was", {"total": row.total, "cells": row.scores})

    def _must(self, one: Submission) -> bool:
        """Say whether a submission is new or changed, or its grading is not whole."""
        memory = self.known.get(one.student)
        return (
            self.again
            or memory is None
            or memory.get("digest") != one.digest
            or memory["solution"] != self.solution
            or bool(memory.get("again"))
            or one.student not in self.before
            or not self.books.folder("autograded", one.student).is_dir()
        )

    # ---- Grading ----

    def _at_once(self, tasks: int) -> int:
        """Return how many of so many tasks run at the same time."""
        return max(1, min(self.workers or cores(), tasks))

    def _grade(self, held: dispatch.Held) -> None:
        """Autograde who must be, in processes of their own; what failed by chance once more, alone."""
        graded = self.books.graded_by_hand(self.fresh)
        new = {student: student not in self.before for student in self.fresh}
        self.state["begun"] |= new
        self.books.save(self.state)
        for one in self.fresh.values():
            self.books.stage(one)
            one.notebook = None
        with contextlib.ExitStack() as stack:
            ipython = stack.enter_context(tempfile.TemporaryDirectory(prefix="llmlab-"))
            self.common["environment"]["IPYTHONDIR"] = ipython
            self.common["fenced"] = autograde.can_fork()
            run = dispatch.run
            if self.fresh and dispatch.scheduler():
                run = stack.enter_context(dispatch.Cluster(dispatch.scheduler(), self.common)).run
            elif self.fresh and self.common["fenced"]:
                self.common["environment"] |= self._parent(stack)
            tasks = [
                self.common | {"student": student, "autograde": True, "graded": graded.get(student, {})}
                for student in self.fresh
            ]
            run(autograde.grade_one, tasks, self._at_once(len(tasks)), self._finish, held)
            if self.failed:
                gradebook.wait(self.work)  # a server that restarts
                if not autograde.parent_answers(self.common["environment"]):
                    again = self._parent(stack)
                    for task in self.failed:
                        task["environment"] = task["environment"] | again
                run(autograde.grade_one, self.failed, 1, self._finish, held)

    def _parent(self, stack: contextlib.ExitStack) -> dict[str, str]:
        """Start the process that kernels are forked from; return what names it in the environment."""
        blank = self.release(self.exercise)
        return autograde.start_parent(stack, self.exercise, blank, self.root, self.sandbox)

    def _finish(self, task: dict, said: str) -> None:
        """Take in what became of one submission; ``said`` tells what went wrong, ``""`` if nothing."""
        one = self.fresh[task["student"]]
        if gradebook.is_full(said) and not verdicts.word(said):
            raise CourseError(f"「{self.work}」に書けません。{gradebook.FULL}")
        surely = verdicts.word(said) not in ("", verdicts.DIED)
        if said not in ("", "Timeout") and not surely and not task.get("second"):
            # A kernel may fail to start for reasons that are not the student's (a port taken meanwhile, memory
            # short for a moment): nobody is refused for that without a second try, alone.
            self.failed.append(task | {"second": True})
            self.say(f"{one.student} {_why(said)} もう一度だけ採点してみます。")
            return
        self.books.settle(one.student, not said, one.student not in self.before)
        self.state["begun"].pop(one.student, None)
        memory = self.known.get(one.student, {})
        if said:
            one.problem = _why(said)
            self.stopped[one.student] = verdicts.TIME if said == "Timeout" else verdicts.word(said)
            if memory:  # the former submission keeps its points; this one is tried again
                memory["again"] = True
        else:
            self.known[one.student] = {
                "digest": one.digest,
                "late": self.books.late(one.student),
                "notes": one.notes,
                "received": _received(one, memory),
                "solution": self.solution,
            }
            self.known[one.student] |= {key: memory[key] for key in ("was", "moodle") if key in memory}
            self.graded.append(one.student)
        self.books.save(self.state)
        self.say(f"{len(self.graded)}/{len(self.fresh)} {one.student} {one.problem}".rstrip())

    # ---- What is said ----

    def _renew_feedback(self, rows: dict[str, Row], prints: dict[str, str], held: dispatch.Held) -> None:
        """Write feedback again where a person has given points or comments since."""
        stale = [
            name
            for name, value in prints.items()
            if name in self.known and self.known[name].get("feedback") != value
        ]

        def written(task: dict, said: str) -> None:
            if said:
                stale.remove(task["student"])  # the next run tries again
                rows[task["student"]].note = "フィードバックを書けませんでした。もう一度採点してください。"

        tasks = [
            self.common | {"student": name, "autograde": False} for name in stale if name not in self.graded
        ]
        dispatch.run(autograde.grade_one, tasks, self._at_once(len(tasks)), written, held)
        for name in stale:
            self.known[name]["feedback"] = prints[name]

    def _return_to_moodle(self, found: list[Submission]) -> Path | None:
        """Write the zip of feedback for those whose notebooks came from Moodle; return it if there are any."""
        owners = {memory.pop("moodle"): name for name, memory in self.known.items() if "moodle" in memory}
        now = {moodle.owner(one.path): one.student for one in found if one.student in self.known}
        # The number is the same person's under whatever name, in Moodle or here; the latest name counts.
        named = [*owners.items(), *now.items()]
        people = {owner.rpartition("_")[2]: (owner, student) for owner, student in named if owner}
        for owner, student in people.values():
            self.known[student]["moodle"] = owner
        pages = {
            owner: page
            for owner, student in people.values()
            if (page := self.books.folder("feedback", student) / f"{self.exercise}.html").is_file()
        }
        if not pages:
            return None
        target = moodle.place(self.work, self.exercise)
        moodle.write_feedback(target, pages)
        return target

    def _tell(self, rows: dict[str, Row], submissions: list[Submission]) -> None:
        """Give every row its status and note; add rows of who could not be graded."""
        for name, row in rows.items():
            memory = self.known.get(name, {})
            row.status = DONE if name in self.graded else SAME
            notes = list(memory.get("notes", []))
            if memory.get("late"):
                row.status = LATE
                notes.append(f"{self.limit:g} 秒の上限で止めたセル: {'、'.join(memory['late'])}")
            if memory.get("solution", self.solution) != self.solution:
                notes.append("提出のノートブックがないので、直す前のテストの点のままです。")
            row.note = " ".join([*notes, *filter(None, [row.note])])
        for one in submissions:
            if one.problem:
                row = rows.setdefault(one.student, Row(one.student, REFUSED))
                kept = "（前回の点数を残しています）" if row.scores else ""
                row.status, row.note = REFUSED, f"{one.path.name}: {one.problem}{kept}"
                row.verdict = self.stopped.get(one.student, "")

    def _still_refused(self, rows: dict[str, Row], submissions: list[Submission]) -> dict[str, str]:
        """Return of whom a notebook came in and none has been graded, and why: not the same as nothing handed in."""
        now = {
            one.student: rows[one.student].verdict or one.problem.partition("。")[0]
            for one in submissions
            if one.problem and not one.nobody and _handed_in(one)
        }
        found = self.state.get("refused", {}) | now
        return {student: why for student, why in found.items() if student not in self.known}


def _handed_in(one: Submission) -> bool:
    """Whether what could not be graded is a student's work, and no list or picture that lies beside."""
    names = [one.path.name, *(file.name.name for file in one.files)]
    if of_system(one.path.parts[0]) or not one.path.suffix:  # a folder of one student's
        return True
    return any(NOTEBOOK.search(name) or name.lower().endswith(".zip") for name in names)


def _why(said: str) -> str:
    """Return one sentence about what stopped a submission."""
    if verdicts.word(said):
        return verdicts.sentence(said)
    if said == "Timeout":
        return "【時間】全体の時間の上限を超えたので、止めました。終わらない処理がないか、開いて確かめてください。"
    if "DeadKernelError" in said or "Kernel died" in said:
        return "実行中にカーネルが落ちました。メモリの使いすぎか、強制終了がないか、開いて確かめてください。"
    if said == dispatch.ENDED:
        return said
    if "sqlalchemy" in said or "psycopg" in said or "sqlite3.OperationalError" in said:
        return "採点簿につながりませんでした。もう一度採点してください。"
    last = said.strip().splitlines()[-1] if said.strip() else "?"
    return f"nbgrader が処理できませんでした（{last[:200]}）。ノートブックを開いて確かめてください。"


def _received(one: Submission, memory: dict) -> str:
    """Return when a notebook came in (ISO 8601): a file that is downloaded again does not come in later.

    ``""`` where nobody knows: Moodle's zip gives every file the moment of the download (its ``zip_writer`` hands no time
    to ZipStream).
    """
    same = memory.get("digest") == one.digest
    if moodle.owner(one.path) or (same and memory.get("received") == ""):
        return ""
    moment = datetime.fromtimestamp(one.modified, UTC).isoformat(timespec="seconds")
    if same and memory.get("received"):
        return min(moment, memory["received"])
    return moment
