"""What the loaded modules and classes bind to their names, and which of it a notebook has put there.

:class:`Bindings` is the snapshot, :class:`Foreign` tells what is the notebook's; :mod:`llmlab.grading.tamper` judges.
"""

from __future__ import annotations

import builtins
import site
import sys
import sysconfig
import types
from gc import get_referents
from itertools import chain, compress, repeat
from operator import attrgetter, is_, is_not
from pathlib import Path

# The functions below look up built-in names here: a submission that replaces one does not reach them.
__builtins__ = dict(vars(builtins))
ROOT = Path(__file__).resolve().parents[2]
BUILTINS = frozenset(name for name, value in vars(builtins).items() if callable(value))
# Functions of sys that libraries exchange.
HOOKS = ("breakpointhook", "displayhook", "excepthook", "stderr", "stdin", "stdout", "unraisablehook")

# What graded cells and the kernel rest on: changed names of these count whatever has been put there.
STRICT = frozenset(
    """IPython abc ast asyncio builtins collections contextlib copy dataclasses fractions functools gc hashlib hmac
    inspect io ipykernel itertools json jupyter_client linecache llmlab math numbers numpy operator pydoc random re
    statistics threading torch tornado traceback traitlets types typing unicodedata unittest zmq""".split()
)
# What no test rests on is left out, since it is large: half of torch, for one.
FAR = tuple(
    """PIL. accelerate. fontTools. httpcore httpx huggingface_hub. jinja2. kiwisolver matplotlib mpmath networkx
    mpl_toolkits numpy.f2py numpy.ma numpy.polynomial numpy.typing optree psutil pygments pyparsing scipy._lib scipy.fft scipy.integrate scipy.interpolate
    scipy.linalg scipy.optimize scipy.sparse scipy.spatial sympy torch._dynamo torch._export torch._functorch
    torch._higher_order_ops torch._inductor torch._library torch._meta torch._numpy torch._prims torch._refs torch._subclasses
    torch.ao torch.cuda torch.distributed torch.distributions torch.export torch.fx torch.jit torch.mtia
    torch.multiprocessing torch.onnx torch.profiler torch.quantization torch.return_types torch.sparse torch.utils torch.xpu torchgen
    transformers.generation transformers.integrations transformers.quantizers yaml""".split()
)
# Each repeats the functions of torch.Tensor, and no tensor is of such a class.
COPIES = frozenset(f"torch.{kind}Tensor" for kind in "BFloat16 Bool Byte Char Double Float Half Int Long Short".split())
# Whose constants and tables are compared, too: tolerances, fingerprints, digits.
CONSTANTS = ("llmlab.check", "math", "numpy.testing", "torch.testing", "unittest.mock")
# Registries that a library's own function reads: a foreign entry changes what the function does.
TABLES = (("copy", "_deepcopy_dispatch"), ("copyreg", "dispatch_table"))

_NAMES = ("__code__", "__defaults__", "__kwdefaults__")
_PARTS = tuple(map(attrgetter, _NAMES))


def is_type(value) -> bool:
    """Say whether something is a class."""
    return issubclass(type(value), type)  # isinstance would ask the value


# ---- Foreign: written in the notebook -----------------------------------------------------------------------


class Foreign:
    """Tells what the notebook has made from what libraries have."""

    def __init__(self, user_ns: dict):
        self.user_ns = user_ns
        paths = {*sysconfig.get_paths().values(), *site.getsitepackages(), site.getusersitepackages(), str(ROOT)}
        paths |= {sys.prefix, sys.base_prefix}
        # Whoever runs the kernel stands at the bottom of every stack, and may be called __main__.
        frames = list(sys._current_frames().values())
        self.callers = set()
        while frames:
            frame = frames.pop()
            if frame.f_globals is not user_ns:
                self.callers.add(id(frame.f_globals))
            if frame.f_back is not None:
                frames.append(frame.f_back)
        self.roots = tuple(str(Path(path)) for path in paths if path)

    def names(self, namespace: dict) -> bool:
        """Say whether code with these globals is foreign."""
        if namespace is self.user_ns:
            return True
        if id(namespace) in self.callers:
            return False
        name = namespace.get("__name__")
        module = sys.modules.get(name) if isinstance(name, str) else None
        if module is None or getattr(module, "__dict__", None) is not namespace:
            # exec with a dictionary of its own: libraries make functions so, too.
            return name == "__main__"
        return self.module(module)

    def genuine(self, namespace: dict) -> bool:
        """Say whether these globals are those of a library's module."""
        module = sys.modules.get(namespace.get("__name__"))
        return getattr(module, "__dict__", None) is namespace and not self.names(namespace)

    def module(self, module) -> bool:
        """Say whether a module's file lies where the notebook could have written it."""
        file = getattr(module, "__file__", None)
        return isinstance(file, str) and not file.startswith((*self.roots, "<"))

    def __call__(self, value) -> bool:
        """Say whether calling this would run foreign code."""
        for _ in range(20):
            if isinstance(value, (types.MethodType, staticmethod, classmethod)):
                value = value.__func__
            elif isinstance(value, property):
                value = value.fget
            elif type(value).__name__ in ("partial", "partialmethod", "cached_property"):
                value = value.func
            elif hasattr(type(value), "__get__") and "__wrapped__" in getattr(value, "__dict__", ()):
                if isinstance(value, types.FunctionType) and self.names(value.__globals__):
                    return True
                value = value.__wrapped__
            else:
                break
        if isinstance(value, types.FunctionType):
            return self.names(value.__globals__)
        return self.type(value if is_type(value) else type(value))

    def type(self, cls: type) -> bool:
        """Say whether a class, or one that it is made from, is foreign."""
        for one in type.mro(cls) if cls is not type else ():
            name = type.__dict__["__module__"].__get__(one)
            if name == "__main__" or (name in sys.modules and self.module(sys.modules[name])):
                return True
        return False

    def frames(self, frame) -> bool:
        """Say whether foreign code is on a stack."""
        while frame is not None:
            if self.names(frame.f_globals) or frame.f_globals.get("__name__") is None:
                return True
            frame = frame.f_back
        return False


# ---- What modules and classes bind --------------------------------------------------------------------------


class Unchanged:
    """Things whose parts should stay the same objects: whether one has changed is seen in a pass of C.

    Most things never change. One that has is told once, by its place, and is watched no more: its owner looks at it.

    Parameters
    ----------
    flat
        Returns the parts of many things one after another. Where one ends must be clear from the parts themselves,
        whatever a notebook puts into them.
    """

    def __init__(self, flat):
        self._flat = flat
        self._things: list[tuple[int, object]] = []
        self._saved: list[list] = []
        self._all: tuple[list, list] | None = None

    def add(self, place: int, thing) -> None:
        """Watch a thing from now on."""
        self._things.append((place, thing))
        self._saved.append(list(self._flat([thing])))
        self._all = None

    def changed(self) -> list[int]:
        """Return the places of what has changed since it was added."""
        if self._all is None:
            self._all = [thing for _, thing in self._things], list(chain.from_iterable(self._saved))
        if self._are(*self._all):
            return []
        same = [self._are([thing], before) for (_, thing), before in zip(self._things, self._saved, strict=True)]
        found = [place for (place, _), one in zip(self._things, same, strict=True) if not one]
        self._things, self._saved = list(compress(self._things, same)), list(compress(self._saved, same))
        self._all = None
        return found

    def _are(self, things: list, before: list) -> bool:
        now = list(self._flat(things))
        return len(now) == len(before) and not any(map(is_not, now, before))


_END: list = []  # a list can be no name: nobody can put the mark where no dictionary ends


def _keys(spaces: list):
    """Return the names in dictionaries, with a mark after each: without it a name could move into the next one."""
    return chain.from_iterable(chain.from_iterable(zip(spaces, repeat((_END,)))))


def _referents(functions: list):
    """Return code, defaults and all else that functions refer to: each has one code object, which comes first."""
    return get_referents(*functions)


class Bindings:
    """What the loaded modules and classes bind to their names, and the functions' code.

    Comparing is a few passes of C over lists of some 100,000 objects.
    """

    def __init__(self):
        self.modules: dict[str, types.ModuleType] = {}
        self.kinds: list[type] = []
        self.spaces: list[tuple] = []  # (label, getter, names, values, strict)
        self.classes: list[type] = []
        self.bases: list[tuple] = []
        self.open: list[tuple] = []  # (label, a class's names, how many, which)
        self.strict: list[str] = []
        self.shadows: list[tuple] = []  # (label, a module's names, which of them go before built-in ones)
        self.same_names = Unchanged(_keys)
        self.new_names: set[int] = set()  # places of the modules that have other names than before
        self.functions: list[tuple] = []  # (label, function, its code, defaults, keyword defaults)
        self.same_functions = Unchanged(_referents)
        self.new_functions: set[int] = set()  # places of those that have changed
        self.keywords: list[tuple] = []  # (label, dictionary, names, values)
        self.cells: list[tuple] = []  # (label, cell, value)
        self.constants: list[tuple] = []  # (label, module, name, value, copy)
        self.known: set[int] = set()
        self.extend(None)

    def extend(self, foreign: Foreign | None) -> list[str]:
        """Take in what has been loaded since; name what is foreign in it."""
        found = []
        for name, module in list(sys.modules.items()):
            if name in self.modules or name == "__main__" or not isinstance(module, types.ModuleType):
                continue
            if foreign is not None and foreign.module(module):
                continue
            self.modules[name] = module
            self.kinds.append(type(module))
            space = module.__dict__
            if name.partition(".")[0] in STRICT:
                self.strict.append(name)
            if module is not builtins and not name.startswith(FAR):
                self.same_names.add(len(self.shadows), space)
                self.shadows.append((name, space, BUILTINS & space.keys()))
            for key, value in list(space.items()):
                if foreign is not None and _bound(value) and not is_type(value) and foreign(value):
                    found.append(f"{name}.{key}")
                if is_type(value):
                    found += self._class(value, foreign)
            if not name.startswith(FAR):
                self._space(name, space, space.get, name.partition(".")[0] in STRICT)
            if name.startswith(CONSTANTS):
                self._constants(name, space)
        for value in vars(builtins).values():
            if is_type(value):
                self._class(value, foreign)
        return found

    def _class(self, cls: type, foreign: Foreign | None) -> list[str]:
        if id(cls) in self.known:
            return []
        module = type.__dict__["__module__"].__get__(cls) if "__module__" in type.__dict__ else ""
        if not isinstance(module, str) or module == "__main__":
            return []
        self.known.add(id(cls))
        self.classes.append(cls)
        self.bases.append(cls.__bases__)
        space = type.__dict__["__dict__"].__get__(cls)
        label = f"{module}.{cls.__qualname__}"
        found = []
        for key, value in list(space.items()):
            if foreign is not None and isinstance(value, types.FunctionType) and foreign(value):
                found.append(f"{label}.{key}")
            if is_type(value):
                found += self._class(value, foreign)
        if not module.startswith(FAR) and label not in COPIES:
            self._space(label, space, space.get, module.partition(".")[0] in STRICT)
            self.open.append((label, space, len(space), frozenset(space)))
        return found

    def _space(self, label: str, space, getter, strict: bool) -> None:
        names, values = [], []
        for key, value in list(space.items()):
            if key == "__builtins__" or (_bound(value) and not _passing(label, key)):
                names.append(key)
                values.append(value)
                if strict and (label.startswith("torch.testing") or not label.startswith("torch.")):
                    self._code(f"{label}.{key}", value)
        self.spaces.append((label, getter, names, values, strict))

    def _code(self, label: str, value) -> None:
        """Keep a function's code, defaults and what it has captured; also those that it wraps."""
        for _ in range(8):
            if isinstance(value, (staticmethod, classmethod)):
                value = value.__func__
            elif isinstance(value, property):
                value = value.fget
            else:
                break
        if not isinstance(value, types.FunctionType) or id(value) in self.known:
            return
        self.known.add(id(value))
        own = [part(value) for part in _PARTS]
        if own[2]:
            self.keywords.append((label, own[2], list(own[2]), list(own[2].values())))
        for cell in value.__closure__ or ():
            try:
                content = cell.cell_contents
            except ValueError:
                continue
            if _bound(content):
                self.cells.append((label, cell, content))
                self._code(label, content)
        inner = value.__dict__.get("__wrapped__")
        if inner is not None:
            self._code(label, inner)
        if any(map(callable, value.__dict__.values())):  # unittest.mock.patch.object is one
            self._space(label, value.__dict__, value.__dict__.get, True)
        self.same_functions.add(len(self.functions), value)  # last: asking for its __dict__ has made one
        self.functions.append((label, value, *own))

    def _constants(self, name: str, space: dict) -> None:
        for key, value in space.items():
            if key.strip("_").isupper() or (isinstance(value, (int, float)) and key[0] != "_"):
                kept = dict(value) if isinstance(value, dict) else list(value) if isinstance(value, list) else None
                self.constants.append((f"{name}.{key}", space, key, value, kept))

    def refresh(self) -> None:
        """Take over what has been bound otherwise since: a kernel has started, its parent had been snapped."""
        for _, getter, names, values, _ in self.spaces:
            if any(map(is_not, map(getter, names), values)):
                values[:] = map(getter, names)
        for place in self.same_functions.changed():
            label, function, *_ = self.functions[place]
            self.functions[place] = (label, function, *(part(function) for part in _PARTS))
            self.same_functions.add(place, function)
        self.kinds[:] = map(type, self.modules.values())
        self.cells = [(label, cell, cell.cell_contents) for label, cell, _ in self.cells]
        self.extend(None)

    def differences(self, foreign: Foreign) -> list[str]:
        """Name what is bound otherwise now."""
        found = []
        current = sys.modules
        if any(map(is_not, map(type, self.modules.values()), self.kinds)):
            pairs = zip(self.modules.items(), self.kinds, strict=True)
            found += [f"{name}.__class__" for (name, module), kind in pairs if type(module) is not kind]
        found += [f"sys.modules.{name}" for name in self.strict if current.get(name) is not self.modules[name]]
        for label, getter, names, values, strict in self.spaces:
            if any(map(is_not, map(getter, names), values)):
                for name, value in zip(names, values, strict=True):
                    now = getter(name, Bindings)
                    if now is value:
                        continue
                    if label.startswith("torch"):  # it replaces functions by themselves, wrapped, when it loads more
                        strict = not _bound(now) or getattr(now, "__name__", name) != name
                    if strict or (now is not Bindings and foreign(now)):
                        found.append(f"{label}.{name}")
        # A name that was not there before goes before a built-in one.
        self.new_names.update(self.same_names.changed())
        for place in self.new_names:
            name, space, before = self.shadows[place]
            shadows = BUILTINS & space.keys()
            found += [f"{name}.{key}" for key in shadows - before if foreign(space[key])]
        # A method that was not there before goes before an inherited one.
        for label, space, size, before in self.open:
            if len(space) != size:
                found += [f"{label}.{key}" for key in space.keys() - before if foreign(space[key])]
        if any(map(is_not, map(attrgetter("__bases__"), self.classes), self.bases)):
            pairs = zip(self.classes, self.bases, strict=True)
            found += [f"{cls.__module__}.{cls.__qualname__}.__bases__" for cls, one in pairs if cls.__bases__ is not one]
        self.new_functions.update(self.same_functions.changed())
        for place in self.new_functions:
            label, function, *before = self.functions[place]
            pairs = zip(_NAMES, _PARTS, before, strict=True)
            found += [f"{label}.{name}" for name, part, one in pairs if part(function) is not one]
        for label, table, names, values in self.keywords:
            if len(table) != len(names) or not all(map(is_, map(table.get, names), values)):
                found.append(f"{label}.__kwdefaults__")
        for label, cell, value in self.cells:
            now = cell.cell_contents
            if now is not value and foreign(now):
                found.append(f"{label}.__closure__")
        for label, space, key, value, kept in self.constants:
            now = space.get(key)
            if now is not value or (kept is not None and not _same(now, kept)):
                found.append(label)
        for module, name in TABLES:
            table = getattr(current.get(module), name, {})
            found += [f"{module}.{name}" for value in list(table.values()) if foreign(value)][:1]
        return found



def _bound(value) -> bool:
    """Say whether something is called or computes an attribute: a function, a class, a property."""
    return callable(value) or type(value) in (classmethod, property, staticmethod)


def _passing(label: str, name: str) -> bool:
    """Say whether a name changes in the course of things."""
    return label == "sys" and (name.startswith("last_") or name in HOOKS)


def _same(one, other) -> bool:
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(one[key] is other[key] for key in one)
    return len(one) == len(other) and all(map(is_, one, other))
