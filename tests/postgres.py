"""A real Postgres server for the tests, from Debian's package: its own folder, its own user, loopback alone."""

from __future__ import annotations

import contextlib
import glob
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

NAME = "llmlab"


def programs() -> Path | None:
    """Return the folder of the newest installed server's programs."""
    found = [Path(path).parent for path in glob.glob("/usr/lib/postgresql/*/bin/initdb")]  # Debian, not on PATH
    if not found and (own := shutil.which("initdb")):
        found = [Path(own).resolve().parent]
    return max(found, key=lambda path: int(path.parent.name) if path.parent.name.isdigit() else 0, default=None)


def _account() -> tuple[int, int] | None:
    """Return user and group that the server runs as: root may not; others run it themselves."""
    if os.geteuid() != 0 or _mapped():
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            found = pwd.getpwnam(name)
            return found.pw_uid, found.pw_gid
    raise RuntimeError("no account for the server")


def _mapped() -> bool:
    """Whether this root is an ordinary user in a namespace of his own, as where the tests run without real root."""
    with contextlib.suppress(OSError):
        return Path("/proc/self/uid_map").read_text().split()[2] == "1"
    return False


class Server:
    """A server that can be killed and started again; it is gone after the ``with`` statement."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="llmlab-pg-"))
        self.password = secrets.token_hex(8)
        self.process: subprocess.Popen | None = None
        account = _account()
        # Such a root has no other accounts: one more namespace gives back an ordinary number.
        self.wrap = ["unshare", "--user", "--map-user=1000", "--map-group=1000"] if _mapped() else []
        self.user = {"user": account[0], "group": account[1], "extra_groups": []} if account else {}
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        (self.folder / "word").write_text(self.password)
        if account:
            for path in (self.folder, self.folder / "word"):
                os.chown(path, *account)
        made = self._run(
            "initdb", "-D", self.folder / "data", "-U", NAME, "--pwfile", self.folder / "word", "-E", "UTF8", "--locale=C",
            "--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync",
        )  # fmt: skip
        assert made.returncode == 0, made.stdout

    def _run(self, program: str, *arguments) -> subprocess.CompletedProcess:
        command = [*self.wrap, str(programs() / program), *map(str, arguments)]
        return subprocess.run(
            command, cwd=self.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **self.user
        )

    def start(self) -> None:
        """Start the server and wait until it answers; after a kill, until the former one's processes are gone."""
        command = [*self.wrap, programs() / "postgres", "-D", self.folder / "data", "-k", self.folder, "-p", str(self.port)]
        command += ["-c", "fsync=off", "-c", "listen_addresses=127.0.0.1", "-c", "shared_buffers=32MB"]
        for _ in range(240):
            if self.process is None or self.process.poll() is not None:
                with open(self.folder / "log", "ab") as log:
                    self.process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log, **self.user)
            time.sleep(0.1)
            ready = self._run("pg_isready", "-q", "-h", self.folder, "-p", self.port, "-U", NAME, "-d", "postgres")
            if ready.returncode == 0:
                return
            time.sleep(0.15)
        raise TimeoutError((self.folder / "log").read_text()[-2000:])

    def kill(self) -> None:
        """Kill the server at once, as a power cut does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def backends(self) -> list[int]:
        """Return the processes that serve a client now."""
        import psutil

        with contextlib.suppress(psutil.NoSuchProcess):
            found = psutil.Process(self.process.pid).children()
            return [one.pid for one in found if f" {NAME} " in " ".join(one.cmdline())]
        return []

    def database(self, name: str) -> str:
        """Make an empty database; return its address, over loopback with a password."""
        made = self._run("createdb", "-h", self.folder, "-p", self.port, "-U", NAME, name)
        assert made.returncode == 0, made.stdout
        return f"postgresql://{NAME}:{self.password}@127.0.0.1:{self.port}/{name}"

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(self, *_) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGINT)  # fast shutdown
            self.process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)
