"""The guard of a grading kernel: what it names, and that it is silent about ordinary answers."""

import json
import os
import subprocess
import sys

import pytest

from llmlab.grading import bindings, release
from tests.tamper_cases import ATTACKS, INNOCENT


@pytest.fixture(scope="module")
def named(tmp_path_factory) -> dict[str, dict[str, list[str]]]:
    """Run every case once, each in a fork of one process."""
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.tamper_cases"],
        capture_output=True,
        text=True,
        cwd=tmp_path_factory.mktemp("tamper"),
        env=os.environ | {"PYTHONPATH": str(release.ROOT)},
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    return json.loads(ran.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", ATTACKS)
def test_tampering_is_named(named, name):
    wanted, _ = ATTACKS[name]
    assert any(wanted in one for one in named["attacks"][name]), named["attacks"][name]


@pytest.mark.parametrize("name", INNOCENT)
def test_ordinary_cells_are_no_tampering(named, name):
    assert named["innocent"][name] == []


def test_what_changes_is_told_once_and_the_rest_is_still_watched():
    """The quick look at all functions together; the names it gives are compared one by one then."""
    functions = [eval(f"lambda a, b={number}, *, c=0: a") for number in range(4)]
    same = bindings.Unchanged(bindings._referents)
    for place, function in enumerate(functions):
        same.add(place, function)
    assert same.changed() == []
    functions[1].__defaults__ = (1,)  # equal, but another object
    functions[3].note = "libraries do such a thing"
    assert same.changed() == [1, 3]
    assert same.changed() == []
    functions[2].__code__ = functions[1].__code__
    functions[0].__kwdefaults__ = None
    assert same.changed() == [0, 2]


def test_name_that_moves_into_the_next_module_is_seen():
    one, other = {"a": 1, "max": 2}, {"min": 3}
    names = bindings.Unchanged(bindings._keys)
    for place, space in enumerate((one, other)):
        names.add(place, space)
    one["a"] = 7  # a name may be bound otherwise: that is not what is asked here
    assert names.changed() == []
    del one["max"]
    del other["min"]
    other |= {"max": 2, "min": 3}
    assert [*one, *other] == ["a", "max", "min"]
    assert names.changed() == [0, 1]
    with pytest.raises(TypeError):  # nor can a notebook put the mark between two names
        one[bindings._END] = 0
