"""A Hugging Face hub on loopback: repositories in memory, the hub's own answers, and what goes wrong with it.

It speaks as much of the hub's HTTP as ``huggingface_hub`` asks for when it reads models: what a repository is
(``/api/models/NAME``), what lies in it (``…/tree/REVISION``), and its files (``/NAME/resolve/REVISION/FILE``, also a
part of one, with the headers that carry the commit and the hash). A branch ``main`` points at the commit.
"""

from __future__ import annotations

import contextlib
import fnmatch
import hashlib
import http.server
import json
import os
import re
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

# Large files lie in LFS, named by their sha256; the others in git, named by its sha1.
LFS = ("*.safetensors", "*.bin", "*.h5", "*.msgpack", "*.ckpt")
ROUTE = re.compile(
    r"/(?:api/models/(?P<api>[^/]+/[^/]+)(?:/(?P<what>tree|revision)/(?P<at>[^/]+).*)?"
    r"|(?P<name>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<file>.+))"
)
PIECE = 8  # into so many pieces a slow line cuts a file


def in_lfs(name: str) -> bool:
    return any(fnmatch.fnmatch(name, pattern) for pattern in LFS)


def git_blob(content: bytes) -> str:
    """Return the sha1 that git gives to a file's content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def etag(name: str, content: bytes) -> str:
    return hashlib.sha256(content).hexdigest() if in_lfs(name) else git_blob(content)


@dataclass(frozen=True)
class Fault:
    """What goes wrong, with which files.

    Attributes
    ----------
    kind
        ``gone``, ``stranger`` (no such repository, as the hub says it with 404 and to who is not logged in: 401),
        ``revision``, ``entry`` (no such commit, no such file: 404), ``gated`` and ``refused`` (terms not accepted:
        401 without a token, 403 with one), ``busy`` (429), ``down`` (503), ``page`` (a web page in place of every
        answer, as the log-in page of a wireless network), ``altered`` (other bytes, as many), ``cut`` (half the
        bytes, then the line stays broken), ``hiccup`` (half the bytes, the rest at the second asking), ``stalled``
        (the headers, then nothing for ``seconds``), ``slow`` (pieces, ``seconds`` between them).
    files
        The pattern of the files that it concerns.
    """

    kind: str
    files: str = "*"
    seconds: float = 0.0


# Status, the hub's own name of the error, its words.
REFUSALS = {
    "gone": (404, "RepoNotFound", "Repository not found"),
    "stranger": (401, "RepoNotFound", "Invalid username or password."),
    "revision": (404, "RevisionNotFound", "Invalid rev id"),
    "entry": (404, "EntryNotFound", "Entry not found"),
    "gated": (401, "GatedRepo", "Access to this model is restricted. Please log in."),
    "refused": (403, "GatedRepo", "Access to this model is restricted. You are not in its list."),
    "busy": (429, "", "Too many requests"),
    "down": (503, "", "Service unavailable"),
}
OF_FILES = ("entry", "gated", "refused")  # who may not read the files still sees what lies there


@dataclass
class Hub:
    """A hub that is being served.

    Attributes
    ----------
    address
        For the variable ``HF_ENDPOINT``.
    repositories
        ``{name: (commit, {file: content})}``.
    requests, refused
        ``(method, path)`` of every request, and of those that were not answered with what they asked for.
    fault
        What goes wrong at present; a request for ``/-/heal`` ends it, after ``on_heal`` has been called.
    healed
        What went wrong in ``on_heal``, None when nothing did.
    """

    repositories: dict[str, tuple[str, dict[str, bytes]]]
    address: str = ""
    requests: list[tuple[str, str]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    fault: Fault | None = None
    on_heal: Callable[[], None] = lambda: None
    healed: list[Exception | None] = field(default_factory=list)

    def heal(self) -> None:
        try:
            self.on_heal()
            self.healed.append(None)
        except (AssertionError, OSError) as error:
            self.healed.append(error)
        self.fault = None

    def files_asked(self, name: str, method: str = "GET") -> list[str]:
        """Return the files of a repository's commit that were asked for, in order."""
        start = f"/{name}/resolve/{self.repositories[name][0]}/"
        asked = [path for used, path in self.requests if used == method and path.startswith(start)]
        return [path.removeprefix(start) for path in asked]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.answer()

    def do_GET(self):
        self.answer()

    def answer(self):
        self.where = urllib.parse.unquote(self.path.split("?")[0])
        if self.where == "/-/heal":
            self.hub.heal()
            return self.reply(200, b"{}")
        if self.where == "/api/agent-harnesses":  # the client asks about itself, not for a model
            return self.reply(404, b"{}")
        self.hub.requests.append((self.command, self.where))
        fault = self.hub.fault
        if fault and fault.kind == "page":
            return self.reply(200, b"<html><body>Log in</body></html>", {"Content-Type": "text/html"})
        found = ROUTE.fullmatch(self.where)
        if not found or (found["api"] or found["name"]) not in self.hub.repositories:
            return self.refuse("gone")
        commit, files = self.hub.repositories[found["api"] or found["name"]]
        asked = found["at"] or found["revision"] or "main"
        # The hub takes the beginning of a commit's id for it.
        if asked != "main" and not (len(asked) >= 7 and commit.startswith(asked)):
            return self.refuse("revision")
        concerned = fault and (not found["file"] or fnmatch.fnmatch(found["file"], fault.files))
        if concerned and fault.kind in REFUSALS and (found["file"] or fault.kind not in OF_FILES):
            return self.refuse(fault.kind)
        if found["file"]:
            if found["file"] not in files:
                return self.refuse("entry", {"X-Repo-Commit": commit})
            return self.send_file(found["file"], files[found["file"]], commit, fault if concerned else None)
        if found["what"] == "tree":
            listed = [self.listed(name, content) for name, content in files.items()]
            return self.reply(200, json.dumps(listed).encode())
        whole = {"id": found["api"], "modelId": found["api"], "sha": commit, "private": False, "gated": False}
        whole |= {"siblings": [{"rfilename": name} for name in files], "tags": []}
        return self.reply(200, json.dumps(whole).encode())

    @staticmethod
    def listed(name: str, content: bytes) -> dict:
        row = {"type": "file", "path": name, "size": len(content), "oid": git_blob(content)}
        if in_lfs(name):
            # git keeps a pointer to it; the pointer's own hash is what git knows.
            row["lfs"] = {"oid": etag(name, content), "size": len(content), "pointerSize": 134}
            row["oid"] = git_blob(b"pointer to " + row["lfs"]["oid"].encode())
        return row

    def refuse(self, kind: str, headers=()):
        status, code, words = REFUSALS[kind]
        self.hub.refused.append((self.command, self.where))
        own = {"X-Error-Code": code, "X-Error-Message": words} if code else {}
        return self.reply(status, json.dumps({"error": words}).encode(), own | dict(headers))

    def start(self, status: int, size: int, headers=()):
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **dict(headers)}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(size))
        self.end_headers()

    def reply(self, status: int, content: bytes, headers=()):
        self.start(status, len(content), headers)
        if self.command != "HEAD":
            self.wfile.write(content)

    def send_file(self, name: str, content: bytes, commit: str, fault: Fault | None):
        headers = {"Content-Type": "application/octet-stream", "Accept-Ranges": "bytes"}
        headers |= {"ETag": f'"{etag(name, content)}"', "X-Repo-Commit": commit}
        if in_lfs(name):
            headers |= {"X-Linked-Size": str(len(content)), "X-Linked-Etag": headers["ETag"]}
        begin = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        first, status = (int(begin[1]), 206) if begin else (0, 200)
        if begin:
            headers["Content-Range"] = f"bytes {first}-{len(content) - 1}/{len(content)}"
        kind = fault.kind if fault else ""
        if kind == "altered":
            content = bytes(one ^ 255 for one in content)
        rest = content[first:]
        self.start(status, len(rest), headers)
        if self.command == "HEAD":
            return
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # a client that has given up
            if kind == "cut" or (kind == "hiccup" and not first):
                self.wfile.write(b"" if first else rest[: len(rest) // 2])
                self.close_connection = True
                return
            if kind == "stalled":
                time.sleep(fault.seconds)
                self.close_connection = True
                return
            size = -(-len(rest) // PIECE) if kind == "slow" else max(len(rest), 1)
            for place in range(0, len(rest), size):
                self.wfile.write(rest[place : place + size])
                self.wfile.flush()
                time.sleep(fault.seconds if kind == "slow" else 0)


@contextlib.contextmanager
def serve(repositories: dict[str, tuple[str, dict[str, bytes]]]) -> Iterator[Hub]:
    """Serve ``{name: (commit, files)}`` on a free loopback port."""
    hub = Hub(repositories)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Handler,), {"hub": hub}))
    server.daemon_threads = True
    hub.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()


def environment(hub: Hub, home, profile: str = "hub") -> dict[str, str]:
    """Return the variables of a process that knows this hub alone, its cache under ``home``."""
    own = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
    own |= {
        "LLMLAB_PROFILE": profile,
        "HF_ENDPOINT": hub.address,
        "HF_HOME": str(home),
        "HF_HUB_OFFLINE": "0",
    }
    own |= {"HF_HUB_DISABLE_XET": "1", "HF_HUB_ETAG_TIMEOUT": "5", "HF_HUB_DISABLE_TELEMETRY": "1"}
    return own | {"OMP_WAIT_POLICY": "PASSIVE"}


# Where a machine keeps its own hub cache, its token, and what would answer in a lesson's model's place.
LEFT_OUT = ("TRANSFORMERS_OFFLINE", "HF_TOKEN", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "TRANSFORMERS_CACHE")
LEFT_OUT += ("LLMLAB_CHAT", "LLMLAB_CHAT_LOCAL")
