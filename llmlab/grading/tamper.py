"""Says whether what runs in a kernel has tampered with what grades it.

A submission runs in the process that runs its tests, so it can try to get points without an answer: replace
``torch.allclose`` or ``isinstance``, hook into IPython, send a reply of its own, read the hidden test from the frames
of its callers. :class:`Guard` takes a snapshot before the submission's first line and names later what differs from it.

It judges in two ways. What tests and kernel rest on (:data:`llmlab.grading.bindings.STRICT`) must be the same objects
with the same code. Everywhere else a change counts when what has been put there is *foreign*: written in the notebook,
or in a file that the notebook has made. Libraries load lazily and rebind their own names; that is no tampering.

What cannot be compared afterwards, because it leaves nothing behind, is seen while it happens by an audit hook
(:pep:`578`): an answer that asks for the frames of its callers, for the collector's objects, for C functions.

This makes cheating hard and visible. It cannot make it impossible: see INSTRUCTOR.md.
"""

from __future__ import annotations

import _abc
import asyncio
import builtins
import gc
import importlib
import re
import signal
import sys
import threading
import types
from collections.abc import Collection

from llmlab.grading.bindings import BUILTINS, HOOKS, Bindings, Foreign, is_type

# The functions below look up built-in names here: a submission that replaces one does not reach them.
__builtins__ = dict(vars(builtins))
ABSTRACT = ("collections.abc", "numbers")

# Names that a student's function may have without a test resting on them.
HARMLESS = frozenset("breakpoint copyright credits display exit help input license open print quit".split())
# What an answer has no reason to name: the text of the running cell, and the ways to it.
PRYING = frozenset(
    """In _ih _i _ii _iii addaudithook ast_transformers currentframe get_objects get_parent get_referrers
    history_manager input_hist_parsed input_hist_raw linecache _current_exceptions _current_frames""".split()
) - {"_i", "_ii", "_iii"}  # these three are names of loops, too
# Reading one of these attributes raises an audit event, and leads from an exception or a coroutine to the callers.
FRAMES = frozenset("ag_frame cr_frame gi_frame tb_frame".split())
READING = frozenset(
    """gc.get_objects gc.get_referents gc.get_referrers object.__getattr__ sys._current_exceptions
    sys._current_frames sys._getframe sys.setprofile sys.settrace""".split()
)
REACHING = frozenset(
    """code.__new__ ctypes.addressof ctypes.call_function ctypes.cdata ctypes.dlopen ctypes.dlsym
    ctypes.PyObj_FromPtr ctypes.string_at ctypes.wstring_at object.__setattr__ sys.addaudithook
    sys.monitoring.register_callback""".split()
)
WATCHED = READING | REACHING | {"open"}
MEMORY = re.compile(r"/proc/[^/]+/mem$")
# Modules whose functions do it for whoever calls them.
PASSING = frozenset(["bdb", "ctypes", "ctypes.util", "gc", "inspect", "sys", "threading", "traceback", "types", "unittest.mock"])

SHELL = (  # attributes of IPython's shell that decide what a cell does and says
    """ast_node_interactivity compile custom_exceptions CustomTB display_formatter display_pub displayhook
    display_trap events history_manager input_transformer_manager InteractiveTB loop_runner magics_manager
    SyntaxTB user_module user_ns""".split()
)
KERNEL = """control_stream control_thread iopub_socket iopub_thread session shell shell_stream stdin_socket""".split()
SESSION = "adapt_version auth check_pid key pack packer signature_scheme unpack unpacker".split()

_prepared: Bindings | None = None


def prepare() -> None:
    """Take the snapshot of the loaded modules once, in the process that kernels are forked from."""
    global _prepared
    _prepared = Bindings()


class Guard:
    """Compares a kernel with what it was before the first line of a submission.

    Parameters
    ----------
    shell
        IPython's shell; where it belongs to a kernel (``shell.kernel``), that is compared, too.
    modules
        Names of modules to import first: what is loaded before is compared most strictly.
    """

    def __init__(self, shell, modules=()):
        for name in modules:
            importlib.import_module(name)
        self._shell, self._kernel = shell, getattr(shell, "kernel", None)
        self._foreign = Foreign(shell.user_ns)
        global _prepared  # nobody finds the snapshot by this name any more
        self._bindings, _prepared = _prepared or Bindings(), None
        self._seen: set[str] = set()
        self._busy: set[int] = set()
        self._swapped: dict[str, tuple] = {}  # a library's functions that got other code or defaults
        shell.events.register("pre_run_cell", self._before_cell)
        shell.events.register("post_run_cell", self._after_cell)
        if self._kernel is not None:
            self._watch_replies()
        self._objects = self._important()
        self._values = dict(self._attributes())
        self._lists = {name: (list(value)) for name, value in self._hooked()}
        self._signals = {number: signal.getsignal(number) for number in signal.valid_signals()}
        self._threads = set(sys._current_frames())
        self._bindings.refresh()
        sys.addaudithook(self._watch())

    def differences(self, used: Collection[str] = BUILTINS) -> list[str]:
        """Name what differs now, sorted; nothing when all is as it was.

        For use between two cells, from another thread than the one that runs them (a kernel's control channel).

        Parameters
        ----------
        used
            Names of built-in functions that the tests use: a function of the notebook must not go before one of these.
        """
        foreign = self._foreign
        found = list(self._seen)
        try:
            found += [name for name, (one, part, before) in self._swapped.items() if getattr(one, part) is not before]
            found += self._bindings.extend(foreign)
            found += self._bindings.differences(foreign)
            found += self._changed_objects()
            found += self._changed_lists()
            found += self._running()
            found += self._names(used)
        except BaseException as error:  # what the comparison itself rests on has been broken
            found.append(f"{__name__}: {type(error).__name__}")
        return sorted(set(found))

    # ---- IPython and the kernel ----

    def _important(self) -> dict[str, tuple]:
        """Return the objects that carry a cell's way through the kernel, their class and their own functions."""
        objects = {"shell": self._shell}
        for name in ("events", "input_transformer_manager", "compile", "displayhook", "display_pub"):
            objects[name] = getattr(self._shell, name, None)
        if self._kernel is not None:
            objects["kernel"] = self._kernel
            objects |= {name: getattr(self._kernel, name, None) for name in KERNEL}
        found = {}
        for name, value in objects.items():
            own = {key: item for key, item in getattr(value, "__dict__", {}).items() if callable(item)}
            found[name] = (value, type(value), own)
        return found

    def _attributes(self):
        """Yield the attributes whose identity counts."""
        for name in SHELL:
            yield f"shell.{name}", getattr(self._shell, name, None)
        if self._kernel is not None:
            for name in KERNEL:
                yield f"kernel.{name}", getattr(self._kernel, name, None)
            for name in SESSION:
                yield f"session.{name}", getattr(self._kernel.session, name, None)
        for name in HOOKS:
            yield f"sys.{name}", getattr(sys, name)
        yield "threading.excepthook", threading.excepthook

    def _hooked(self):
        """Yield the lists and tables whose entries count."""
        shell = self._shell
        manager = shell.input_transformer_manager
        yield "ast_transformers", shell.ast_transformers
        yield "input_transformers_post", shell.input_transformers_post
        for name in ("cleanup_transforms", "line_transforms", "token_transformers"):
            yield f"input_transformer_manager.{name}", getattr(manager, name, [])
        for event, callbacks in shell.events.callbacks.items():
            yield f"events.{event}", callbacks
        yield "meta_path", sys.meta_path
        yield "path_hooks", sys.path_hooks
        yield "gc.callbacks", gc.callbacks
        if self._kernel is not None:
            for name in ("shell_handlers", "control_handlers"):
                yield f"kernel.{name}", getattr(self._kernel, name, {}).items()

    def _changed_objects(self) -> list[str]:
        found = []
        for name, (value, kind, own) in self._objects.items():
            if type(value) is not kind:
                found.append(f"{name}.__class__")
            for key, item in list(getattr(value, "__dict__", {}).items()):
                # A function of its own that stands before the class's.
                if key in own or (callable(item) and hasattr(kind, key)):
                    if own.get(key) is not item and (key in own or not _trait(kind, key)) and self._foreign(item):
                        found.append(f"{name}.{key}")
            found += [f"{name}.{key}" for key in own if key not in value.__dict__]
        for name, now in self._attributes():
            before = self._values[name]
            if now is before:
                continue
            simple = isinstance(before, (bytes, str, bool, int)) and type(now) is type(before)
            same = type(now) is type(before) is types.MethodType and now.__func__ is before.__func__
            if same or (simple and now == before):
                continue
            # Hooks of sys are exchanged by libraries, too.
            if not name.startswith("sys.") or self._foreign(now):
                found.append(name)
        if self._shell.user_ns.get("__builtins__", builtins) not in (builtins, vars(builtins)):
            found.append("__builtins__")
        if type(self._shell.user_ns) is not dict:
            found.append("shell.user_ns")
        return found

    def _changed_lists(self) -> list[str]:
        found = []
        for name, now in self._hooked():
            before, now = self._lists.get(name, []), list(now)
            gone = [one for one in before if not any(_equal(one, other) for other in now)]
            new = [one for one in now if not any(_equal(one, other) for other in before)]
            if name.startswith(("kernel.", "ast_", "input_")):
                changed = bool(gone) or any(self._foreign(one[1] if isinstance(one, tuple) else one) for one in new)
            else:
                changed = any(self._foreign(one) for one in new) or bool(gone and name != "gc.callbacks")
            if changed:
                found.append(name)
        for number, before in self._signals.items():
            now = signal.getsignal(number)
            if now is not before and callable(now) and self._foreign(now):
                found.append(f"signal.{signal.Signals(number).name}")
        for module in ABSTRACT:
            for name, cls in list(vars(sys.modules[module]).items()) if module in sys.modules else ():
                if isinstance(cls, type) and type(cls).__name__ == "ABCMeta":
                    registered = [reference() for reference in _abc._get_dump(cls)[0]]
                    if any(one is not None and self._foreign.type(one) for one in registered):
                        found.append(f"{module}.{name}.register")
        monitoring = getattr(sys, "monitoring", None)
        for tool in range(6) if monitoring else ():
            if monitoring.get_tool(tool) not in (None, "coverage", "debugger", "optimizer", "profiler"):
                found.append("sys.monitoring")
        return found

    # ---- What still runs ----

    def _running(self) -> list[str]:
        """Name foreign code that runs between two cells: in threads, in tasks of the loop, in the main thread."""
        found = []
        own, main = threading.get_ident(), threading.main_thread().ident
        for ident, frame in sys._current_frames().items():
            if ident != own and self._foreign.frames(frame):
                found.append("execute_reply" if ident == main else "threads")
        for thread in threading.enumerate():
            if thread.ident not in self._threads:
                parts = [type(thread), getattr(thread, "_target", None), getattr(thread, "function", None)]
                if any(part is not None and self._foreign(part) for part in parts):
                    found.append("threads")
        tasks = getattr(asyncio.tasks, "_all_tasks", None) or getattr(asyncio.tasks, "_scheduled_tasks", ())
        for task in list(tasks):
            frame = None if task.done() else getattr(task.get_coro(), "cr_frame", None)
            if frame is not None and self._foreign.names(frame.f_globals):
                found.append("asyncio")
        return found

    # ---- The notebook's own names ----

    def _names(self, used: Collection[str]) -> list[str]:
        """Name what the notebook puts before built-in names and modules, and functions that pry."""
        found = []
        space = dict(self._shell.user_ns)
        for name in BUILTINS.intersection(used, space) - HARMLESS:
            value = space[name]
            if callable(value) and value is not getattr(builtins, name):
                # "from numpy import all" is no trick, "all = bool" is.
                libraries = self._bindings.modules.values()
                if self._foreign(value) or not any(one.__dict__.get(name) is value for one in libraries):
                    found.append(f"builtins.{name}")
        for name, value in space.items():
            if isinstance(value, types.ModuleType):
                own = sys.modules.get(value.__name__)
                if own is not None and own is not value and type(value) is types.ModuleType:
                    found.append(f"sys.modules.{value.__name__}")
                continue
            if isinstance(value, types.FunctionType) and value.__globals__ is self._foreign.user_ns:
                found += [f"{name}: {word}" for word in _pried(value.__code__)]
            elif is_type(value) and self._foreign.type(value):
                for key, item in list(vars(value).items()):
                    item = getattr(item, "__func__", item)
                    if isinstance(item, types.FunctionType):
                        found += [f"{name}.{key}: {word}" for word in _pried(item.__code__)]
                        if key in ("__eq__", "__ne__") and _ignores_other(item.__code__):
                            found.append(f"{name}.{key}")
        return found

    # ---- While it happens ----

    def _before_cell(self, *_info) -> None:
        """In the thread that runs the cells: a tracer that an earlier cell has left."""
        if any(tracer is not None and self._foreign(tracer) for tracer in (sys.gettrace(), sys.getprofile())):
            self._seen.add("sys.settrace")

    def _after_cell(self, *_result) -> None:
        self._before_cell()

    def _watch_replies(self) -> None:
        """See a reply that a cell sends: the kernel sends its own when no cell is running."""
        import zmq

        seen, foreign, requests = self._seen, self._foreign, zmq.ROUTER

        def watched(original):
            def send(socket, *arguments, **named):
                if socket.socket_type == requests and foreign.frames(sys._getframe(1)):
                    seen.add("execute_reply")
                return original(socket, *arguments, **named)

            return send

        for name in ("send", "send_multipart"):
            setattr(zmq.Socket, name, watched(getattr(zmq.Socket, name)))

    def _watch(self):
        """Return the audit hook."""
        seen, busy, foreign, own = self._seen, self._busy, self._foreign, threading.get_ident
        swapped = self._swapped

        def hook(event, arguments):
            if event not in WATCHED or (event == "object.__getattr__" and arguments[1] not in FRAMES):
                return
            if event == "open":
                if type(arguments[0]) is not str or not MEMORY.match(arguments[0]):
                    return
                event = arguments[0]
            test, swap = event in READING or event[0] == "/", None
            ident = own()
            if ident in busy:
                return
            busy.add(ident)
            try:
                if event == "object.__setattr__":
                    # The code or the defaults of a library's function: a test does so, too, and undoes it.
                    target = arguments[0]
                    if type(target) is not types.FunctionType or not foreign.genuine(target.__globals__):
                        return
                    event = f"{target.__module__}.{target.__qualname__}.{arguments[1]}"
                    swap, test = (target, arguments[1], getattr(target, arguments[1])), True
                frame = sys._getframe(1)
                passing = event[0] == "/"  # open is wrapped by IPython, pathlib and others
                while frame is not None and (
                    frame.f_globals.get("__name__") in PASSING or (passing and not foreign.names(frame.f_globals))
                ):
                    frame = frame.f_back
                if frame is None or not foreign.names(frame.f_globals):
                    return
                if swap:
                    swapped.setdefault(event, swap)
                if test:
                    # A test looks at its callers, too: it stands in the cell that runs, an answer in an earlier one.
                    cell = outer = frame
                    while outer is not None:
                        cell = outer if outer.f_globals is foreign.user_ns else cell
                        outer = outer.f_back
                    if cell.f_code.co_filename == frame.f_code.co_filename:
                        return
                seen.add(event if event != "object.__getattr__" else arguments[1])
            finally:
                busy.discard(ident)

        return hook


def _trait(kind: type, name: str) -> bool:
    return hasattr(getattr(kind, name, None), "this_class")


def _equal(one, other) -> bool:
    """Say whether two hooks are the same; two bound methods are when function and object are."""
    if isinstance(one, tuple) and isinstance(other, tuple):  # an entry of a table
        return one[0] == other[0] and _equal(one[1], other[1])
    if type(one) is type(other) is types.MethodType:
        return one.__func__ is other.__func__ and one.__self__ is other.__self__
    return one is other


def _pried(code: types.CodeType) -> set[str]:
    """Return the prying names that a function's code uses, inner functions included."""
    found = PRYING.intersection(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found |= _pried(constant)
    return found


def _ignores_other(code: types.CodeType) -> bool:
    """Say whether a comparison says yes whatever it is compared with: ``return True`` alone."""
    return code.co_argcount == 2 and len(code.co_code) <= 16 and True in code.co_consts and not code.co_names
