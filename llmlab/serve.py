"""The course's chat model behind an address of this machine: ``transformers serve``, ended with the kernel.

``python -m llmlab.serve FOLDER PORT`` is the server's own process: it ends when its standard input closes,
so it cannot outlive the kernel that started it, however that one ended.
"""

import atexit
import importlib.util
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

from llmlab import data, models
from llmlab.errors import CourseError

HOST = "127.0.0.1"
PREFIX = "llmlab-serve-"
COMMAND = ("-m", "llmlab.serve")
NEEDED = ("fastapi", "openai", "uvicorn")
# A server that has no answer after this many seconds has failed, also on a slow disk.
PATIENCE = 180
# A chat service samples; the model's own file leaves `temperature` without effect.
SAMPLING = {"do_sample": True, "temperature": 1.0, "top_p": 1.0, "top_k": 0}
SYMPTOMS = (
    (r"address already in use|attempting to bind|WinError 10048", "port"),
    (r"MemoryError|[Cc]annot allocate memory|not enough memory|out of memory|bad_alloc", "memory"),
    (r"ModuleNotFoundError|Missing dependencies|ImportError", "package"),
)

_running = None


class Server:
    """A running ``transformers serve``; ``with`` stops it at the block's end, the kernel's end does anyway.

    Attributes
    ----------
    base_url
        The address to give to a client.
    model
        The model's name in requests; the server refuses any other.
    seconds
        How long it took to start.
    """

    def __init__(self, port: int):
        self.port = port
        self.base_url = f"http://{HOST}:{port}/v1/"
        self.model = models.entry("chat").name.split("/")[-1]
        self.seconds = 0.0
        self.scratch = Path(tempfile.mkdtemp(prefix=PREFIX))
        self._owner = os.getpid()
        self._process = None

    def __repr__(self):
        return f"<transformers serve {self.model} {self.base_url} {'動作中' if self.running else '停止'}>"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def pid(self) -> int:
        """The number of the server's process."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Stop the server and remove its folder; nothing happens when it has stopped before."""
        if os.getpid() != self._owner:
            return  # a forked child holds a copy of this object, not the server
        if self._process is not None:
            self._process.stdin.close()
            try:
                self._process.wait(timeout=3)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def log(self) -> str:
        """Return what the server has printed so far."""
        file = self.scratch / "server.log"
        return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""

    def _launch(self) -> None:
        folder = models.path("chat")
        _lay_out(folder, self.scratch / self.model)
        environment = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
        environment |= {"HF_HUB_OFFLINE": "1", "PYTHONUTF8": "1", "TOKENIZERS_PARALLELISM": "false"}
        paths = [str(data.PACKAGE.parent), environment.get("PYTHONPATH", "")]
        environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
        # The model's name is a folder of the server's own: no path of this machine in a request.
        with (self.scratch / "server.log").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, *COMMAND, self.model, str(self.port)],
                cwd=self.scratch,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Interrupting a cell must not end the server.
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )

    def _wait(self, patience: float) -> None:
        started = time.monotonic()
        print(f"{self.model} のサーバーを起動しています", end="", flush=True)
        shown = 0
        try:
            while not self._answers():
                self.seconds = time.monotonic() - started
                if not self.running:
                    raise CourseError(_diagnosis(self.log(), self._process.returncode))
                if self.seconds > patience:
                    raise CourseError(_diagnosis(self.log(), None))
                while shown < self.seconds // 2:
                    print(".", end="", flush=True)
                    shown += 1
                time.sleep(0.2)
        except BaseException:
            print(flush=True)
            raise
        self.seconds = time.monotonic() - started
        print(f" 準備ができました（{self.seconds:.0f} 秒）。", flush=True)

    def _answers(self) -> bool:
        # A proxy of the university knows nothing of this machine.
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with direct.open(f"http://{HOST}:{self.port}/health", timeout=2) as answer:
                return self.running and json.load(answer).get("status") == "ok"
        except (OSError, ValueError):
            return False


def start(port: int | None = None, patience: float = PATIENCE) -> Server:
    """Return the running server; start it when there is none.

    Parameters
    ----------
    port
        A port of one's own choice; a free one is taken otherwise.
    patience
        Seconds to wait for the first answer.

    Raises
    ------
    CourseError
        A package is missing; the port is taken; the memory does not suffice; no answer in time.
    """
    global _running
    if _running is not None and _running.running and _running._owner == os.getpid():
        return _running
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise CourseError(
            f"手元のチャットサーバーに要るパッケージ（{'、'.join(missing)}）がないので、"
            f"`pip install {' '.join(missing)}` を実行してから、もう一度このセルを動かしてください。"
        )
    if _running is not None:
        _running.stop()
    server = Server(_free_port(port))
    atexit.register(server.stop)
    try:
        server._launch()
        server._wait(patience)
    except BaseException:
        server.stop()
        raise
    _reach_directly()
    _running = server
    return server


def _free_port(wanted: int | None) -> int:
    with socket.socket() as probe:
        try:
            probe.bind((HOST, wanted or 0))
        except OSError as error:
            raise CourseError(
                f"ポート {wanted} はほかのプログラムが使っているので、port を書かずに `chat.local()` としてください。"
            ) from error
        return probe.getsockname()[1]


def _lay_out(folder: Path, target: Path) -> None:
    """Put the model's files into a folder of the server's, with a generation config that samples."""
    target.mkdir()
    for file in folder.iterdir():
        if file.is_file() and not file.name.startswith(".") and file.name != "generation_config.json":
            _link(file.resolve(), target / file.name)
    own = folder / "generation_config.json"
    config = json.loads(own.read_text(encoding="utf-8")) if own.is_file() else {}
    config.pop("_from_model_config", None)
    (target / own.name).write_text(json.dumps(config | SAMPLING), encoding="utf-8")


def _link(source: Path, target: Path) -> None:
    """Link a file, or copy it where links are not allowed (Windows without developer mode)."""
    for way in (os.symlink, os.link):
        try:
            return way(source, target)
        except OSError:
            continue
    shutil.copyfile(source, target)


def _reach_directly() -> None:
    """Tell this process's clients not to send what is for this machine through a proxy."""
    if not urllib.request.getproxies():
        return
    for name in ("NO_PROXY", "no_proxy"):
        hosts = [host for host in os.environ.get(name, "").split(",") if host]
        os.environ[name] = ",".join(dict.fromkeys([*hosts, HOST]))


def _diagnosis(log: str, code: int | None) -> str:
    """Say in one sentence why the server did not start and what to do."""
    lines = [line.strip() for line in re.split(r"[\r\n]+", log) if line.strip()]
    last = f"（記録の最後の行: {lines[-1][:200]}）" if lines else "（記録は空でした）"
    kind = next((kind for pattern, kind in SYMPTOMS if re.search(pattern, log)), None)
    if code in (-9, 137):
        kind = "memory"  # the system ends who takes too much
    if kind is None and code is None:
        kind = "time"
    advice = {
        "port": "選んだポートが先に使われたので、このセルをもう一度動かしてください",
        "memory": "メモリーが足りないので、ほかのノートブックのカーネルを止めてから、もう一度このセルを動かしてください",
        "package": "パッケージが足りないので、`pip install 'transformers[serving]'` を実行してから、もう一度このセルを動かしてください",
        "time": "時間内に答えないので、ほかの重い計算が終わってから、もう一度このセルを動かしてください",
        None: "カーネルを再起動してから、もう一度このセルを動かしてください",
    }[kind]
    return f"手元のチャットサーバーが起動しませんでした。{advice}{last}。"


def main(arguments: list[str]) -> None:
    """Be ``transformers serve`` for a folder below the working one, until standard input closes."""
    model, port = arguments
    from transformers.cli.transformers import app

    from llmlab import runtime

    device = runtime.device().type
    # Not before the imports: on Windows numpy's waits for whoever reads standard input.
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # Half precision is slow on most CPUs; a GPU takes what the weights are.
    kind = "float32" if device == "cpu" else "auto"
    app(["serve", model, "--host", HOST, "--port", port, "--device", device, "--dtype", kind])


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    if Path.cwd().name.startswith(PREFIX):  # never a folder that somebody happened to stand in
        shutil.rmtree(Path.cwd(), ignore_errors=True)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
