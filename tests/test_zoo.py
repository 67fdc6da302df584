"""Every right answer gets all points, every misconception the scores it names, and mutants die.

A tenth of the mutants runs here, drawn by the commit's id; ``make proof`` runs them all.
"""

import os
import time
from functools import cache

import psutil
import pytest

from llmlab.errors import CourseError
from llmlab.grading import __main__ as command
from llmlab.grading import reach, zoo
from llmlab.grading.forks import ForkServer, Job
from llmlab.grading.release import names
from tests import grading_mini as mini

ONLY = os.environ.get("ONLY", "")
# Where pytest-xdist runs, one process proves an exercise and has all its tests; the longest comes first.
EXERCISES = sorted((name for name in names() if name.startswith(ONLY)), key=lambda name: -len(zoo.paths(name)))
GROUP = {name: pytest.mark.xdist_group(name) for name in EXERCISES}
EACH = [pytest.param(name, marks=GROUP[name]) for name in EXERCISES]
FILES = [
    pytest.param(path, marks=GROUP[name], id=f"{name}/{path.stem}")
    for name in EXERCISES
    for path in zoo.paths(name)
]


@pytest.fixture(scope="session")
def server():
    alone = "PYTEST_XDIST_WORKER" not in os.environ  # else one child at a time: the other processes have the rest
    with ForkServer(zoo.PRELOADED, workers=None if alone else 1) as running:
        yield running


@pytest.fixture(scope="session")
def proof(server):
    """Prove an exercise of the course, once."""

    @cache
    def run(name):
        drawn = zoo.DRAWN_SHARE
        return zoo.prove(name, share=drawn, whole=drawn, key=zoo.commit(), server=server)

    return run


# ---- The course's exercises ------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES)
def test_submission_gets_its_scores(proof, path):
    found = proof(path.parent.name)
    results = {one.path: zoo.verdict(one, result) for one, result in found.submissions}
    assert path in results, found.broken
    assert not results[path]


@pytest.mark.parametrize("name", EACH)
def test_answer_gets_all_points(proof, name):
    found = proof(name)
    assert found.reference.scores == found.exercise.points, found.reference.said
    assert not found.shown


@pytest.mark.parametrize("name", EACH)
def test_enough_submissions_for_each_graded_cell(proof, name):
    found = proof(name)
    assert not found.broken
    assert not zoo.count_problems(found.exercise, [one for one, _ in found.submissions])


@pytest.mark.parametrize("name", EACH)
def test_mutants_die(proof, name):
    assert not [str(mutant) for mutant in proof(name).survivors]


@pytest.mark.parametrize("name", EACH)
def test_few_mutants_are_explained_as_equivalent(proof, name):
    rows = zoo.explained(name)
    assert len(rows) <= zoo.EQUIVALENT_SHARE * proof(name).total
    everything = zoo.mutants(proof(name).exercise)
    for row in rows:
        assert any(row.matches(mutant) for mutant in everything), f"no such mutant: {row}"


# ---- The zoo itself: each of these breaks something, and it must be noticed -------------------------------


@pytest.fixture
def course(tmp_path):
    """A course with one small exercise and its submissions."""
    mini.write(tmp_path)
    mini.write_zoo(tmp_path)
    return tmp_path


def prove(course, server, **options):
    return zoo.prove("mini", course, server=server, cell_limit=0.5, **options)


def test_sound_exercise_is_proved(course, server):
    found = prove(course, server)
    assert not found.problems()
    assert len(found.submissions) == 18
    assert found.total >= 12
    assert sum(found.ran.values()) == found.total
    text = zoo.table([found]).split("\n")
    assert [line.split()[:4] for line in text[1:3]] == [["mini", name, "3/3", "6/6"] for name in ("running", "overlap")]
    assert text[3].split() == ["合計", "2", "セル", "6/6", "12/12", *[str(found.total)] * 2, "0", "0"]


def test_always_accepting_tests_are_caught(course, server):
    mini.write(course, overlap_test="overlap([1], [2])")
    found = prove(course, server)
    assert any(mutant.cell == "overlap" for mutant in found.survivors)
    missed = [one for one, result in found.submissions if zoo.verdict(one, result)]
    assert {one.cell for one in missed} == {"overlap"}
    assert len(missed) == 6


def test_reference_that_fails_is_caught(course, server):
    mini.write(course, running_test="assert running([1]) == [2]")
    assert any("模範解答" in problem for problem in prove(course, server, share=0.0).problems())


def test_test_cell_that_shows_a_number_is_caught(course, server):
    mini.write(course, running_test=mini.RUNNING_TEST + "\nlen(running([1]))")
    (problem,) = prove(course, server, share=0.0).problems()
    assert problem.startswith("running-test: 最後の行")


def test_wrong_answer_that_passes_is_reported(course, server):
    good = mini.RIGHT["running"][1]
    mini.write_zoo(course, right={}, wrong={"running": {"running-test=0": [good]}})
    (problem,) = prove(course, server, share=0.0).problems()
    assert problem.startswith("mini/wrong_running_0.py")
    assert "期待 running-test=0、実際 running-test=2" in problem


def test_right_answer_that_fails_is_reported(course, server):
    mini.write_zoo(course, right={"overlap": ["    return 1"]}, wrong={})
    (problem,) = prove(course, server, share=0.0).problems()
    assert problem.startswith("mini/right_overlap_0.py")


def test_wrong_answer_with_other_scores_is_reported(course, server):
    mini.write_zoo(course, right={}, wrong={"running": {"running-test=0 overlap-test=0": ["    return []"]}})
    (problem,) = prove(course, server, share=0.0).problems()
    assert "期待 overlap-test=0、実際 overlap-test=3" in problem


def test_slow_right_answer_is_no_endless_loop(course, server):
    good = mini.RIGHT["running"][1]
    slow, endless = (
        f"    import time\n    end = time.process_time() + {seconds}\n    while time.process_time() < end: pass\n{good}"
        for seconds in (0.2, 600)
    )
    mini.write_zoo(course, right={"running": [slow]}, wrong={"running": {"running-test=0": ["    while True: pass"]}})
    found = zoo.prove("mini", course, server=server, cell_limit=0.5, share=0.0)
    assert not [one for one, result in found.submissions if zoo.verdict(one, result)]
    mini.write_zoo(course, right={"running": [endless]}, wrong={})
    found = zoo.prove("mini", course, server=server, cell_limit=0.5, share=0.0)
    assert any("上限" in problem for problem in found.problems())


@pytest.mark.parametrize("kind, count", [("right", 3), ("wrong", 6)])
def test_too_few_submissions_are_reported(course, server, kind, count):
    next(zoo.folder("mini", course).glob(f"{kind}_overlap_*.py")).unlink()
    (problem,) = prove(course, server, share=0.0).problems()
    assert f"{kind} が {count - 1} 個" in problem


@pytest.mark.parametrize(
    "text, why",
    [
        ("# misconception: x\n# scores: running-test=0\ndef running(values): ...", "セルがありません"),
        ('# scores: running-test=0\n# %% grade_id="running"\n', "misconception"),
        ('# misconception: x\n# %% grade_id="running"\n', "scores"),
        ('# misconception: x\n# scores: no-test=0\n# %% grade_id="running"\n', "no-test"),
        ('# misconception: x\n# scores: running-test=2\n# %% grade_id="running"\n', "満点"),
        ('# misconception: x\n# scores: running-test=0\n# %% grade_id="running-test"\n', "running-test"),
        ('# misconception: x\n# scores: running-test=0\n# %% grade_id="overlap"\n', "ファイル名"),
    ],
)
def test_broken_submission_file_is_reported(course, text, why):
    path = zoo.folder("mini", course) / "wrong_running_9.py"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CourseError, match=why):
        zoo.read(path, zoo.Exercise.load("mini", course))


def weak(course):
    """Give the exercise tests that miss one mutant; return it."""
    mini.write(course, overlap_test=mini.OVERLAP_TEST.replace("assert overlap([], []) == 0\n", ""))
    return "core/NumberReplacer", "return 0", "return 1"


def explain(course, rows):
    text = "\n".join(f"[[mutant]]\n{row}\n" for row in rows)
    (zoo.folder("mini", course) / "equivalent_mutants.toml").write_text(text, encoding="utf-8")


def row_of(operator, before, after, read_by="二人目"):
    return (
        f'cell = "overlap"\noperator = "{operator}"\nbefore = "{before}"\nafter = "{after}"\n'
        f'reason = "試験のため"\nread_by = "{read_by}"'
    )


def test_survivor_is_unexplained_then_explained(course, server):
    survivor = weak(course)
    found = prove(course, server)
    assert any(survivor[1] in str(mutant) for mutant in found.survivors)
    count = len(found.survivors)
    explain(course, [row_of(*survivor)])
    found = prove(course, server)
    assert len(found.survivors) == count - 1
    assert len(found.excused) == 1
    assert zoo.table([found]).endswith(": 試験のため")
    # One in a dozen is already too many to call equivalent.
    assert any("多すぎます" in problem for problem in found.problems())


def test_explanation_of_a_mutant_that_dies_is_reported(course, server):
    explain(course, [row_of("core/NumberReplacer", "return 0", "return 1")])
    assert any("合う生き残りがありません" in problem for problem in prove(course, server).problems())


def test_explanation_needs_a_second_reader(course):
    explain(course, [row_of("core/NumberReplacer", "return 0", "return 1", read_by="")])
    with pytest.raises(CourseError, match="read_by"):
        zoo.explained("mini", course)


def test_mutants_touch_only_the_solution(course):
    exercise = zoo.Exercise.load("mini", course)
    for mutant in zoo.mutants(exercise):
        head, _, _ = exercise.source(mutant.cell).partition("### BEGIN SOLUTION")
        assert mutant.source.startswith(head)
        assert mutant.before != mutant.after


def test_draw_is_a_tenth_and_follows_the_commit(course):
    found = zoo.mutants(zoo.Exercise.load("mini", course)) * 10
    assert len(zoo.draw(found, "a")) == -(-len(found) // 10)
    assert zoo.draw(found, "a") == zoo.draw(found, "a")
    assert zoo.draw(found, "a") != zoo.draw(found, "b")


def test_proof_command_fails_for_an_unknown_exercise_or_folder(capsys, tmp_path):
    assert command.main(["proof", "99_unknown"]) == 1
    assert "99_unknown" in capsys.readouterr().err
    assert command.main(["proof", EXERCISES[-1], "--csv", str(tmp_path / "no" / "proof.csv")]) == 1
    assert "フォルダーがありません" in capsys.readouterr().err


@pytest.mark.parametrize("broken", [False, True])
def test_proof_command_writes_its_table_and_fails_when_something_is_off(course, capsys, monkeypatch, broken):
    if broken:
        mini.write(course, overlap_test="overlap([1], [2])")
    monkeypatch.setattr(zoo, "names", lambda: ["mini"])
    proved, found = zoo.prove, zoo.find
    monkeypatch.setattr(zoo, "find", lambda name, root=course: found(name, root))
    monkeypatch.setattr(zoo, "prove", lambda name, **options: proved(name, course, cell_limit=0.5, **options))
    assert command.main(["proof", "--csv", str(course / "proof.csv")]) == int(broken)
    out = capsys.readouterr().out
    assert ("問題があります" if broken else "すべて合っています") in out
    assert ("変異体を見逃しました" in out) == broken
    rows = (course / "proof.csv").read_text("utf-8-sig").splitlines()
    assert len(rows) == 3
    assert rows[2].split(",")[:6] == ["mini", "overlap", "3", "3", "6", "0" if broken else "6"]


# ---- The fork server --------------------------------------------------------------------------------------


def status(outcomes):
    return [outcome.status for outcome in outcomes]


@pytest.mark.parametrize("name", EACH)
def test_one_thread_forks_the_children_of_an_exercise(proof, server, name):
    proof(name)
    assert server.threads == 1


def test_reference_that_dies_is_said_and_the_server_goes_on(server):
    trunk = [("a", "import os\nos.abort()"), ("b", "1")]
    jobs = [Job("reference", trunk), Job("other", [("a", "1"), ("b", "2")])]
    with pytest.raises(CourseError, match="途中で止まりました"):
        server.run(jobs, trunk)
    assert status(server.run(jobs[1:])[0]) == ["ok", "ok"]


def test_reference_runs_as_far_as_somebody_needs_it(server):
    trunk = [("a", "x = 1"), ("b", "import os\nos.abort()")]
    assert status(server.run([Job("other", [trunk[0], ("b", "assert x == 1")])], trunk)[0]) == ["ok", "ok"]


def test_modules_that_are_imported_late_are_there_in_every_child(server):
    trunk = [("a", "def work():\n    import wave\n    return 1"), ("b", "work()\nNone")]
    look = ("b", "import sys\nassert 'wave' in sys.modules")
    reference, child = server.run([Job("reference", trunk), Job("child", [trunk[0], look])], trunk)
    assert status(reference) == status(child) == ["ok", "ok"]


def test_torch_works_in_a_child(server):
    code = (
        "import torch\nassert torch.get_num_threads() == 1\nx = torch.randn(256, 256)\n"
        "torch.testing.assert_close(x @ x, (x.double() @ x.double()).float(), atol=1e-2, rtol=1e-2)\n"
        "layer = torch.nn.Linear(8, 8)\nlayer(torch.randn(4, 8)).sum().backward()"
    )
    assert status(server.run([Job("matrix", [("a", code)])] * 3, [("first", "import torch")])[0]) == ["ok"]


def test_endless_loop_ends_at_the_limit_and_the_rest_goes_on(server):
    start = time.monotonic()
    jobs = [
        Job("loop", [("a", "while True: pass"), ("b", "x = 1")]),
        Job("deaf", [("a", "while True:\n    try:\n        while True: pass\n    except: pass"), ("b", "1")]),
        Job("asleep", [("a", "import time\ntime.sleep(600)"), ("b", "1")]),
        Job("fine", [("a", "x = 1"), ("b", "assert x == 1")]),
    ]
    loop, deaf, asleep, fine = server.run(jobs, limit=2, cell_limit=1)
    assert status(loop) == ["timeout", "ok"]
    assert deaf[0].status == "timeout"
    assert status(asleep) == ["timeout", "skipped"]
    assert status(fine) == ["ok", "ok"]
    assert time.monotonic() - start < 30


def test_child_that_dies_is_reported_and_the_rest_goes_on(server):
    jobs = [
        Job("abort", [("a", "x = 1"), ("b", "import os\nos.abort()"), ("c", "x")]),
        Job("leave", [("a", "import os\nos._exit(0)"), ("b", "1")]),
        Job("group", [("a", "import os, signal\nos.killpg(os.getpgrp(), signal.SIGKILL)")]),
        Job("fine", [("a", "x = 1")]),
    ]
    abort, leave, group, fine = server.run(jobs)
    assert status(abort) == ["ok", "died", "skipped"]
    assert "SIGABRT" in abort[1].error
    assert status(leave) == ["died", "skipped"]
    assert status(group) == ["died"]
    assert status(fine) == ["ok"]


def test_nothing_that_a_child_starts_is_left(server, tmp_path):
    code = f"import subprocess\nopen({str(tmp_path / 'pid')!r}, 'w').write(str(subprocess.Popen(['sleep', '600']).pid))"
    server.run([Job("starts", [("a", code)])])
    number = int((tmp_path / "pid").read_text())
    for _ in range(100):
        if not psutil.pid_exists(number) or psutil.Process(number).status() == psutil.STATUS_ZOMBIE:
            return
        time.sleep(0.05)
    raise AssertionError("the child's child still runs")


def test_cells_run_as_in_a_notebook(server):
    cells = [
        ("clock", "%%time\ny = 1"),
        ("magic", "%matplotlib inline\n!ls\nif True:\n    %pip install nothing\nx = 7 \\\n    % 4\nx"),
        ("show", "display(x)\nprint(x)\nassert x == 3 and __name__ == '__main__'"),
        ("raises", "raise ValueError('理由')"),
        ("after", "assert x == 3 and y == 1"),
        ("exit", "import sys\nsys.exit()"),
        ("source", "import inspect\ndef f():\n    return 41\nassert '41' in inspect.getsource(f)"),
    ]
    (outcomes,) = server.run([Job("cells", cells)])
    assert status(outcomes) == ["ok", "ok", "ok", "error", "ok", "error", "ok"]
    assert outcomes[3].error == "ValueError: 理由"


def test_children_start_from_the_trunk_and_not_from_each_other(server):
    trunk = [("a", "shared = [1]"), ("b", "shared.append(2)"), ("c", "assert shared == [1, 2]")]
    jobs = [
        Job("reference", trunk),
        Job("changes", [trunk[0], ("b", "shared.append(3)"), trunk[2]]),
        Job("again", [trunk[0], ("b", "shared.append(2)\nassert len(shared) == 2"), trunk[2]]),
        Job("alone", [("a", "shared = [0]"), *trunk[1:]]),
    ]
    reference, changes, again, alone = server.run(jobs, trunk)
    assert status(reference) == status(again) == ["ok"] * 3
    assert status(changes) == status(alone) == ["ok", "ok", "error"]


def test_children_draw_the_same_random_numbers(server):
    code = (
        "import random, torch, numpy\nraise ValueError((random.random(), numpy.random.rand(), torch.rand(1)))"
    )
    jobs = [Job(str(number), [("a", code)]) for number in range(4)]
    first = {outcome.error for (outcome,) in server.run(jobs)}
    assert len(first) == 1
    assert first == {outcome.error for (outcome,) in server.run(jobs)}
    assert first != {outcome.error for (outcome,) in server.run(jobs[:1], seed=1)}


def test_later_cells_of_a_mutant_are_left_out(server):
    job = Job("mutant", [("a", "1"), ("a-test", "assert 0"), ("b", "1")], frozenset({"a-test"}))
    assert status(server.run([job])[0]) == ["ok", "error", "skipped"]


def test_preload_that_fails_is_said():
    with pytest.raises(CourseError, match="no_such_module"):
        ForkServer(["no_such_module"])


# ---- Which later cells a replaced cell reaches ------------------------------------------------------------

CELLS = [
    ("start", "import math\nimport torch\ntable = {}"),
    ("helper", "def twice(x):\n    return 2 * first(x)"),
    ("first", "def first(x):\n    return x"),
    ("first-test", "found = first(1)\nfor size in (1, 2):\n    value = size\nassert found"),
    ("second", "def second(x):\n    return x"),
    ("second-test", "for size in (1, 2):\n    assert second(size) == size\nvalue = torch.ones(1).sum()"),
    ("helper-test", "assert twice(3) == 6"),
    ("table-test", "assert not table"),
]


@pytest.mark.parametrize(
    ("source", "others"),
    [
        ("def first(x):\n    found = size = value = x\n    return found", {"first-test", "helper", "helper-test"}),
        ("first = lambda x: x", {"first-test", "helper", "helper-test"}),
        ("def first(x):\n    table[x] = 1\n    return x", {"first-test", "helper", "helper-test", "table-test"}),
        ("def first(x):\n    table.update(a=1)\n    return x", {"first-test", "helper", "helper-test", "table-test"}),
        (
            "def first(x):\n    global second\n    second = x\n    return x",
            {"first-test", "helper", "helper-test", "second-test"},
        ),
        ("def range(x):\n    return x\ndef first(x):\n    return x", {"first-test", "helper", "helper-test"}),
    ],
)
def test_only_the_cells_that_can_notice_are_reached(source, others):
    assert reach.reached(CELLS, {"first": source}) == others | {"first"}


@pytest.mark.parametrize(
    "source",
    [
        "torch.ones = None",
        "import torch\ntorch.ones = None",
        "def first(x):\n    torch.set_default_dtype(torch.float64)",
        "def first(x):\n    exec('second = 1')",
        "def first(x):\n    globals()['second'] = 1",
        "from math import *",
        "def first(x:",
    ],
)
def test_what_can_reach_everything_runs_everything(source):
    assert reach.reached(CELLS, {"first": source}) == {name for name, _ in CELLS}


def test_what_a_reached_cell_reads_is_run_too():
    cells = [("one", "def one():\n    pass"), ("two", "def two():\n    pass"), ("three", "def three():\n    pass")]
    cells += [("test", "one()\ntwo()")]
    assert reach.needed(cells, reach.reached(cells, {"one": "one = None"})) == {"one", "two", "test"}


def test_a_cell_that_shadows_a_builtin_reaches_who_reads_it():
    cells = [("one", "a = 1"), ("one-test", "assert a"), ("two-test", "assert max([1, 2]) == 2")]
    assert reach.reached(cells, {"one": "a = max = 1"}) == {"one", "one-test", "two-test"}


def test_scores_are_the_same_with_and_without_the_cells_that_are_not_reached(course, server):
    broken = {"running": {"running-test=0 overlap-test=0": ["    os._exit(3)"]}}
    mini.write_zoo(course, right={}, wrong=broken)
    whole, short = (prove(course, server, share=0.0, whole=share) for share in (1.0, 0.0))
    assert [result.scores for _, result in short.submissions] == [result.scores for _, result in whole.submissions]
    assert [result.seconds for _, result in short.submissions] != [0.0] * len(short.submissions)
