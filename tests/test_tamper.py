"""The guard of a grading kernel: what it names, and that it is silent about ordinary answers."""

import json
import os
import subprocess
import sys

import pytest

from llmlab.grading import release
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
