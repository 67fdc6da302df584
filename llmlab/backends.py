"""Keras' backends side by side: PyTorch, TensorFlow and JAX, each in a process of its own.

Keras chooses its backend once, when it is imported, from ``KERAS_BACKEND``. So a notebook that compares backends
opens a child for each. A function is sent to the child by value (``cloudpickle``), also one that is written in the
notebook, and its value comes back; models stay in the child.

* What TensorFlow and JAX write while they start is hidden. What the function prints is printed here, and an
  exception inside it is raised here, with the child's traceback.
* All three compute on the CPU, also where there is a GPU: a GPU rounds differently.
* TensorFlow is hidden from the other two: KerasHub would import it for its own text functions, which are not needed
  when the Hugging Face tokenizer makes the ids, and it takes time and memory. (Not beside a KerasHub before 0.32,
  such as Colab's: that one cannot be imported without it. It also needs help with the names of a checkpoint.)
"""

import contextlib
import importlib.metadata
import importlib.util
import io
import os
import pickle
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

from llmlab.errors import CourseError

NAMES = ("torch", "tensorflow", "jax")
TITLES = {"torch": "PyTorch", "tensorflow": "TensorFlow", "jax": "JAX"}
WITHOUT_TENSORFLOW = "0.32"  # the first KerasHub that can be imported without TensorFlow
LAST_LINES = 5
_answers = None  # in a child: where its answers go


class Child:
    """A process with one Keras backend; made by :func:`open`, a context manager.

    Attributes
    ----------
    name
        ``torch``, ``tensorflow`` or ``jax``.
    """

    def __init__(self, name: str):
        if name not in NAMES:
            raise CourseError(f"バックエンド「{name}」はありません。{'、'.join(NAMES)} のどれかにしてください。")
        missing = [package for package in (name, "keras_hub") if importlib.util.find_spec(package) is None]
        if missing:
            names = " ".join(package.replace("_", "-") for package in missing)
            raise CourseError(
                f"{names} が入っていません。`pip install {names}` を実行し、カーネルを再起動してください。"
            )
        self.name = name
        self._log = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from llmlab import backends; backends._serve()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=_environment(name),
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def call(self, function, *args, **kwargs):
        """Run ``function(*args, **kwargs)`` in the child and return its value; print what it printed.

        Parameters
        ----------
        function
            Imports Keras itself, inside. (``predict`` and ``fit`` of KerasHub's tasks want TensorFlow; elsewhere
            ``keras.Model(task.input, task.output)`` has both.) What it uses of the notebook is sent along: functions, arrays, paths.
            Its value must be picklable, such as numpy arrays: a model stays in the child.

        Raises
        ------
        CourseError
            When the child is closed, or ends in the middle (for example for want of memory).
        Exception
            What the function raised, of the same type where it can be pickled, else ``RuntimeError``; the child's
            traceback is its note.
        """
        import cloudpickle

        if self._process is None:
            raise CourseError(
                f"{TITLES[self.name]} の子プロセスは、もう閉じています。backends.open(…) でもう一度開いてください。"
            )
        try:
            self._process.stdin.write(cloudpickle.dumps((function, args, kwargs)))
            self._process.stdin.flush()
            printed, value, error = self._answer()
        except (EOFError, OSError, pickle.UnpicklingError) as reason:
            raise CourseError(self._obituary()) from reason
        except BaseException:  # an interrupt: half an answer may lie in the pipe
            self.close()
            raise
        if printed:
            print(printed, end="")
        if error is not None:
            raise _raised(*error, self.name)
        return pickle.loads(value)

    def _answer(self) -> tuple:
        """Return the child's answer; show the steps that it reports meanwhile."""
        from tqdm.auto import tqdm

        bar = None
        try:
            while len(answer := pickle.load(self._process.stdout)) == 2:  # a step, see step()
                done, total = answer
                bar = bar or tqdm(total=total, desc=TITLES[self.name], leave=False)
                bar.update(done - bar.n)
            return answer
        finally:
            if bar is not None:
                bar.close()

    def peak_gb(self) -> float:
        """Return the largest memory that the child has held so far, in GB (10⁹ bytes)."""
        return self.call(peak_gb)

    def close(self) -> None:
        """End the child and free its memory; once more does nothing."""
        if self._process is None:
            return
        process, self._process = self._process, None
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, self._log):
            with contextlib.suppress(OSError):  # what was not yet sent to a dead child
                pipe.close()

    def _obituary(self) -> str:
        """Close the child and return what to tell: how it ended and its last words."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=5)
        code = self._process.returncode
        self._log.seek(0)
        words = self._log.read().decode("utf-8", errors="replace").strip().split("\n")[-LAST_LINES:]
        self.close()
        said = f"最後の出力: {' / '.join(words)}" if any(words) else "何も書き残していません。"
        return (
            f"{TITLES[self.name]} の子プロセスが途中で終わりました（終了コード {code}）。"
            f"メモリが足りないのかもしれません。ほかのノートブックを閉じてから、もう一度実行してください。{said}"
        )


def open(name: str) -> Child:
    """Open a process in which Keras has the backend ``name``: ``torch``, ``tensorflow`` or ``jax``.

    Close it (or use ``with``) before the next one opens: each holds its framework in memory.

    Raises
    ------
    CourseError
        When the name is another one, or a package is missing.
    """
    return Child(name)


def each(function, *args, names=NAMES, **kwargs) -> dict:
    """Run one function under each backend, one child after the other; return its value by the backend's name.

    Raises
    ------
    CourseError, Exception
        As :func:`open` and :meth:`Child.call`.
    """
    from tqdm.auto import tqdm

    values = {}
    with tqdm(names, leave=False) as bar:
        for name in bar:
            bar.set_description(TITLES.get(name, name))
            with open(name) as child:
                values[name] = child.call(function, *args, **kwargs)
    return values


def step(done: int, total: int) -> None:
    """Report from inside a function that runs in a child: the notebook shows it as a progress bar."""
    if _answers is not None:
        pickle.dump((done, total), _answers)
        _answers.flush()


def peak_gb() -> float:
    """Return the largest memory that the process that calls this has held so far, in GB (10⁹ bytes)."""
    import psutil

    memory = psutil.Process().memory_info()
    if hasattr(memory, "peak_wset"):  # Windows
        return memory.peak_wset / 1e9
    status = Path("/proc/self/status")
    if status.is_file():  # Linux, where getrusage's peak is that of the process that started this one, if larger
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024 / 1e9
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e9  # macOS, in bytes


def _environment(name: str) -> dict[str, str]:
    return {
        **os.environ,
        "KERAS_BACKEND": name,
        "CUDA_VISIBLE_DEVICES": "-1",
        "JAX_PLATFORMS": "cpu",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONIOENCODING": "utf-8",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }


def _raised(pickled: bytes, text: str, name: str) -> Exception:
    """Return the exception that the child sent; one that cannot be rebuilt here as a RuntimeError."""
    try:
        error = pickle.loads(pickled)
    except Exception:
        error = RuntimeError(text.strip().split("\n")[-1])
    if not isinstance(error, CourseError):
        error.add_note(f"{TITLES[name]} の子プロセスで起きました。\n{text}")
    return error


def _serve() -> None:
    """Answer calls from stdin on stdout until stdin ends; run by the child alone."""
    global _answers
    import cloudpickle

    _answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library writes to the descriptor itself must not mix with the answers
    keras_hub = importlib.metadata.version("keras-hub")
    if _hides_tensorflow(os.environ["KERAS_BACKEND"], keras_hub):
        sys.modules["tensorflow"] = None
    if _is_old(keras_hub):
        _read_todays_names()
    while True:
        try:
            function, args, kwargs = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        except Exception as error:  # such as a module that is only known to the notebook
            function, args, kwargs = _fail, (error,), {}
        printed, value, failure = io.StringIO(), None, None
        try:
            with contextlib.redirect_stdout(printed):
                value = cloudpickle.dumps(function(*args, **kwargs))
        except Exception as error:
            text = traceback.format_exc()
            try:
                pickled = pickle.dumps(error)
            except Exception:
                pickled = b""
            failure = pickled, text
        pickle.dump((printed.getvalue(), value, failure), _answers)
        _answers.flush()


def _hides_tensorflow(name: str, keras_hub: str) -> bool:
    """Say whether a child does without TensorFlow: not with it as the backend, nor where KerasHub needs it."""
    return name != "tensorflow" and not _is_old(keras_hub)


def _is_old(keras_hub: str) -> bool:
    from packaging.version import Version

    return Version(keras_hub) < Version(WITHOUT_TENSORFLOW)


def _todays_names(name: str) -> list[str]:
    """The names under which a checkpoint may hold a BERT's weight that an old KerasHub asks for by ``name``.

    transformers calls a layer norm's weights ``weight`` and ``bias``, no longer ``gamma`` and ``beta``, and a body
    that was saved without a head has no ``bert.`` in front.
    """
    renamed = name.replace("LayerNorm.gamma", "LayerNorm.weight").replace("LayerNorm.beta", "LayerNorm.bias")
    return list(dict.fromkeys([name, renamed, name.removeprefix("bert."), renamed.removeprefix("bert.")]))


def _todays_config(config: dict) -> dict:
    """A Llama's configuration with ``rope_theta`` where an old KerasHub looks: transformers puts it one level down."""
    theta = (config.get("rope_parameters") or {}).get("rope_theta")
    return config if theta is None else {"rope_theta": theta, **config}


def _read_todays_names() -> None:
    """Let a KerasHub before 0.32 read what transformers saves today; later ones do it by themselves."""
    from keras_hub.src.utils.transformers.safetensor_utils import SafetensorLoader
    from safetensors import SafetensorError

    stock = SafetensorLoader.get_tensor

    def get_tensor(self, hf_weight_key):
        *others, last = _todays_names(hf_weight_key)
        for name in others:
            with contextlib.suppress(SafetensorError):
                return stock(self, name)
        return stock(self, last)

    SafetensorLoader.get_tensor = get_tensor

    from keras_hub.src.utils.transformers import convert_llama3

    stock_config = convert_llama3.convert_backbone_config
    convert_llama3.convert_backbone_config = lambda found: stock_config(_todays_config(found))


def _fail(error):
    raise error
