"""Loopback servers in place of the outside: a package index, chat services; the Hugging Face hub is in hub.py."""

import contextlib
import http.server
import io
import json
import tarfile
import threading
import zipfile


def wheel(package: str, version: str, files: dict[str, bytes]) -> tuple[str, bytes]:
    """Return a minimal wheel's file name and bytes."""
    stem = f"{package.replace('-', '_')}-{version}"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        archive.writestr(
            f"{stem}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n"
        )
        archive.writestr(
            f"{stem}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{stem}.dist-info/RECORD", "")
    return f"{stem}-py3-none-any.whl", buffer.getvalue()


# A build backend in the archive itself: pip can read the name without asking for setuptools.
BACKEND = """
import pathlib

def prepare_metadata_for_build_wheel(folder, config_settings=None):
    info = pathlib.Path(folder) / "{stem}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\\nName: {package}\\nVersion: {version}\\n")
    return info.name
"""


def tar(files: dict[str, bytes]) -> bytes:
    """Return the bytes of a tar.gz file."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def sdist(package: str, version: str, files: dict[str, bytes]) -> tuple[str, bytes]:
    """Return a minimal source archive's file name and bytes."""
    stem = f"{package.replace('-', '_')}-{version}"
    own = {
        "PKG-INFO": f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n",
        "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "own"\nbackend-path = ["."]\n',
        "own.py": BACKEND.format(stem=stem, package=package, version=version),
    }
    content = {name: text.encode() for name, text in own.items()} | files
    return f"{stem}.tar.gz", tar({f"{stem}/{name}": body for name, body in content.items()})


@contextlib.contextmanager
def _listening(handler):
    """Serve on a free loopback port; give the address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def serve(routes: dict, cut_after: int | None = None):
    """Serve ``{path: (content_type, bytes, headers)}`` on loopback; yields (address, list of requests).

    ``cut_after``: close the connection after so many bytes of a binary answer, as a broken line does.
    """
    requests = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_HEAD(self):
            self.answer(body=False)

        def do_GET(self):
            self.answer(body=True)

        def answer(self, body):
            requests.append((self.command, self.path))
            found = routes.get(self.path.split("?")[0])
            if found is None:
                self.send_error(404)
                return
            kind, content, headers = found
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            if body:
                cut = cut_after is not None and kind == "application/octet-stream"
                self.wfile.write(content[:cut_after] if cut else content)
                if cut:
                    self.close_connection = True

    with _listening(Handler) as address:
        yield address, requests


def index_routes(package: str, file: str, content: bytes) -> dict:
    """Return the routes of a package index (PEP 503) that holds one file."""
    page = f'<!DOCTYPE html><html><body><a href="/files/{file}">{file}</a></body></html>'
    return {
        f"/simple/{package}/": ("text/html", page.encode(), {}),
        f"/files/{file}": ("application/octet-stream", content, {}),
    }


@contextlib.contextmanager
def chat(*answers):
    """Serve chat completions on loopback; yields (address, requests).

    ``answers`` are functions that send one answer each, in turn, the last one again and again. A request is
    recorded as ``{"path", "headers", "body"}``, the names of its headers in lower case.
    """
    requests = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            headers = {name.lower(): value for name, value in self.headers.items()}
            requests.append({"path": self.path, "headers": headers, "body": body})
            self.body = body
            answers[min(len(requests), len(answers)) - 1](self)

        def send(self, status, kind, content, headers=()):
            self.send_response(status)
            for name, value in {
                "Content-Type": kind,
                "Content-Length": len(content),
                **dict(headers),
            }.items():
                self.send_header(name, str(value))
            self.end_headers()
            self.wfile.write(content)

        def send_pieces(self, pieces, whole):
            """Send server-sent events in chunks; without the last chunk when the line breaks."""
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for piece in pieces:
                data = f"data: {piece}\n\n".encode()
                self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
                self.wfile.flush()
            if whole:
                self.wfile.write(b"0\r\n\r\n")
            else:
                self.close_connection = True

    with _listening(Handler) as address:
        yield address, requests


def says(text: str, tokens_in: int = 12, tokens_out: int = 5, cut: bool = False, finish: str = "stop"):
    """An answer of a chat service, in one piece or, when the request asks for it, word by word.

    ``cut`` breaks the line after the words, before the reason why the answer ends.
    """
    usage = {
        "prompt_tokens": tokens_in,
        "completion_tokens": tokens_out,
        "total_tokens": tokens_in + tokens_out,
    }

    def send(handler):
        head = {"id": "x1", "created": 1, "model": handler.body["model"]}
        if not handler.body.get("stream"):
            choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text}}
            whole = head | {"object": "chat.completion", "choices": [choice], "usage": usage}
            handler.send(200, "application/json", json.dumps(whole).encode())
            return
        chunk = head | {"object": "chat.completion.chunk"}
        deltas = [{"role": "assistant"}] + [{"content": word} for word in text.split("|")]
        pieces = [
            chunk | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas
        ]
        if not cut:
            pieces.append(chunk | {"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
            if handler.body.get("stream_options", {}).get("include_usage"):
                pieces.append(chunk | {"choices": [], "usage": usage})
        lines = [json.dumps(piece) for piece in pieces] + ([] if cut else ["[DONE]"])
        handler.send_pieces(lines, whole=not cut)

    return send


def refuses(status: int, message: str = "no", code: str | None = None, headers=()):
    """An error of a chat service, in OpenAI's form."""
    body = {"error": {"message": message, "type": "error", "param": None, "code": code}}
    return lambda handler: handler.send(status, "application/json", json.dumps(body).encode(), headers)


def returns(content: bytes, kind: str = "application/json"):
    """An answer that is whatever the bytes are."""
    return lambda handler: handler.send(200, kind, content)
