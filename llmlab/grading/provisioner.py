"""Kernels forked from a preloaded parent, for whatever starts kernels through ``jupyter_client``.

nbgrader, nbclient and papermill take it when the environment says ``JUPYTER_DEFAULT_PROVISIONER_NAME=llmlab-forked``
and names a parent (:mod:`llmlab.grading.preload`) in ``LLMLAB_PRELOAD``.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import os
import secrets
import shutil
import signal
import socket
import struct
import tempfile
from pathlib import Path

from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase

from llmlab.errors import CourseError
from llmlab.grading import cgroup, fence, preload, verdicts

THREADS = "OMP_NUM_THREADS"
# What a kernel's environment takes over from the grader's: nothing that could name a secret.
PASSED = ("HF_HUB_OFFLINE", "LLMLAB_PROFILE", "MKL_NUM_THREADS", "NBGRADER_EXECUTION", "OMP_NUM_THREADS")


class ForkedProvisioner(KernelProvisionerBase):
    """Starts a kernel by a request to a parent, and holds the connection as long as it lives.

    Attributes
    ----------
    verdict
        Why the kernel was stopped (``メモリ``, ``プロセス``, ``出力``, ``時間``), once it has ended; else ``""``.
    secret
        With which the kernel signs whether it was tampered with (:func:`llmlab.grading.kernel.proof`).
    """

    limits = preload.Limits()

    def __init__(self, **named):
        super().__init__(**named)
        self.connection: socket.socket | None = None
        self.buffer = b""
        self.code: int | None = None
        self.verdict = ""
        self.secret = secrets.token_hex(16)
        self.own: Path | None = None
        self.group: Path | None = None  # its control group
        self.parent_process: preload.Parent | None = None  # one's own, where each kernel needs one

    @property
    def has_process(self) -> bool:
        return self.connection is not None

    async def poll(self) -> int | None:
        """Return the exit code, ``None`` while the kernel lives."""
        self._read()
        return self.code if self.connection is not None else 0

    async def wait(self) -> int | None:
        while await self.poll() is None:
            await asyncio.sleep(0.02)
        code = self.code
        self._release()
        return code

    async def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel's process group; ``SIGKILL`` ends all that it has started."""
        if self.connection is None or self.code is not None:
            return
        if signum in (signal.SIGKILL, signal.SIGTERM):
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_WR)  # the keeper ends the namespace
        elif signum:
            with contextlib.suppress(OSError):
                self.connection.sendall(json.dumps({"signal": int(signum)}).encode() + b"\n")

    async def kill(self, restart: bool = False) -> None:
        """End the kernel and all that it has started; a moment later they are gone."""
        await self.send_signal(signal.SIGKILL)
        # jupyter_client looks every 0.1 s.
        for _ in range(20):
            if await self.poll() is not None:
                break
            await asyncio.sleep(0.005)

    async def terminate(self, restart: bool = False) -> None:
        await self.send_signal(signal.SIGKILL)

    async def cleanup(self, restart: bool = False) -> None:
        self._release()

    async def pre_launch(self, **kwargs):
        """Choose where the sockets lie and write the connection file.

        Raises
        ------
        CourseError
            When no parent is named, or it has ended.
        """
        folder = os.environ.get(preload.VARIABLE, "")
        if folder == preload.EACH:
            loop = asyncio.get_running_loop()
            start = functools.partial(preload.start, cold=True, disk_mb=self.limits.disk_mb)
            self.parent_process = await loop.run_in_executor(None, start)
            folder = str(self.parent_process.folder)
        if not folder or not Path(folder, preload.SOCKET).exists():
            raise CourseError(
                "カーネルの親プロセスがありません。python -m llmlab.grading grade で採点するか、"
                f"llmlab.grading.preload.parent() の中で始めてください（{preload.VARIABLE}）。"
            )
        self.own = Path(tempfile.mkdtemp(prefix="k", dir=folder))
        manager = self.parent
        # Numbers for the names of the sockets: two kernels never share a folder.
        manager.transport, manager.ip = "ipc", str(self.own / "s")
        for number, channel in enumerate(("shell", "iopub", "stdin", "hb", "control"), 1):
            setattr(manager, f"{channel}_port", number)
        manager.write_connection_file()
        self.connection_info = manager.get_connection_info()
        extra = kwargs.pop("extra_arguments", [])
        kwargs.pop("transport_encryption", None)
        return await super().pre_launch(cmd=list(extra), **kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs) -> dict:
        """Ask the parent for a kernel.

        Raises
        ------
        CourseError
            When the parent cannot make one.
        """
        place = Path(kwargs.get("cwd") or os.getcwd())
        self._bring(place)
        variables = kwargs.get("env") or os.environ
        info = {
            name: value.decode() if isinstance(value, bytes) else value
            for name, value in self.connection_info.items()
        }
        request = {
            "connection": info,
            "own": self.own.name,
            "folder": f"{fence.HOME}/{place.name}",
            "variables": {name: variables[name] for name in PASSED if name in variables},
            "threads": int(variables.get(THREADS, 1)),
            "seed": int(variables.get(preload.SEED, 0)),
            "secret": self.secret,
            "arguments": cmd,
            "limits": vars(self.limits),
            "waits": (base := preload.group_of(self.own.parent)) is not None,
        }
        self.connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.connection.settimeout(60)
        try:
            if base is not None:  # the keeper's number is another one inside the fence
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
            self.connection.connect(str(self.own.parent / preload.SOCKET))
            self.connection.sendall(json.dumps(request).encode() + b"\n")
            if base is not None:
                self._enclose(base)
            answer = await asyncio.get_running_loop().run_in_executor(None, self._first)
        except OSError as error:
            self._release()
            raise CourseError(
                f"カーネルの親プロセスが答えません（{error}）。もう一度採点してください。"
            ) from error
        if "started" not in answer:
            self._release()
            raise CourseError(f"カーネルを始められませんでした（{answer.get('failed', '?')}）。")
        self.connection.settimeout(0)
        return self.connection_info

    def _enclose(self, base: Path) -> None:
        """Put the keeper, which waits for it, in a control group, and let it go on."""
        first, sent, _, _ = self.connection.recvmsg(1, socket.CMSG_SPACE(struct.calcsize("3i")))
        self.buffer += first.strip()  # the keeper says a word of its own when it has failed
        for level, kind, data in sent:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
                pid, _, _ = struct.unpack("3i", data)
                # What a kernel writes to its folder and to /dev/shm lies in memory.
                memory = self.limits.memory_mb + 2 * self.limits.disk_mb
                self.group = cgroup.put(base, pid, memory, self.limits.processes) if pid else None
        self.connection.sendall(b"\n")

    def _bring(self, place: Path) -> None:
        """Put copies of a submission's files where the kernel will find them; no notebook: it holds hidden tests."""
        files = self.own / "files"
        files.mkdir()
        if not place.is_dir() or place == Path.cwd():
            return
        ignore = shutil.ignore_patterns("*.ipynb", ".ipynb_checkpoints")
        shutil.copytree(place, files, dirs_exist_ok=True, symlinks=True, ignore=ignore)

    def _first(self) -> dict:
        while b"\n" not in self.buffer:
            part = self.connection.recv(1 << 12)
            if not part:
                return {}
            self.buffer += part
        line, _, self.buffer = self.buffer.partition(b"\n")
        return json.loads(line)

    def _read(self) -> None:
        """Take in what the keeper has said."""
        if self.connection is None or self.code is not None:
            return
        try:
            while part := self.connection.recv(1 << 12):
                self.buffer += part
            gone = True
        except (BlockingIOError, TimeoutError):
            gone = False
        except OSError:
            gone = True
        while b"\n" in self.buffer:
            line, _, self.buffer = self.buffer.partition(b"\n")
            said = json.loads(line)
            if "ended" in said or "failed" in said:
                self.code, self.verdict = said.get("ended", 1), said.get("verdict", "")
        if gone and self.code is None:
            self.code = 1
        if self.code is not None and self.group is not None and cgroup.ran_out(self.group):
            self.verdict = verdicts.MEMORY

    def _release(self) -> None:
        if self.connection is not None:
            self._read()
            self.connection.close()
            self.connection = None
        if self.group is not None:
            cgroup.remove(self.group)
            self.group = None
        if self.own is not None:
            preload.remove(self.own)
            self.own = None
        if self.parent_process is not None:
            self.parent_process.close()
            self.parent_process = None

    async def get_provisioner_info(self) -> dict:
        raise NotImplementedError("A kernel that was forked here cannot be taken over by another process.")
