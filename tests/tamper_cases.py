"""Notebooks' cells that tamper, and cells of ordinary answers: what the guard must name, and where it must stay silent.

``python -m tests.tamper_cases`` runs them all, each in a child forked from one process, and prints what was named.
Every case ends with the cell of a test; the guard looks before and after it, as it does when a submission is graded.
"""

import json
import os
import sys
import threading

TEST = 'import torch\nassert running([1, 2]) == [1, 3], "途中までの和です。"\nassert torch.is_tensor(torch.ones(2))'
RIGHT = "def running(values):\n    return [sum(values[: n + 1]) for n in range(len(values))]\n"

USED = ("AssertionError", "all", "isinstance", "sum")  # names of built-in functions that the tests read

# Name: (what must be named, a cell with the attack)
ATTACKS = {
    "isinstance": ("builtins.isinstance", "import builtins\nbuiltins.isinstance = lambda *_: True"),
    "assertion error": ("builtins.AssertionError", "import builtins\nclass AssertionError(Exception): pass\nbuiltins.AssertionError = AssertionError"),
    "import": ("builtins.__import__", "import builtins\nold = builtins.__import__\nbuiltins.__import__ = lambda *a, **k: old(*a, **k)"),
    "shadowed all": ("builtins.all", "all = lambda values: True"),
    "shadowed all by bool": ("builtins.all", "all = bool"),
    "shadowed class": ("builtins.AssertionError", "class AssertionError(Exception): pass"),
    "allclose by a number": ("torch.allclose", "import torch\ntorch.allclose = 1"),
    "other builtins": ("__builtins__", "import builtins\n__builtins__ = dict(vars(builtins), len=lambda _: 3)"),
    "builtins of a module": ("llmlab.check.len", "import llmlab.check\nllmlab.check.len = lambda _: 3"),
    "allclose": ("torch.allclose", "import torch\ntorch.allclose = lambda *a, **k: True"),
    "allclose by equal": ("torch.allclose", "import torch\ntorch.allclose = torch.is_tensor"),
    "assert_close": ("torch.testing", "import torch\ntorch.testing.assert_close = lambda *a, **k: None"),
    "tolerances": ("torch.testing", "from torch.testing import _comparison as c\nfor t in c._DTYPE_PRECISIONS: c._DTYPE_PRECISIONS[t] = (1e9, 1e9)"),
    "tensor eq": ("Tensor.__eq__", "import torch\ntorch.Tensor.__eq__ = lambda a, b: torch.tensor(True)"),
    "tensor all": ("Tensor.all", "import torch\ntorch.Tensor.all = lambda self: True"),
    "numpy allclose": ("numpy.allclose", "import numpy as np\nnp.allclose = lambda *a, **k: True"),
    "numpy testing": ("numpy.testing", "import numpy as np\nnp.testing.assert_allclose = lambda *a, **k: None"),
    "isclose": ("math.isclose", "import math\nmath.isclose = lambda *a, **k: True"),
    "pi": ("math.pi", "import math\nmath.pi = 3"),
    "code": ("assert_allclose", "import numpy.testing as t\nt.assert_allclose.__code__ = (lambda *a, **k: None).__code__"),
    "code of another library": ("transformers", "import transformers\ntransformers.set_seed.__code__ = (lambda *a, **k: None).__code__"),
    "code in a test": ("llmlab.check.matches.__code__", "from llmlab import check\ndef running(values):\n    kept = check.matches.__code__\n    check.matches.__code__ = (lambda *a: True).__code__\n    check.matches.__code__ = kept\n    return [1, 3]"),
    "defaults": ("llmlab.check.digest", "from llmlab import check\ncheck.digest.__defaults__ = (0,)"),
    "keyword defaults": ("llmlab.check.forbid", "from llmlab import check\ncheck.forbid.__wrapped__.__kwdefaults__ = {'message': ''}"),
    "keyword defaults in place": ("assert_close", "import torch\ntorch.testing.assert_close.__kwdefaults__['atol'] = 1e9"),
    "closure": ("llmlab.check.forbid.__closure__", "from llmlab import check\ncheck.forbid.__closure__[0].cell_contents = lambda *a, **k: iter([None])"),
    "llmlab": ("llmlab.check.matches", "from llmlab import check\ncheck.matches = lambda *a, **k: True"),
    "seed": ("llmlab.check.seed", "from llmlab import check\ncheck.seed = lambda *a: 0"),
    "random": ("random.Random", "import random\nrandom.Random.choice = lambda self, values: values[0]"),
    "mock": ("unittest.mock", "from unittest import mock\nmock.patch.object = lambda *a, **k: None"),
    "sys.modules": ("sys.modules.math", "import sys, types\nfake = types.ModuleType('math')\nfake.isclose = lambda *a, **k: True\nsys.modules['math'] = fake"),
    "module class": ("math.__class__", "import math, types\nclass Yes(types.ModuleType):\n    isclose = property(lambda self: lambda *a, **k: True)\ntry:\n    math.__class__ = Yes\nexcept TypeError:\n    import random\n    random.__class__ = Yes"),
    "module class of random": ("random.__class__", "import random, types\nclass Yes(types.ModuleType):\n    pass\nrandom.__class__ = Yes"),
    "bases": ("__bases__", "from IPython.core.interactiveshell import InteractiveShell as S\nclass Yes(S.__bases__[0]):\n    pass\nS.__bases__ = (Yes,)"),
    "fake module here": ("sys.modules.torch", "import types, sys, torch as real\ntorch = types.ModuleType('torch')\ntorch.allclose = lambda *a, **k: True\ntorch.is_tensor = lambda *a: True\ntorch.ones = print"),
    "abc register": ("numbers.Integral.register", "import numbers\nclass Mine: pass\nnumbers.Integral.register(Mine)"),
    "deepcopy": ("copy._deepcopy_dispatch", "import copy\ncopy._deepcopy_dispatch[list] = lambda x, memo: x"),
    "later module": ("colorsys.rgb_to_hsv", "import colorsys\ncolorsys.rgb_to_hsv = lambda *a: (0, 0, 0)"),
    "own file": ("random.Random", "open('helper_of_mine.py', 'w').write('import random\\nrandom.Random.choice = lambda s, v: v[0]')\nimport helper_of_mine"),
    "ast transformer": ("ast_transformers", "import ast\nclass T(ast.NodeTransformer):\n    def visit_Assert(self, node):\n        return ast.Pass()\nget_ipython().ast_transformers.append(T())"),
    "input transformer": ("input_transformers_post", "get_ipython().input_transformers_post.append(lambda lines: [l for l in lines if 'assert' not in l])"),
    "cleanup transform": ("cleanup_transforms", "get_ipython().input_transformer_manager.cleanup_transforms.append(lambda lines: lines)"),
    "events": ("events.pre_run_cell", "get_ipython().events.register('pre_run_cell', lambda info: None)"),
    "unregistered guard": ("events.", "ip = get_ipython()\nfor e, fs in ip.events.callbacks.items():\n    fs[:] = [f for f in fs if 'Guard' not in repr(f)]"),
    "showtraceback": ("shell.showtraceback", "ip = get_ipython()\nip.showtraceback = lambda *a, **k: None"),
    "showtraceback of the class": ("showtraceback", "type(get_ipython()).showtraceback = lambda *a, **k: None\nfrom IPython.core.interactiveshell import InteractiveShell\nInteractiveShell.showtraceback = lambda *a, **k: None"),
    "custom exception": ("shell.custom_exceptions", "get_ipython().set_custom_exc((AssertionError,), lambda *a, **k: None)"),
    "run_ast_nodes": ("shell.run_ast_nodes", "async def run(*a, **k):\n    return False\nget_ipython().run_ast_nodes = run"),
    "shell class": ("shell.__class__", "class S(type(get_ipython())):\n    def showtraceback(self, *a, **k): pass\nget_ipython().__class__ = S"),
    "compile": ("compile", "ip = get_ipython()\nip.compile = type(ip.compile)()"),
    "displayhook": ("shell.displayhook", "get_ipython().displayhook = print"),
    "do_execute": ("kernel.do_execute", "async def do(*a, **k):\n    return {'status': 'ok', 'execution_count': 1, 'payload': [], 'user_expressions': {}}\nget_ipython().kernel.do_execute = do"),
    "session send": ("session.send", "s = get_ipython().kernel.session\nold = s.send\ns.send = lambda *a, **k: old(*a, **k)"),
    "session serialize": ("serialize", "from jupyter_client.session import Session\nold = Session.serialize\nSession.serialize = lambda self, *a, **k: old(self, *a, **k)"),
    "handlers": ("kernel.shell_handlers", "k = get_ipython().kernel\nk.shell_handlers['execute_request'] = lambda *a: None"),
    "stdout class": ("sys.stdout", "import sys\nclass Out:\n    def write(self, text): return len(text)\n    def flush(self): pass\nsys.stdout = Out()"),
    "settrace left": ("sys.settrace", "import sys\ndef trace(frame, event, arg):\n    return trace\nsys.settrace(trace)"),
    "setprofile left": ("sys.settrace", "import sys\nsys.setprofile(lambda *a: None)"),
    "audit hook": ("sys.addaudithook", "import sys\nsys.addaudithook(lambda event, args: None)"),
    "unraisable": ("sys.unraisablehook", "import sys\nsys.unraisablehook = lambda *a: None"),
    "meta_path": ("meta_path", "import sys\nclass Finder:\n    @staticmethod\n    def find_spec(*a): return None\nsys.meta_path.insert(0, Finder)"),
    "gc callback": ("gc.callbacks", "import gc\ngc.callbacks.append(lambda phase, info: None)"),
    "signal": ("signal.SIGALRM", "import signal\nsignal.signal(signal.SIGALRM, lambda *a: None)\nsignal.setitimer(signal.ITIMER_REAL, 100)"),
    "thread": ("threads", "import threading, time\ndef wait():\n    while True: time.sleep(0.05)\nthreading.Thread(target=wait, daemon=True).start()"),
    "timer": ("threads", "import threading\nt = threading.Timer(100, lambda: None)\nt.daemon = True\nt.start()"),
    "low thread": ("threads", "import _thread, time\n_thread.start_new_thread(lambda: time.sleep(100), ())"),
    "task": ("asyncio", "import asyncio\nasync def later():\n    await asyncio.sleep(100)\ntry:\n    task = asyncio.get_event_loop().create_task(later())\nexcept RuntimeError:\n    loop = asyncio.new_event_loop()\n    task = loop.create_task(later())"),
    "always equal": ("Yes.__eq__", "class Yes(list):\n    def __eq__(self, other): return True\ndef running(values): return Yes()"),
    "snapshot": ("torch.allclose", "import torch\nfrom llmlab.grading import tamper\ntry:\n    tamper._prepared.spaces.clear()\nexcept AttributeError:\n    pass\ntorch.allclose = lambda *a, **k: True"),
    "reads In": ("running: In", "def running(values):\n    return eval(In[-1].split('== ')[1].split(',  ')[0].split(', \"')[0])"),
    "reads history": ("running: history_manager", "def running(values):\n    source = get_ipython().history_manager.input_hist_raw[-1]\n    return [1, 3]"),
    "reads the request": ("get_parent", "def running(values):\n    text = get_ipython().kernel.get_parent('shell')\n    return [1, 3]"),
    "frame": ("sys._getframe", "import sys\ndef running(values):\n    return [c for c in sys._getframe(1).f_code.co_consts if isinstance(c, int)] and [1, 3]"),
    "inspect": ("sys._getframe", "import inspect\ndef running(values):\n    inspect.stack()\n    return [1, 3]"),
    "exception frame": ("tb_frame", "def running(values):\n    try:\n        1 / 0\n    except ZeroDivisionError as error:\n        error.__traceback__.tb_frame.f_back\n    return [1, 3]"),
    "trace in a test": ("sys.settrace", "import sys\ndef running(values):\n    sys.settrace(None)\n    return [1, 3]"),
    "collector": ("gc.get_objects", "import gc\ndef running(values):\n    gc.get_objects()\n    return [1, 3]"),
    "ctypes": ("ctypes", "import ctypes\nctypes.CDLL(None)"),
    "own memory": ("/proc/self/mem", "def running(values):\n    open('/proc/self/mem', 'rb').close()\n    return [1, 3]"),
    "exec elsewhere": ("math.isclose", "exec('import math\\nmath.isclose = lambda *a, **k: True', {})"),
    "frame from exec": ("sys._getframe", "space = {'__name__': '__main__'}\nexec('import sys\\ndef peek():\\n    return sys._getframe(2)', space)\ndef running(values):\n    space['peek']()\n    return [1, 3]"),
}

INNOCENT = {
    "right": RIGHT,
    "wrong": "def running(values):\n    return values\n",
    "imports": "import colorsys, decimal, statistics, itertools\nfrom math import *\nfrom collections import Counter, defaultdict, namedtuple\nP = namedtuple('P', 'x y', defaults=(0,))\nP(1)\n" + RIGHT,
    "numpy names": "from numpy import abs, all, any, max, min, round, sum\n",
    "reused names": "list = [1]\nsum = 0\nmax = 'x'\ndict = None\nid = 3\ninput = 'a'\nstring = 'x'\nrandom = 3\ntorch_ = 1\n",
    "max of one's own": "def max(values):\n    return sorted(values)[-1]\n" + RIGHT,
    "print of one's own": "def print(*a, **k):\n    pass\n" + RIGHT,
    "figure": "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\n" + RIGHT,
    "figure and style": "import matplotlib\nmatplotlib.use('agg')\nimport matplotlib.pyplot as plt\nplt.style.use('ggplot')\nfig, ax = plt.subplots()\nax.plot([1])\nfig.canvas.draw()\nplt.switch_backend('agg')\n" + RIGHT,
    "bar": "from tqdm.auto import tqdm\nimport time\nfor _ in tqdm(range(3)):\n    time.sleep(0.01)\nfrom tqdm import tqdm, trange\nfor _ in trange(3): pass\n" + RIGHT,
    "warnings": "import warnings\nwarnings.filterwarnings('ignore')\nwarnings.simplefilter('ignore')\nwith warnings.catch_warnings(record=True):\n    warnings.warn('x')\n" + RIGHT,
    "logging": "import logging\nlogging.basicConfig(level=logging.INFO)\nlogging.getLogger('x').warning('y')\nlogging.captureWarnings(True)\n" + RIGHT,
    "seed": "import torch, random, numpy as np\ntorch.manual_seed(0)\nrandom.seed(0)\nnp.random.seed(0)\ntorch.set_printoptions(precision=3)\nnp.set_printoptions(precision=3)\ntorch.set_grad_enabled(True)\n" + RIGHT,
    "training": "import torch\nm = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.ReLU())\no = torch.optim.AdamW(m.parameters())\nfor _ in range(3):\n    o.zero_grad()\n    m(torch.ones(1, 2)).sum().backward()\n    o.step()\n" + RIGHT,
    "own module": "import torch\nfrom torch import nn\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.f = nn.Linear(2, 2)\n    def forward(self, x):\n        return self.f(x)\nNet()(torch.ones(1, 2))\n" + RIGHT,
    "own dataset": "import torch\nclass D(torch.utils.data.Dataset):\n    def __len__(self): return 4\n    def __getitem__(self, i): return torch.tensor(i)\nfor w in (0, 1):\n    for b in torch.utils.data.DataLoader(D(), batch_size=2, num_workers=w): pass\n" + RIGHT,
    "dataclass": "from dataclasses import dataclass, field\nfrom enum import Enum\nfrom typing import NamedTuple, Protocol\n@dataclass(order=True, frozen=True)\nclass A:\n    x: int = 0\nclass E(Enum):\n    a = 1\nclass T(NamedTuple):\n    x: int = 1\nA() == A()\nclass V:\n    def __eq__(self, other):\n        return isinstance(other, V)\n" + RIGHT,
    "abstract": "from abc import ABC, abstractmethod\nfrom collections.abc import Sequence\nclass S(Sequence):\n    def __len__(self): return 0\n    def __getitem__(self, i): raise IndexError\nclass B(ABC):\n    @abstractmethod\n    def f(self): ...\n" + RIGHT,
    "cached": "from functools import cache, lru_cache, partial, wraps, singledispatch, reduce\n@cache\ndef f(n):\n    return n\nf(3)\ndef d(g):\n    @wraps(g)\n    def h(*a):\n        return g(*a)\n    return h\n@d\ndef running(values):\n    return [sum(values[: n + 1]) for n in range(len(values))]\n",
    "generator": "def g():\n    for i in range(3):\n        yield i\nx = g()\nnext(x)\n_i = 3\nfor _i in range(3): pass\n" + RIGHT,
    "error": "1 / 0\n",
    "deep error": "def f(n):\n    return f(n + 1)\nf(0)\n",
    "syntax error": "def broken(:\n",
    "magics": "%timeit -n1 -r1 sum([1])\n%who\n%time sum([1])\n%xmode Plain\n!true\n" + RIGHT,
    "pool": "from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor(2)\nlist(pool.map(abs, [1, -1]))\n" + RIGHT,
    "thread that ended": "import threading\nt = threading.Thread(target=lambda: None)\nt.start()\nt.join()\n" + RIGHT,
    "display": "from IPython.display import HTML, display, Markdown\ndisplay(HTML('<b>x</b>'))\nMarkdown('# x')\n" + RIGHT,
    "widgets": "import ipywidgets\nipywidgets.interact(lambda x: x, x=3)\n" + RIGHT,
    "signature": "import inspect\ndef f(a, b=1): return a\ninspect.signature(f)\ninspect.getsource(f)\nf.__code__.co_varnames\n" + RIGHT,
    "traceback": "import traceback\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n    traceback.print_exc()\n    traceback.format_exc()\n" + RIGHT,
    "stdout": "import io, contextlib\nwith contextlib.redirect_stdout(io.StringIO()):\n    print('x')\n" + RIGHT,
    "transformers": "import transformers\nfrom transformers import BertConfig, BertModel, GPT2LMHeadModel, pipeline, AutoModelForSequenceClassification\nBertModel(BertConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8, vocab_size=9))\ntransformers.logging.set_verbosity_error()\n" + RIGHT,
    "hook of torch": "import torch\nm = torch.nn.Linear(1, 1)\nh = m.register_forward_hook(lambda *a: None)\nm(torch.ones(1))\n" + RIGHT,
    "functional": "import torch\nfrom torch.func import vmap, grad\ngrad(lambda x: x ** 2)(torch.tensor(1.0))\nvmap(lambda x: x)(torch.ones(2))\n@torch.no_grad()\ndef f(x): return x\nf(1)\n" + RIGHT,
    "pandas-like": "import pandas as pd\npd.DataFrame({'a': [1]})\n" + RIGHT,
    "scipy": "from scipy import stats, optimize\nstats.norm.cdf(0)\nfrom sklearn.linear_model import LogisticRegression\nLogisticRegression().fit([[0], [1]], [0, 1])\n" + RIGHT,
    "async": "import asyncio\nasync def f():\n    await asyncio.sleep(0)\n    return 1\nawait f()\n" + RIGHT,
    "test that looks at callers": ("def running(values):\n    return [1, 3]\n", "import sys\nclass Watch:\n    def __call__(self):\n        frame = sys._getframe(1)\n        while frame is not None:\n            frame = frame.f_back\nWatch()()\ndef count(frame, event, argument):\n    return count\nbefore = sys.gettrace()\nsys.settrace(count)\nrunning([1, 2])\nsys.settrace(before)"),
    "test that takes code away for a moment": ("def running(values):\n    return [1, 3]\n", "from llmlab import check\nkept = check.matches.__code__\ncheck.matches.__code__ = (lambda *a: True).__code__\nrunning([1, 2])\ncheck.matches.__code__ = kept"),
    "test that forbids": ("def running(values):\n    return [1, 3]\n", "from llmlab import check as _check\nwith _check.forbid('torch.cumsum', 'torch.Tensor.cumsum', message='x'):\n    running([1, 2])"),
}


def run(cells: list[str]) -> list[str]:
    """Run cells in a kernel of this process; return what the guard names before and after the last."""
    from ipykernel.inprocess.ipkernel import InProcessKernel

    from llmlab.grading.tamper import Guard

    kernel = InProcessKernel.instance()
    guard = Guard(kernel.shell)
    differences, found = guard.differences, set()

    def look() -> None:
        thread = threading.Thread(target=lambda: found.update(differences(USED)))
        thread.start()
        thread.join()

    for cell in cells[:-1]:
        kernel.shell.run_cell(cell, store_history=True)
    look()
    kernel.shell.run_cell(cells[-1], store_history=True)
    look()
    return sorted(found)


def main() -> None:
    """Run every case in a forked child; print ``{kind: {name: named}}`` as JSON."""
    import matplotlib.pyplot  # noqa: F401
    import numpy.testing  # noqa: F401
    import torch
    import tqdm.auto
    import transformers  # noqa: F401
    from ipykernel.inprocess.ipkernel import InProcessKernel  # noqa: F401

    from llmlab import check, models  # noqa: F401
    from llmlab.grading import tamper

    tqdm.tqdm.monitor_interval = 0
    torch.set_num_threads(1)
    tamper.prepare()
    wanted = set(sys.argv[1:])
    results: dict[str, dict] = {"attacks": {}, "innocent": {}}
    cases = [("attacks", name, [RIGHT, cell, TEST]) for name, (_, cell) in ATTACKS.items()]
    for name, cell in INNOCENT.items():
        cases.append(("innocent", name, list(cell) if isinstance(cell, tuple) else [cell, RIGHT, TEST]))
    said = os.dup(1)
    for kind, name, cells in cases:
        if wanted and name not in wanted:
            continue
        reading, writing = os.pipe()
        if not os.fork():
            try:
                nothing = os.open(os.devnull, os.O_RDWR)
                if not wanted:
                    os.dup2(nothing, 1)
                    os.dup2(nothing, 2)
                try:
                    named = run(cells)
                except BaseException as error:
                    named = [f"failed: {error!r}"]
                os.write(writing, "\n".join(named).encode())  # json may be what has been broken
            finally:
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            text = pipe.read()
        os.wait()
        results[kind][name] = text.decode().split("\n") if text else []
    os.write(said, json.dumps(results, ensure_ascii=False).encode() + b"\n")


if __name__ == "__main__":
    main()
