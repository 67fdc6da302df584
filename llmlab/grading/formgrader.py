"""Opens nbgrader's formgrader on the gradebook of a graded class, where a person grades written answers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from llmlab.errors import CourseError
from llmlab.grading import gradebook
from llmlab.grading.release import ROOT, config


def main(arguments: list[str]) -> int:
    """Open nbgrader's formgrader on the gradebook of ``grade``; other options go to JupyterLab."""
    import argparse

    parser = argparse.ArgumentParser(prog="python -m llmlab.grading formgrader", description=main.__doc__)
    parser.add_argument("--out", type=Path, help="採点結果のフォルダー（既定: grading）")
    chosen, rest = parser.parse_known_args(arguments)
    work = (chosen.out or ROOT / "grading").resolve()
    if not gradebook.exists(work):
        raise CourseError(
            "採点結果がまだありません。先に `make grade` で採点してください。"
        )
    gradebook.usable(work)
    config()
    print(
        f"画面が開かないときは、下の JupyterLab の URL の /lab を /formgrader に変えて開いてください（{work}）。"
    )
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={ROOT}"]
    command += ["--LabApp.default_url=/formgrader", *rest]
    return subprocess.call(command, cwd=ROOT, env=os.environ | {"LLMLAB_GRADING": str(work), "LLMLAB_FORMGRADER": "1"})
