"""nbgrader's step that runs a submission, with kernels forked inside the fence, and verdicts.

What stops a submission is a verdict (:mod:`llmlab.grading.verdicts`).
"""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from queue import Empty

from jupyter_client.asynchronous import AsyncKernelClient
from nbclient.exceptions import DeadKernelError
from nbclient.util import ensure_async, run_sync
from nbconvert.preprocessors import ExecutePreprocessor
from nbgrader.preprocessors import Execute
from traitlets import Bool, Float, List, Unicode, default

from llmlab.grading import kernel, preload
from llmlab.grading.autograde import extra_cells
from llmlab.grading.order import is_hidden, order, read_outside_answers, unread
from llmlab.grading.provisioner import ForkedProvisioner
from llmlab.grading.release import names
from llmlab.grading.verdicts import CHANGED, DIED, OUTPUT, TIME, Stopped

GRACE = 5.0  # seconds after an interrupt until a cell that goes on is ended with its kernel
PATIENCE = 20.0  # seconds until a kernel must have answered whether it was tampered with
OUTPUT_MB = 100.0  # of one submission; beyond it the kernel is stopped
KEPT_MB = 5.0  # of one cell's output that is kept
NOT_RUN = "（発展のセルは、採点では実行しません）"
NOT_SHOWN = "（このセルの出力は、返却では見せません）"


class Client(AsyncKernelClient):
    """Ready as soon as the kernel has answered: jupyter_client's own then waits 0.2 s for iopub to fall silent.

    What comes on iopub late belongs to no cell, and nbclient passes over it.
    """

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers on its shell channel and is heard on iopub.

        Raises
        ------
        RuntimeError
            When the kernel has died, or does not answer within ``timeout`` seconds.
        """
        end = time.monotonic() + (timeout or float("inf"))
        while time.monotonic() < end:
            self.kernel_info()
            try:
                await self.shell_channel.get_msg(timeout=1)
                await self.iopub_channel.get_msg(timeout=0.2)  # else what the first cell says could be lost
            except Empty:
                if not await ensure_async(self.is_alive()):
                    raise RuntimeError("Kernel died before replying to kernel_info") from None
            else:
                return
        raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")


class FencedExecute(Execute):
    """Runs a submission's cells, those with hidden tests last, and asks before and after each of these for tampering.

    Raises
    ------
    Stopped
        With the verdict.
    """

    fenced = Bool(
        True, help="Whether kernels are forked from the parent (else they start cold, unfenced)."
    ).tag(config=True)
    extra = List(Unicode(), help="Sources of cells that no test rests on.").tag(config=True)
    grace = Float(GRACE, help="Seconds after an interrupt until a cell is ended with its kernel.").tag(
        config=True
    )

    # Why the last submission of this process was stopped.
    stopped: Stopped | None = None

    @default("shutdown_kernel")
    def _shutdown(self) -> str:
        return "immediate"

    def preprocess(self, nb, resources, km=None):
        """Return the notebook with its outputs."""
        type(self).stopped = None
        try:
            return self._run(nb, resources, km)
        except Stopped as stopped:
            type(self).stopped = stopped
            raise
        except DeadKernelError as error:
            stopped = Stopped(self.verdict or DIED)
            type(self).stopped = stopped
            raise stopped from error

    def _run(self, nb, resources, km):
        left = unread(nb.cells, self.extra or _extra(resources))
        positions, silent = order(nb.cells, left)
        self.skip_cells_with_tag = secrets.token_hex()  # a test that is tagged would not run: nbgrader gives full points
        self.written = 0.0
        self.verdict = ""
        self.checked = False  # whether nothing has run since the last check
        self.used = read_outside_answers(nb.cells)

        # ExecutePreprocessor runs what it finds in nb.cells, in order.
        cells = list(nb.cells)
        nb.cells = [cells[position] for position in positions]
        try:
            nb, resources = ExecutePreprocessor.preprocess(self, nb, resources, km)
        finally:
            nb.cells = cells
        for position in left:
            nb.cells[position].outputs = [_stream(NOT_RUN)]
        for position in silent:
            if nb.cells[position].outputs:
                nb.cells[position].outputs = [_stream(NOT_SHOWN)]
        return nb, resources

    def create_kernel_manager(self):
        """Return a manager whose kernels are forked."""
        manager = super().create_kernel_manager()
        if self.fenced:
            # Without a parent (nbgrader autograde, formgrader's button) each kernel starts cold in a fence of its own.
            os.environ.setdefault(preload.VARIABLE, preload.EACH)
            manager.client_factory = Client
            manager.provisioner = ForkedProvisioner(
                parent=manager, kernel_id="", kernel_spec=manager.kernel_spec
            )
        return manager

    def execute_cell(self, cell, cell_index, **named):
        return run_sync(self._cell)(cell, cell_index, **named)

    async def _cell(self, cell, cell_index, **named):
        watch = self.fenced and is_hidden(cell)
        self.kept = 0.0
        if watch:
            self._display_id_map = {}  # what an earlier cell shows cannot be changed from within a hidden test
        if watch and not self.checked:
            await self._check(cell)
        self.checked = False
        try:
            cell = await self.async_execute_cell(cell, cell_index, **named)
        except DeadKernelError:
            self.verdict = await self._why()
            raise
        if watch:
            await self._check(cell)
            self.checked = True
            # A test says nothing by a value: nbgrader would read one as a partial score.
            cell.outputs = [
                one for one in cell.outputs if one.output_type != "execute_result" or _shows(cell)
            ]
        return cell

    async def _why(self) -> str:
        """Return the keeper's verdict on a kernel that has ended."""
        if self.verdict:
            return self.verdict
        provisioner = getattr(self.km, "provisioner", None)
        if not isinstance(provisioner, ForkedProvisioner):
            return ""
        for _ in range(200):  # it may have many processes to end
            if await provisioner.poll() is not None:
                break
            await asyncio.sleep(0.05)
        return provisioner.verdict

    async def _check(self, cell) -> None:
        """Ask the kernel whether it was tampered with."""
        nonce, name = secrets.token_hex(16), cell.metadata.nbgrader.grade_id
        session, channel = self.kc.session, self.kc.control_channel
        message = session.msg(kernel.REQUEST, {"nonce": nonce, "used": self.used})
        channel.send(message)
        waited = 0.0
        while True:
            try:
                reply = await ensure_async(channel.get_msg(timeout=1))
            except Empty:
                if not await ensure_async(self.kc.is_alive()):
                    self.verdict = await self._why()
                    raise DeadKernelError("Kernel died") from None
                waited += 1
                if waited >= PATIENCE:
                    await self._end(TIME, f"{name}: カーネルが答えません")
                continue
            except Exception as error:  # a message that is not signed as agreed
                await self._end(CHANGED, f"{name}: {type(error).__name__}")
            if reply["parent_header"].get("msg_id") == message["header"]["msg_id"]:
                break
        content = reply["content"]
        found = content.get("differences")
        signed = kernel.proof(self.km.provisioner.secret, nonce, found) if isinstance(found, list) else ""
        if not signed or not secrets.compare_digest(signed, str(content.get("proof"))):
            await self._end(CHANGED, f"{name}: 確認の答えが偽物です")
        if found:
            await self._end(CHANGED, f"{name}: {', '.join(map(str, found))[:500]}")

    async def _end(self, verdict: str, detail: str = "") -> None:
        await ensure_async(self.km.shutdown_kernel(now=True))
        raise Stopped(verdict, detail)

    async def _async_handle_timeout(self, timeout, cell=None):
        """Interrupt the cell; end the kernel when it goes on."""
        reply = await super()._async_handle_timeout(timeout, cell)
        asked = self.kc.kernel_info()
        waited = 0.0
        while waited < self.grace:
            try:
                answer = await ensure_async(self.kc.shell_channel.get_msg(timeout=0.5))
            except Empty:
                waited += 0.5
                if not await ensure_async(self.kc.is_alive()):
                    self.verdict = await self._why()
                    raise DeadKernelError("Kernel died") from None
                continue
            if answer["parent_header"].get("msg_id") == asked:
                return reply
        await self._end(TIME, "止める合図に応じません")

    def process_message(self, msg, cell, cell_index):
        """Take in what a cell says, up to a limit."""
        size = _size(msg["content"]) / 1e6
        self.written += size
        self.kept += size
        if self.written > OUTPUT_MB:
            raise Stopped(OUTPUT)
        if self.kept > KEPT_MB and msg["msg_type"] not in ("status", "error", "execute_input"):
            return None
        return super().process_message(msg, cell, cell_index)


def _extra(resources) -> list[str]:
    """Return the cells that no test rests on, where nobody has said them: formgrader's button."""
    name = resources.get("nbgrader", {}).get("assignment")
    return extra_cells(name) if name in names() else []


def _stream(text: str):
    from nbformat.v4 import new_output

    return new_output("stream", name="stdout", text=text)


def _shows(cell) -> bool:
    """Return whether a test cell itself ends in an expression."""
    import ast

    try:
        body = ast.parse(cell.source).body
    except SyntaxError:
        return False
    return bool(body) and isinstance(body[-1], ast.Expr)


def _size(content) -> int:
    if isinstance(content, str):
        return len(content)
    if isinstance(content, dict):
        return sum(map(_size, content.values()))
    if isinstance(content, list | tuple):
        return sum(map(_size, content))
    return 0
