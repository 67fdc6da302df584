"""Everything that must hold, stage by stage: ``make test`` (or ``python -m tests [--only 05]``).

Every stage runs in a network namespace that has loopback alone, so that nothing can quietly use the
network; on systems without namespaces it says that it could not be shown.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import psutil

from llmlab.runtime import cores

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
# Stage, its pytest files; a lesson's number given by --only reaches the tests as the variable ONLY.
STAGES = [
    ("rules", ["test_notebook_rules.py", "test_public_api.py", "test_tree.py", "test_texts.py"]),
    (
        "llmlab",
        [
            # The longest first: two files may run side by side.
            "test_hub_cells.py",
            "test_chat.py",
            "test_images.py",
            "test_question_answering.py",
            "test_pretrain.py",
            "test_hub_faults.py",
            "test_image_service.py",
            "test_rag.py",
            "test_hub_pipelines.py",
            "test_models.py",
            "test_finetuning.py",
            "test_sandbox.py",
            "test_qa_build.py",
            "test_downstream.py",
            "test_decanlp.py",
            "test_t5_build.py",
            "test_cards_build.py",
            "test_taste.py",
            "test_taste_trl.py",
            "test_uses.py",
            "test_backends.py",
            "test_emoji.py",
            "test_qa_questions.py",
            "test_alignment_items.py",
            "test_core.py",
            "test_prompts.py",
            "test_setup.py",
            "test_network.py",
            "test_decanlp_items.py",
            "test_ratings.py",
            "test_alignment_runs.py",
            "test_check.py",
        ],
    ),
    ("editions", ["test_editions.py", "test_colab.py"]),
    ("notebooks", ["test_notebooks_run.py"]),
    ("zoo", ["test_zoo.py"]),
    (
        "grading",
        [
            "test_hostile.py",
            "test_kernels.py",
            "test_grading.py",
            "test_kill.py",
            "test_intake.py",
            "test_gradebook.py",
            "test_queries.py",
            "test_marks.py",
            "test_report.py",
            "test_clean.py",
            "test_tamper.py",
            "test_cgroup.py",
        ],
    ),
    ("browser", ["test_browser.py"]),
]
WITH_ONLY = {"rules", "notebooks", "zoo"}
# Stages whose tests each keep one core busy: how pytest-xdist hands them out, and the memory that one test may take
# (GB). The other stages use the cores themselves, or measure seconds.
SPREAD = {
    "llmlab": (["--dist=loadfile", "--no-loadscope-reorder"], 3.0),
    "notebooks": (["--dist=load", "--maxschedchunk=1"], 4.5),
    "zoo": (["--dist=loadgroup", "--no-loadscope-reorder"], 3.0),
}


def isolation() -> list[str]:
    """Return the command that puts a process into a namespace with loopback alone, or nothing."""
    if sys.platform != "linux" or not shutil.which("unshare"):
        return []
    # Root needs no user namespace; everybody else becomes root in one of their own.
    command = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--map-root-user"]
    works = subprocess.run([*command, "true"], capture_output=True).returncode == 0
    return [*command, sys.executable, str(ROOT / "tests" / "loopback.py")] if works else []


def at_once(stage: str, only: str) -> int:
    """Return how many tests of a stage run at a time: one for each core that has memory enough."""
    # A lesson's notebooks alone are measured with all cores.
    if stage not in SPREAD or (only and stage == "notebooks"):
        return 1
    memory = psutil.virtual_memory().available / 1e9
    return max(1, min(cores(), int(memory / SPREAD[stage][1])))


def run_stage(name: str, files: list[str], wrap: list[str], only: str, report: Path) -> dict:
    """Run one stage's tests and return its counts and seconds."""
    environment = dict(os.environ, PATH=f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}")
    environment |= {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "ONLY": only}
    environment.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # waiting threads leave the cores to others
    environment["LLMLAB_NETNS"] = "1" if wrap else ""
    command = [*wrap, sys.executable, "-m", "pytest", f"--junitxml={report}", "-rs"]
    if (number := at_once(name, only)) > 1:
        command += [f"--numprocesses={number}", *SPREAD[name][0]]
        environment["OMP_NUM_THREADS"] = str(max(1, cores() // number))  # each its share
    command += [str(ROOT / "tests" / file) for file in files]
    started = time.monotonic()
    code = subprocess.run(command, cwd=ROOT, env=environment).returncode
    counts = {"name": name, "seconds": time.monotonic() - started, "passed": 0, "failed": 0, "skipped": 0}
    if report.is_file():
        for suite in ElementTree.parse(report).getroot().iter("testsuite"):
            bad = int(suite.get("failures")) + int(suite.get("errors"))
            counts["failed"] += bad
            counts["skipped"] += int(suite.get("skipped"))
            counts["passed"] += int(suite.get("tests")) - bad - int(suite.get("skipped"))
    # A stage that ran nothing, or whose pytest broke, has failed whatever it counted.
    if code and not counts["failed"]:
        counts["failed"] += 1
    return counts


def lint() -> dict:
    """Run ruff over code and notebooks."""
    started = time.monotonic()
    code = subprocess.run([BIN / "ruff", "check", "--quiet", "."], cwd=ROOT).returncode
    row = {"name": "ruff", "seconds": time.monotonic() - started, "skipped": 0}
    return row | {"passed": int(code == 0), "failed": int(code != 0)}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests")
    parser.add_argument("--only", default="", help="a lesson's number, such as 05")
    parser.add_argument("--setup-seconds", type=float, default=0.0)
    chosen = parser.parse_args()
    wrap = isolation()
    if not wrap:
        print("ネットワークの隔離（unshare）が使えません。隔離の試験は飛ばします。", flush=True)
    rows = [lint()]
    with tempfile.TemporaryDirectory() as scratch:
        for name, files in STAGES:
            if chosen.only and name not in WITH_ONLY:
                continue
            print(f"\n== {name}", flush=True)
            rows.append(run_stage(name, files, wrap, chosen.only, Path(scratch) / f"{name}.xml"))
    print(f"\n{'stage':<12}{'seconds':>8}{'passed':>8}{'failed':>8}{'skipped':>9}")
    if chosen.setup_seconds:
        print(f"{'set-up':<12}{chosen.setup_seconds:>8.0f}")
    for row in rows:
        line = (
            f"{row['name']:<12}{row['seconds']:>8.0f}{row['passed']:>8}{row['failed']:>8}{row['skipped']:>9}"
        )
        print(line)
    total = {key: sum(row[key] for row in rows) for key in ("seconds", "passed", "failed", "skipped")}
    print(f"{'all':<12}{total['seconds'] + chosen.setup_seconds:>8.0f}")
    print(f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return 1 if total["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
