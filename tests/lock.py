"""Make requirements.txt and tests/requirements.txt again from pyproject.toml: every package, every platform.

uv resolves for Linux, macOS and Windows and Python 3.11-3.13 at once. CUDA's packages are left out:
set-up takes torch's CPU build, and a torch that comes from the ordinary index asks for its own.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADS = {
    "requirements.txt": "# Every package of the course, pinned for Linux, macOS and Windows, Python 3.11-3.13; made by `make lock`.",
    "tests/requirements.txt": "# What `make test` needs beside requirements.txt; made by `make lock`.",
}
# On other platforms than these three nothing of the course has been tried.
FOREIGN = "sys_platform == 'emscripten'"


def resolve(uv: Path, *options: str) -> list[str]:
    command = [uv, "pip", "compile", "pyproject.toml", "--universal", "--python-version", "3.11", "--quiet"]
    command += ["--no-header", "--no-annotate", *options]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run([sys.executable, "-m", "venv", scratch], check=True)
        bin_dir = Path(scratch, "Scripts" if sys.platform == "win32" else "bin")
        subprocess.run([bin_dir / "python", "-m", "pip", "install", "--quiet", "uv"], check=True)
        uv = bin_dir / "uv"
        names = [re.split(r"[=\s]", line)[0] for line in resolve(uv)]
        cuda = [name for name in names if re.match(r"nvidia-|cuda-|triton$", name)]
        without = [word for name in cuda for word in ("--no-emit-package", name)]
        lab = [line for line in resolve(uv, "--extra", "lab", *without) if FOREIGN not in line]
        pins = Path(scratch, "pins.txt")
        pins.write_text("\n".join(lab))
        extras = resolve(uv, "--extra", "lab", "--extra", "data", "--extra", "cluster", "--extra", "test", "--constraint", str(pins), *without)
        test = [line for line in extras if line not in lab and FOREIGN not in line]
    for name, lines in (("requirements.txt", lab), ("tests/requirements.txt", test)):
        (ROOT / name).write_text("\n".join([HEADS[name], *lines, ""]), encoding="utf-8")
        print(f"{name}: {len(lines)} packages")


if __name__ == "__main__":
    main()
