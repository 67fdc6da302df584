"""Loopback servers in place of the outside: a package index and a Hugging Face hub."""

import contextlib
import hashlib
import http.server
import io
import json
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

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", requests
    finally:
        server.shutdown()
        server.server_close()


def index_routes(package: str, file: str, content: bytes) -> dict:
    """Return the routes of a package index (PEP 503) that holds one file."""
    page = f'<!DOCTYPE html><html><body><a href="/files/{file}">{file}</a></body></html>'
    return {
        f"/simple/{package}/": ("text/html", page.encode(), {}),
        f"/files/{file}": ("application/octet-stream", content, {}),
    }


def hub_routes(repository: str, revision: str, files: dict[str, bytes]) -> dict:
    """Return the routes of a Hugging Face hub that holds one repository at one commit."""
    tree = [
        {"type": "file", "path": name, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}
        for name, content in files.items()
    ]
    listing = {"id": repository, "sha": revision, "siblings": [{"rfilename": name} for name in files]}
    routes = {
        f"/api/models/{repository}/tree/{revision}": ("application/json", json.dumps(tree).encode(), {}),
        f"/api/models/{repository}/revision/{revision}": ("application/json", json.dumps(listing).encode(), {}),
    }
    for name, content in files.items():
        headers = {"ETag": f'"{hashlib.sha1(content).hexdigest()}"', "X-Repo-Commit": revision}
        routes[f"/{repository}/resolve/{revision}/{name}"] = ("application/octet-stream", content, headers)
    return routes
