"""The kernel that grades: IPython's own, forked from the parent, which also answers whether it was tampered with.

What runs in a kernel can in principle forge what the kernel says. So the answer is signed with a secret that only the
grader and the handler below know, and tells what differs from the state before the submission's first line
(:mod:`llmlab.grading.tamper`). That makes forging hard, not impossible.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import random
import sys
import time
from pathlib import Path

from llmlab.grading import fence

INLINE = "module://matplotlib_inline.backend_inline"
REQUEST, REPLY = "llmlab_check_request", "llmlab_check_reply"


def proof(secret: str, nonce: str, differences: list[str]) -> str:
    """Return the signature of one answer: HMAC-SHA256 in hexadecimal."""
    said = json.dumps([nonce, differences]).encode()
    return hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()


def seed(number: int) -> None:
    """Seed Python, numpy and torch, as far as they are imported."""
    random.seed(number)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(number % 2**32)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(number)


def run(request: dict, own: str) -> None:
    """Be a kernel until it is told to end.

    Parameters
    ----------
    request
        ``connection`` (as in a connection file), ``variables`` (of the environment), ``threads``, ``seed``,
        ``secret``, ``arguments`` (of the kernel's command line).
    own
        The folder of its sockets.
    """
    os.environ.update(request["variables"])
    folder = Path(os.environ.get("TMPDIR") or "/tmp")
    file = (folder if os.access(folder, os.W_OK) else Path(own)) / f"kernel-{os.getpid()}.json"
    connection = dict(request["connection"], ip=os.path.join(own, "s"))
    file.write_text(json.dumps(connection), encoding="utf-8")
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(max(1, request["threads"]))
    os.environ["MPLBACKEND"] = INLINE
    seed(request["seed"])

    from ipykernel.kernelapp import IPKernelApp

    application = IPKernelApp.instance()
    application.initialize(["-f", str(file), *request["arguments"]])
    with contextlib.suppress(OSError):
        file.unlink()  # the key in it signs what the kernel says
    _answer(application, request.pop("secret"))
    while own == fence.OWN and not fence.is_sealed():  # nothing of the submission has run yet
        time.sleep(0.002)
    application.start()


def _answer(application, secret: str) -> None:
    """Let the kernel answer, on its control channel, what has been tampered with."""
    from llmlab.grading.tamper import Guard

    kernel = application.kernel
    guard = Guard(application.shell)
    # Bound now: what a submission puts in their place later is not called.
    differences, send, sign = guard.differences, kernel.session.send, proof

    def answer(stream, ident, parent):
        found = differences(parent["content"]["used"])
        nonce = parent["content"]["nonce"]
        content = {"differences": found, "proof": sign(secret, nonce, found)}
        send(stream, REPLY, content, parent, ident=ident)

    kernel.control_handlers[REQUEST] = answer
