"""Long measurements, row by row: finished rows are kept in build/ and a stopped run goes on where it was."""

import argparse
import hashlib
import json
import multiprocessing
import os
import platform
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MEASURED = ROOT / "data" / "measured"

# Processes that start from here keep freed memory: without it every step asks the system for its pages again.
os.environ.setdefault("MALLOC_TRIM_THRESHOLD_", str(2**32))
os.environ.setdefault("MALLOC_MMAP_THRESHOLD_", str(2**32))


def cpu_flags() -> set[str]:
    """Return the CPU's flags (Linux; elsewhere none are known)."""
    return set(cpu_field("flags").split())


def cpu_field(name: str) -> str:
    """Return a field of the first core from /proc/cpuinfo, empty where there is none."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(name)), "")


def machine() -> str:
    """Return the CPU, those of its flags that matter for training, its cores and the day."""
    flags = [flag for flag in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if flag in cpu_flags()]
    name = cpu_field("model name") or platform.machine()
    return (
        f"{name}, {' '.join(flags) or 'flags unknown'}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}"
    )


def fast_dtype() -> str:
    """Return ``bfloat16`` where the CPU multiplies in it (AVX-512 BF16, AMX), else ``float32``."""
    return "bfloat16" if cpu_flags() & {"avx512_bf16", "amx_bf16"} else "float32"


def fingerprint(*parts) -> str:
    """Return a short hash of what a row depends on: files by their content, everything else by its ``repr``."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.read_bytes() if isinstance(part, Path) else repr(part).encode())
    return digest.hexdigest()[:16]


def bits(values) -> str:
    """Return truths as a string of 1 and 0."""
    return "".join("1" if value else "0" for value in values)


def brief(row: dict) -> dict:
    """Return a row without what only later arithmetic reads: one entry per item, the fingerprint."""
    return {
        name: brief(value) if isinstance(value, dict) else value
        for name, value in row.items()
        if name not in ("right", "scores", "made_from")
    }


def common_length(lists: list[list]) -> int:
    """Return how many first entries all lists share."""
    for length, entries in enumerate(zip(*lists, strict=False)):
        if len(set(entries)) > 1:
            return length
    return min(map(len, lists))


def options(description: str, out: str) -> argparse.ArgumentParser:
    """Return the options that all measuring scripts share."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--minutes", type=float, default=1e9, help="start no row after so long; run again to go on"
    )
    parser.add_argument(
        "--workers", type=int, default=os.cpu_count() or 1, help="rows at a time, one core each"
    )
    parser.add_argument("--out", type=Path, default=MEASURED / out, help="file for the result")
    parser.add_argument("--seeds", type=int, default=None, help="seeds of each row (fewer for a try)")
    return parser


def one_thread() -> None:
    """Give a process one thread and keep transformers quiet."""
    import torch
    from transformers.utils import logging

    torch.set_num_threads(1)
    logging.set_verbosity_error()
    logging.disable_progress_bar()


def made_from(*parts) -> str:
    """Return the fingerprint of a row that fine-tunes: the tasks' code, the committed corpus, and ``parts``."""
    pages = ROOT / "data" / "corpus" / "ja"
    code = Path(__file__).with_name("downstream.py")
    return fingerprint(code, *(pages / f"{split}.jsonl.gz" for split in ("train", "dev", "test")), *parts)


def run(
    jobs: list[dict],
    work: Callable[[dict], dict],
    file: Path,
    minutes: float = 1e9,
    workers: int = 1,
    start: Callable | None = None,
    arguments: tuple = (),
) -> list[dict]:
    """Do the jobs that ``file`` does not hold yet and return the rows of all that are done, in the jobs' order.

    Each row runs in a process of its own kind with one thread: for small models two such processes do more than two
    threads, and a row is the same whatever runs beside it.

    Parameters
    ----------
    jobs
        What names a row (and what it depends on): a row counts as done when ``file`` has one with the same entries.
    work
        Returns what a job adds to its row. Without workers (``workers=0``) it runs in this process.
    start, arguments
        Called once in each process before its first job, after ``one_thread``.
    """
    done = {}
    if file.exists():
        for line in file.read_text(encoding="utf-8").splitlines():
            try:
                stored = json.loads(line)
            except ValueError:  # cut off while it was written
                continue
            done[json.dumps(stored["job"], sort_keys=True)] = stored["row"]
    file.parent.mkdir(parents=True, exist_ok=True)
    todo = [job for job in jobs if json.dumps(job, sort_keys=True) not in done]
    print(f"{len(jobs) - len(todo)} of {len(jobs)} rows are there", flush=True)
    begin = time.monotonic()

    def keep(job: dict, row: dict) -> None:
        done[json.dumps(job, sort_keys=True)] = row
        # A line of its own even after one that was cut off.
        with file.open("a", encoding="utf-8") as lines:
            lines.write("\n" + json.dumps({"job": job, "row": row}, ensure_ascii=False) + "\n")
        shown = json.dumps(brief(job | row), ensure_ascii=False)
        print(f"{(time.monotonic() - begin) / 60:5.1f} min", shown, flush=True)

    def in_time() -> bool:
        return time.monotonic() - begin < 60 * minutes

    if not workers:
        if todo:
            _begin(start, arguments)
        while todo and in_time():
            job = todo.pop(0)
            keep(job, work(job))
    elif todo:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(
            workers, mp_context=context, initializer=_begin, initargs=(start, arguments)
        ) as pool:
            running = {}
            while running or (todo and in_time()):
                while todo and len(running) < workers and in_time():
                    job = todo.pop(0)
                    running[pool.submit(work, job)] = job
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    keep(running.pop(future), future.result())
    if todo:
        print(f"stopped: {len(todo)} rows are left, run again to go on", flush=True)
    rows = [(job, done.get(json.dumps(job, sort_keys=True))) for job in jobs]
    return [
        {name: value for name, value in (job | row).items() if name != "made_from"}
        for job, row in rows
        if row
    ]


def _begin(start: Callable | None, arguments: tuple) -> None:
    one_thread()
    if start:
        start(*arguments)


def write(file: Path, content: dict) -> None:
    """Write a result: one row a line, so that a change can be read."""
    file.parent.mkdir(parents=True, exist_ok=True)
    parts = []
    for name, value in content.items():
        text = json.dumps(value, ensure_ascii=False)
        if name == "rows":
            text = "[\n" + ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in value) + "\n ]"
        parts.append(f" {json.dumps(name)}: {text}")
    file.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")
    try:
        shown = file.resolve().relative_to(ROOT)
    except ValueError:
        shown = file.name
    print(f"wrote {shown}: {len(content['rows'])} rows", flush=True)
