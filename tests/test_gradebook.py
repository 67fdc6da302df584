"""The gradebook on a real Postgres server, filled through a dask cluster: the same as SQLite on one machine."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import distributed
import psutil
import pytest
from sqlalchemy import create_engine, inspect, text

from llmlab.errors import CourseError
from llmlab.grading import __main__ as command
from llmlab.grading import dispatch, forget, grade, gradebook, release
from tests import grading_class, grading_mini

pytestmark = pytest.mark.usefixtures("light")

# ---- A cluster of several worker processes --------------------------------------------------------------------


@contextlib.contextmanager
def program(*arguments, cwd: Path):
    """Run one of dask's programs; end it and what it started."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}
    environment.pop(gradebook.VARIABLE, None)
    with open(cwd / "log", "ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *map(str, arguments)], cwd=cwd, env=environment, stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        family = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        process.kill()
        process.wait()
        for one in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A scheduler; two workers under one nanny, which starts a killed one again, and a third without."""
    folder = tmp_path_factory.mktemp("cluster")
    file = folder / "scheduler.json"
    common = ["--no-dashboard", "--scheduler-file", file]
    worker = ["distributed.cli.dask_worker", "--nthreads", 1, "--host", "127.0.0.1", *common]
    with contextlib.ExitStack() as stack:
        start = ["distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", 0, *common]
        stack.enter_context(program(*start, cwd=folder))
        for _ in range(300):
            if file.is_file():
                break
            time.sleep(0.1)
        for more in (["--nworkers", 2], ["--no-nanny"]):
            stack.enter_context(program(*worker, *more, cwd=folder))
        client = stack.enter_context(distributed.Client(scheduler_file=str(file), timeout=30, set_as_default=False))
        client.wait_for_workers(3, timeout=60)
        client.run(grading_class.light)
        yield client


def test_cluster_without_workers_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(dispatch.Cluster, "_prepare", lambda self: None)
    with distributed.LocalCluster(n_workers=0, dashboard_address=None, host="127.0.0.1") as nobody:
        task = {"root": str(release.ROOT), "database": "", "work": str(tmp_path), "exercise": "05_bert_structure"}
        with dispatch.Cluster(nobody.scheduler_address, task) as empty:
            monkeypatch.setattr(dispatch, "ANSWER", 0.2)
            with pytest.raises(CourseError, match="ワーカーが一つもなくなりました"):
                empty.run(print, [task | {"student": "s1", "autograde": True}], 1, print)


def kill_a_worker_that_grades(cluster, killed: list[int]) -> None:
    """Wait until a worker of the cluster runs a submission; kill it as a power cut does."""
    for _ in range(600):
        for worker, tasks in cluster.processing().items():
            if tasks:
                time.sleep(1)
                (pid,) = cluster.run(os.getpid, workers=[worker]).values()
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)
                return
        time.sleep(0.1)


@pytest.fixture(scope="module")
def spread(light, six, postgres, cluster, tmp_path_factory):
    """Grade the class into Postgres through the cluster; one of its workers dies meanwhile."""
    work = tmp_path_factory.mktemp("spread") / "work"
    killed: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(gradebook.VARIABLE, postgres.database("spread"))
        patch.setenv(dispatch.VARIABLE, cluster.scheduler.address)
        killer = threading.Thread(target=kill_a_worker_that_grades, args=(cluster, killed))
        killer.start()
        report = grade.grade("mini", six.folder, work, limit=20, root=six.root)
        killer.join()
        patch.delenv(dispatch.VARIABLE)
        yield work, report, killed


def test_cluster_and_postgres_give_what_one_machine_and_sqlite_give(six, spread):
    work, report, killed = spread
    assert killed
    assert not (work / gradebook.FILE).exists()
    assert sorted(row.student for row in report.refused) == ["dies"]
    assert grading_class.book_of(work) == six.book
    assert grading_class.feedback_of(work) == six.feedback
    for step in ("submitted", "autograded"):
        assert {path.name for path in (work / step).iterdir()} == set(grading_class.STUDENTS) - {"dies"}


def test_second_run_on_postgres_grades_nobody(six, spread, tmp_path):
    for path in six.folder.iterdir():
        if path.stem != "dies":
            shutil.copy2(path, tmp_path)
    assert grade.grade("mini", tmp_path, spread[0], limit=20, root=six.root).graded == []


def test_regrade_on_postgres_keeps_what_a_person_wrote(six, spread, tmp_path, capsys):
    work = spread[0]
    for name in ("佐藤 太郎", "syntax", "untouched"):
        assert command.main(["forget", name, "--out", str(work)]) == 0
    assert "WAL" in capsys.readouterr().out
    with gradebook.book(work) as book:
        assert sorted(one.id for one in book.students) == ["right", "wrong"]
        one = book.find_grade("why", "mini", "mini", "right")
        one.manual_score, one.needs_manual_grade = 1.0, False
        book.find_comment("why", "mini", "mini", "right").manual_comment = "よく書けています。"
        book.db.commit()
    easier = "assert running([1, 2]) == [1, 3]\n### BEGIN HIDDEN TESTS\npass\n### END HIDDEN TESTS"
    grading_mini.write(six.root, running_test=easier)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "wrong.ipynb").write_bytes((six.folder / "wrong.ipynb").read_bytes())
    try:
        report = grade.grade("mini", tmp_path / "in", work, limit=20, root=six.root)
    finally:
        grading_mini.write(six.root)
    assert {row.student: row.total for row in report.rows} == {"right": 6, "wrong": 5}
    assert [(one.student, one.before, one.after) for one in report.changes] == [("wrong", 3, 5)]
    page = (work / "feedback" / "right" / "mini" / "mini.html").read_text(encoding="utf-8")
    assert "よく書けています。" in page
    marks = command.main(["marks", "--out", str(work)])
    assert marks == 0 and "right" in capsys.readouterr().out


def test_cluster_without_a_shared_folder_wants_postgres(six, cluster, tmp_path, monkeypatch):
    monkeypatch.setenv(dispatch.VARIABLE, cluster.scheduler.address)
    monkeypatch.setattr(dispatch, "ANSWER", 1)
    task = {"work": str(tmp_path / "elsewhere"), "exercise": "mini", "root": str(six.root), "database": ""}
    task["sandbox"] = False
    task["solution"] = release.fingerprint("mini", six.root)
    assert "共有していません" in dispatch.look(task, "mark")
    assert "版が違います" in dispatch.look(task | {"solution": "0"}, "mark")
    assert "mini" in dispatch.look(task | {"root": str(tmp_path)}, "mark")
    monkeypatch.setenv(dispatch.VARIABLE, "tcp://127.0.0.1:9")
    with pytest.raises(CourseError, match="スケジューラー"):
        dispatch.Cluster("tcp://127.0.0.1:9", task)


# ---- A server that cannot be used: one sentence, without the password -----------------------------------------


def refused(six, tmp_path, capsys) -> str:
    assert command.main(["grade", "05_bert_structure", str(six.folder), "--out", str(tmp_path / "work")]) == 1
    assert not (tmp_path / "work").exists()
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "secret-word" not in said
    return said


@pytest.mark.parametrize(
    "address, said",
    [
        ("postgresql://llmlab:secret-word@127.0.0.1:{port}/spread", "パスワード"),
        ("postgresql://llmlab:{password}@127.0.0.1:{port}/nowhere", "createdb"),
        ("postgresql://llmlab:secret-word@127.0.0.1:9/spread", "つながりません"),
        ("mysql://llmlab:secret-word@127.0.0.1/spread", "postgresql://"),
        ("postgresql://llmlab:secret-word@127.0.0.1:port/spread", "postgresql://"),
    ],
)
def test_server_that_refuses_is_said(six, postgres, tmp_path, capsys, monkeypatch, address, said):
    monkeypatch.setenv(gradebook.VARIABLE, address.format(port=postgres.port, password=postgres.password))
    assert said in refused(six, tmp_path, capsys)


def test_older_tables_are_said_and_kept(six, postgres, tmp_path, capsys, monkeypatch):
    address = postgres.database("older")
    monkeypatch.setenv(gradebook.VARIABLE, address)
    gradebook.create(tmp_path)
    engine = create_engine(gradebook.server())
    with engine.begin() as connection:
        assert {"grade", "comment"} <= set(inspect(connection).get_table_names())
        assert "llmlab_grade_notebook_id" in {one["name"] for one in inspect(connection).get_indexes("grade")}
        connection.execute(text("UPDATE alembic_version SET version_num = '50a4d84c131a'"))
    engine.dispose()
    said = refused(six, tmp_path, capsys)
    assert "別の版の nbgrader" in said and postgres.password not in said


def test_missing_driver_is_said(six, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.setenv(gradebook.VARIABLE, "postgresql://llmlab:secret-word@127.0.0.1/spread")
    assert "psycopg[binary]" in refused(six, tmp_path, capsys)


def test_missing_distributed_is_said(six, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(CourseError, match="pip install distributed"):
        dispatch.Cluster("tcp://127.0.0.1:9", {})


def test_nothing_was_graded_on_an_empty_server(postgres, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv(gradebook.VARIABLE, postgres.database("empty"))
    for arguments in (["formgrader"], ["marks"], ["report", "05_bert_structure"]):
        assert command.main([*arguments, "--out", str(tmp_path)]) == 1
        assert "採点結果が" in capsys.readouterr().err
    with pytest.raises(CourseError, match="採点結果が"):
        forget.forget("right", tmp_path)


def test_address_leaves_the_environment_that_students_code_sees(monkeypatch):
    monkeypatch.setattr(gradebook, "_given", None)
    monkeypatch.setenv(gradebook.VARIABLE, "postgresql://llmlab:secret-word@host/name")
    there = gradebook.server()
    gradebook.take(there)
    assert gradebook.VARIABLE not in os.environ
    assert gradebook.server() == there and "secret-word" in there
    assert "secret-word" not in gradebook.shown(Path("work"))
