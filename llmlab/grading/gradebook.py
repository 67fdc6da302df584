"""Where the gradebook is and whether it can be used: a SQLite file of the grading folder, or a Postgres server.

The environment variable ``DATABASE`` holds a server's address, ``postgresql://user:password@host/name``; without it
the gradebook is ``gradebook.db`` of the grading folder. The gradebook is nbgrader's own, made and read through
nbgrader: this module only knows its address, makes it whole or not at all, and says in words why it cannot be used.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sqlite3
import time
from pathlib import Path

from llmlab.errors import CourseError

VARIABLE = "DATABASE"
FILE = "gradebook.db"
WAIT = 5  # seconds for a gradebook that another program uses, for a server that does not answer
KEY = 0x6C6C6D  # the number of Postgres' lock under which a gradebook is made
# nbgrader's tables have no index on these foreign keys: formgrader's lists would read every row for each line.
INDEXES = {
    "grade": ["notebook_id", "cell_id"],
    "comment": ["notebook_id", "cell_id"],
    "submitted_notebook": ["assignment_id", "notebook_id"],
    "submitted_assignment": ["assignment_id", "student_id"],
    "base_cell": ["notebook_id"],
    "source_cell": ["notebook_id"],
}

_given: str | None = None


def take(address: str) -> None:
    """Use this address from now on and take it out of the environment, which a student's code can read."""
    global _given
    _given = address
    os.environ.pop(VARIABLE, None)


def server() -> str:
    """Return the address of the Postgres server, ``""`` when the gradebook is a file.

    Raises
    ------
    CourseError
        When ``DATABASE`` is something else.
    """
    text = os.environ.get(VARIABLE, "").strip() if _given is None else _given
    if not text:
        return ""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.drivername.partition("+")[0] not in ("postgresql", "postgres") or not url.database:
        raise CourseError(
            "環境変数 DATABASE には postgresql://利用者:パスワード@サーバー/データベース の形のアドレスを書いてください。"
        )
    if "+" not in url.drivername:
        url = url.set(drivername="postgresql+psycopg")
    if "connect_timeout" not in url.query:
        url = url.update_query_dict({"connect_timeout": str(WAIT)})
    if "options" not in url.query:
        # Compiling nbgrader's long query of one exercise takes longer than running it (1,000 students: 15 s, 8 s without).
        url = url.update_query_dict({"options": "-c jit=off"})
    return url.render_as_string(hide_password=False)


def address(work: Path) -> str:
    """Return the address of the gradebook of a grading folder, for nbgrader's ``db_url``."""
    return server() or f"sqlite:///{(work / FILE).as_posix()}?timeout=60"


def shown(work: Path) -> str:
    """Return how a sentence names the gradebook: never with its password."""
    if not (text := server()):
        return str(work / FILE)
    from sqlalchemy.engine import make_url

    url = make_url(text)
    where = url.host or url.query.get("host") or "localhost"
    return f"postgresql://{where}{f':{url.port}' if url.port else ''}/{url.database}"


@contextlib.contextmanager
def _connect(work: Path):
    """Give a connection in a transaction.

    Raises
    ------
    CourseError
        When the driver is missing or the server refuses.
    """
    from sqlalchemy import create_engine
    from sqlalchemy.exc import SQLAlchemyError
    from sqlalchemy.pool import NullPool

    try:
        engine = create_engine(address(work), poolclass=NullPool)
    except ImportError as error:
        raise CourseError(
            "PostgreSQL の採点簿を使うには psycopg が要ります。"
            "`.venv/bin/python -m pip install 'psycopg[binary]'` を実行してください。"
        ) from error
    try:
        with engine.begin() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise trouble(work, error) from error
    finally:
        engine.dispose()


FULL = "空き容量がありません。空けてから、もう一度採点してください。続きから始まります。"


def is_full(said: str) -> bool:
    """Say whether an error's words, of SQLite, Postgres or the system, mean a full disk."""
    return "disk is full" in said or "No space left" in said


def trouble(work: Path, error: Exception) -> CourseError:
    """Return one sentence about an error of the database; it never holds a password."""
    name, kind = shown(work), type(error).__name__
    if is_full(str(error)):
        return CourseError(f"採点簿「{name}」に書けません。{FULL}")
    if not server():
        return CourseError(
            f"採点簿「{name}」を使えません（{kind}）。"
            "ほかのプログラムが開いていないか確かめ、だめなら控えに戻してください。"
        )
    orig = getattr(error, "orig", None)
    state, said = getattr(orig, "sqlstate", None) or "", str(orig or "")
    # Refused before the session exists, the server's code does not reach psycopg: its words do.
    if state.startswith("28") or "password" in said or "authentication" in said or "pg_hba" in said:
        why = "利用者の名前かパスワードが違います。DATABASE を確かめてください。"
    elif state == "3D000" or "does not exist" in said:
        why = "その名前の利用者かデータベースがありません。createdb で作るか、DATABASE を確かめてください。"
    elif state == "42501" or "permission denied" in said:
        why = "書く権限がありません。データベースの持ち主に、権限を頼んでください。"
    elif state == "55P03":
        why = "ほかのプログラムが使っています。formgrader や別の採点を閉じてください。"
    else:
        why = (
            "サーバーにつながりません。動いているか、アドレスが正しいか確かめて、もう一度実行してください。続きから始まります。"
            if getattr(error, "connection_invalidated", False) or kind in ("OperationalError", "InterfaceError")
            else f"次の誤りが出ました（{kind}）。"
        )
    return CourseError(f"採点簿「{name}」を使えません。{why}")


@functools.cache
def _heads() -> set[str]:
    """Return the version of the tables that the installed nbgrader wants."""
    import nbgrader
    from alembic.script import ScriptDirectory

    return set(ScriptDirectory(str(Path(nbgrader.__file__).parent / "alembic")).get_heads())


def exists(work: Path) -> bool:
    """Whether there is a gradebook.

    Raises
    ------
    CourseError
        When the server does not answer.
    """
    if not server():
        return (work / FILE).is_file()
    from sqlalchemy import inspect

    with _connect(work) as connection:
        return inspect(connection).has_table("assignment")


def usable(work: Path) -> None:
    """Look at the gradebook before anything is written; none is fine.

    Raises
    ------
    CourseError
        When it is damaged, of another nbgrader, in use by another program, or on a server that refuses.
    """
    name = shown(work)
    if server():
        from sqlalchemy import inspect, text

        with _connect(work) as connection:
            tables = inspect(connection)
            if not tables.has_table("assignment"):
                return
            query = text("SELECT version_num FROM alembic_version")
            known = tables.has_table("alembic_version")
            versions = {row[0] for row in connection.execute(query)} if known else set()
        upgrade = '--db="$DATABASE"'
    else:
        path = work / FILE
        if not path.is_file():
            return
        versions = _lite_versions(path)
        upgrade = f"--db=sqlite:///{path}"
    if versions != _heads():
        raise CourseError(
            f"採点簿「{name}」は、別の版の nbgrader のものです。控えを取り、"
            f"`nbgrader db upgrade {upgrade}` を実行してください。"
        )


def _lite_versions(path: Path) -> set[str]:
    with contextlib.closing(sqlite3.connect(path, timeout=WAIT)) as book:
        try:
            book.execute("BEGIN IMMEDIATE")
            versions = {row[0] for row in book.execute("SELECT version_num FROM alembic_version")}
            book.rollback()
            return versions
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise CourseError(
                    f"採点簿「{path}」を、ほかのプログラムが使っています。formgrader や別の採点を閉じてください。"
                ) from error
            if "no such table" not in str(error):
                raise CourseError(
                    f"採点簿「{path}」を使えません（{error}）。権限を確かめてください。"
                ) from error
            return set()
        except sqlite3.DatabaseError as error:
            raise CourseError(
                f"採点簿「{path}」は壊れています（{error}）。控えに戻すか、別の --out を指定してください。"
            ) from error


def create(work: Path) -> None:
    """Make an empty gradebook where there is none, whole or not at all; add missing indexes to an old one.

    nbgrader makes its tables one by one and then notes their version: killed between, it leaves a gradebook that
    it takes for one of an old version.
    """
    from sqlalchemy import create_engine, text

    if server():
        with _connect(work) as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": KEY})
            _tables(connection)
        return
    path = work / FILE
    if path.is_file():
        with _connect(work) as connection:
            _tables(connection)
        return
    work.mkdir(parents=True, exist_ok=True)
    for suffix in ("-journal", "-wal", "-shm"):  # of a gradebook that was deleted: SQLite would play it back
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    part = work / f".part-{FILE}"
    part.unlink(missing_ok=True)
    engine = create_engine(f"sqlite:///{part.as_posix()}")
    try:
        with engine.begin() as connection:
            _tables(connection)
        engine.dispose()
        os.replace(part, path)
    except BaseException:  # a full disk
        engine.dispose()
        for suffix in ("", "-journal"):
            part.with_name(part.name + suffix).unlink(missing_ok=True)
        raise


def _tables(connection) -> None:
    """Make what is missing: nbgrader's tables with their version, our indexes."""
    from nbgrader.api import Base
    from sqlalchemy import inspect, text

    if not inspect(connection).has_table("assignment"):
        Base.metadata.create_all(connection)
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        (head,) = _heads()
        connection.execute(text("INSERT INTO alembic_version (version_num) VALUES (:head)"), {"head": head})
    tables = inspect(connection)
    for table, columns in INDEXES.items():
        there = {one["name"] for one in tables.get_indexes(table)}
        for column in columns:
            if (name := f"llmlab_{table}_{column}") not in there:
                connection.execute(text(f'CREATE INDEX "{name}" ON "{table}" ("{column}")'))


def book(work: Path):
    """Return nbgrader's :class:`nbgrader.api.Gradebook`, for a ``with`` statement."""
    from nbgrader.api import Gradebook

    return Gradebook(address(work), "llmlab")


def grades(book, exercise: str, *columns):
    """Return nbgrader's query of an exercise's grades, joined with cell, submission and student, to be filtered."""
    from nbgrader import api

    return (
        book.db.query(*columns)
        .select_from(api.Grade)
        .join(api.BaseCell, api.Grade.cell_id == api.BaseCell.id)
        .join(api.SubmittedNotebook, api.Grade.notebook_id == api.SubmittedNotebook.id)
        .join(api.SubmittedAssignment, api.SubmittedNotebook.assignment_id == api.SubmittedAssignment.id)
        .join(api.Assignment, api.SubmittedAssignment.assignment_id == api.Assignment.id)
        .join(api.Student, api.SubmittedAssignment.student_id == api.Student.id)
        .filter(api.Assignment.name == exercise)
    )


def wait(work: Path, seconds: float = 60) -> None:
    """Wait for a server that restarts.

    Raises
    ------
    CourseError
        When it does not come back in this time.
    """
    end = time.monotonic() + seconds
    while True:
        try:
            usable(work)
            return
        except CourseError:
            if not server() or time.monotonic() > end:
                raise
        time.sleep(0.5)


def purge(work: Path) -> None:
    """Rewrite the tables so that no freed page keeps what was deleted; the server's backups and log are its own."""
    from sqlalchemy import create_engine, text

    engine = create_engine(address(work))
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as plain:
            if not server():
                plain.execute(text("VACUUM"))
                return
            from nbgrader.api import Base

            plain.execute(text(f"SET lock_timeout = '{WAIT}s'"))
            for table in Base.metadata.sorted_tables:
                plain.execute(text(f'VACUUM FULL "{table.name}"'))
    finally:
        engine.dispose()
