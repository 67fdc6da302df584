"""The tests themselves run without a network: what works in them works offline.

``python -m tests`` starts them in a network namespace that has loopback alone (LLMLAB_NETNS=1).
"""

from __future__ import annotations

import http.server
import json
import os
import subprocess
import sys
import threading
import time
import urllib.request

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

pytestmark = pytest.mark.skipif(
    os.environ.get("LLMLAB_NETNS") != "1",
    reason="not in a namespace with loopback alone (LLMLAB_NETNS is not 1): the network cannot be shown closed",
)

# A documentation address, a public resolver, IPv6, and a name: all must fail, and at once.
OUTSIDE = [("192.0.2.1", 80), ("1.1.1.1", 443), ("2606:4700:4700::1111", 443), ("huggingface.co", 443)]
PROBE = """\
import json, socket, time
found = []
for address in {outside!r}:
    started = time.monotonic()
    try:
        socket.create_connection(address, timeout=20).close()
        what = "connected"
    except OSError as error:
        what = type(error).__name__
    found.append([address[0], what, time.monotonic() - started])
print(json.dumps(found))
"""


def assert_closed(text: str) -> None:
    for address, what, seconds in json.loads(text):
        assert what != "connected", f"{address} can be reached"
        assert seconds < 5, f"{address} hangs for {seconds:.0f} s instead of failing at once"


@pytest.fixture(scope="module")
def loopback():
    """An http server on 127.0.0.1; yields its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write("ここにいます".encode())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_outside_fails_at_once_and_loopback_works(loopback):
    probe = subprocess.run(
        [sys.executable, "-c", PROBE.format(outside=OUTSIDE)], capture_output=True, text=True, check=True
    )
    assert_closed(probe.stdout)
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    assert direct.open(loopback, timeout=10).read().decode() == "ここにいます"


def test_the_same_from_within_a_kernel(loopback):
    cells = [
        new_code_cell(PROBE.format(outside=OUTSIDE)),
        new_code_cell(
            "import urllib.request\n"
            "direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))\n"
            f"print(direct.open({loopback!r}, timeout=10).read().decode())"
        ),
    ]
    notebook: nbformat.NotebookNode = new_notebook(cells=cells)
    started = time.monotonic()
    NotebookClient(notebook, kernel_name="python3", timeout=60).execute()
    outside, inside = (
        "".join(output.text for output in cell.outputs if output.get("name") == "stdout")
        for cell in notebook.cells
    )
    assert_closed(outside)
    assert inside.strip() == "ここにいます"
    assert time.monotonic() - started < 60
