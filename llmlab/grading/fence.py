"""What keeps a submission away from everything that is not its own: Linux's namespaces, through bubblewrap.

Two fences, one inside the other. The process that all kernels are forked from (:mod:`llmlab.grading.preload`) starts
inside bubblewrap: it sees the system's programs, Python, the course's ``llmlab`` and ``data`` and the models' cache,
all read-only, and neither ``solutions/``, ``tests/``, the gradebook, other submissions nor the environment's variables;
it has no network. Each kernel then enters user, PID, mount, network and IPC namespaces of its own (:func:`enter`):
it sees no other kernel's processes, sockets or files, loses all capabilities, and writes nothing but memory.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import functools
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from llmlab.errors import CourseError

# Inside the fence; the course may lie anywhere else, also below the system's folder for temporary files.
INSIDE = "/fence"
RUN = f"{INSIDE}/run"  # the folder with the sockets of all kernels
OWN = f"{INSIDE}/own"  # a kernel's own part of it
HOST_PROC = (
    f"{INSIDE}/proc"  # a fully visible /proc, without which Linux allows no new one; hidden in each kernel
)
HOME = f"{INSIDE}/home"
TEMP = f"{INSIDE}/tmp"
UID = 1000
TRIES = 3  # of a rehearsal that somebody has killed
MEGABYTE = 1 << 20

# linux/sched.h, sys/mount.h, linux/prctl.h, linux/capability.h
NEWNS, NEWUTS, NEWIPC = 0x00020000, 0x04000000, 0x08000000
NEWUSER, NEWPID, NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38
CAPABILITY_VERSION_3 = 0x20080522
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
# linux/audit.h and the tables of system calls: the architecture, seccomp's own number, then what is refused: memory
# that lies in no process (memfd_create, memfd_secret, shmget).
SECCOMP = {
    "x86_64": (0xC000003E, 317, (319, 447, 29)),
    "aarch64": (0xC00000B7, 277, (279, 447, 194)),
}
# Of /usr, /usr/local and Python's folders only what programs need: a course may lie elsewhere below one of them.
PARTS = "bin sbin lib lib32 lib64 libx32 libexec include share etc/fonts pyvenv.cfg".split()


@dataclass(frozen=True)
class Fence:
    """What fence a machine has.

    Attributes
    ----------
    kind
        ``forked`` (bubblewrap, and namespaces of its own for each forked kernel); ``cold`` (bubblewrap alone: each
        kernel starts anew in one of its own); ``none``.
    words
        What that means, in Japanese.
    """

    kind: str
    words: str


@functools.cache
def find() -> Fence:
    """Try what this machine can do, strongest first."""
    if sys.platform != "linux":
        return Fence("none", "この OS には、提出物を囲う仕組み（bubblewrap）がありません。")
    if not shutil.which("bwrap"):
        return Fence(
            "none",
            "bubblewrap がありません。`sudo apt install bubblewrap` で入れてください。",
        )
    rehearsal = "from llmlab.grading import fence; fence.rehearse()"
    said = ""
    for kind, program in (("forked", rehearsal), ("cold", "pass")):
        code, last = _tried([*bubblewrap(nested=kind == "forked"), sys.executable, "-c", program])
        if code == 0:
            words = {
                "forked": "提出物は、ネットワークのない囲い（bubblewrap と、提出物ごとの名前空間）の中で実行します。",
                "cold": "提出物は、1 つずつ新しく始めた囲い（bubblewrap）の中で実行します。"
                "入れ子の名前空間が使えないので、始めるたびに時間がかかります。",
            }
            return Fence(kind, words[kind])
        said = last or said
    return Fence(
        "none",
        "bubblewrap が動きません（名前空間を作れません）。Docker なら --security-opt seccomp=unconfined "
        "--security-opt apparmor=unconfined --security-opt systempaths=unconfined で、"
        "Ubuntu なら sysctl kernel.apparmor_restrict_unprivileged_userns=0 で動きます。"
        + (f"bubblewrap のメッセージは「{said}」です。" if said else ""),
    )


def _tried(command: list[str]) -> tuple[int, str]:
    """Run a command inside bubblewrap; return its exit code and the last line of what it said of errors."""
    code, said = 0, ""
    for _ in range(TRIES):
        with tempfile.TemporaryFile() as errors:
            nothing = subprocess.DEVNULL
            # A file, not a pipe: a pipe would end only with the last process that holds it; see end().
            process = subprocess.Popen(
                command, stdin=nothing, stdout=nothing, stderr=errors, env={}, start_new_session=True
            )
            code = process.wait()
            end(process)
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip()
        if 0 <= code < 128:  # else a signal has ended it or what runs inside, which says nothing about this machine
            break
    return code, said.rpartition("\n")[2]


def end(process: subprocess.Popen) -> None:
    """End a bubblewrap that leads a session of its own.

    Killed before it has told its child to go on, bubblewrap (0.8) leaves the child behind: it waits for ever and holds
    the standard streams. Until it goes on it is in bubblewrap's process group.
    """
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def demand(sandbox: bool = True) -> Fence:
    """Return the fence of this machine, or the absence of one when ``sandbox`` is false.

    Raises
    ------
    CourseError
        When there is none and ``sandbox`` is true.
    """
    if not sandbox:
        return Fence("none", "囲いなしで採点します。提出物は、あなたの権限で何でもできます。")
    found = find()
    if found.kind == "none":
        raise CourseError(
            f"提出物を安全に実行できません。{found.words}"
            "囲いなしで採点するなら --no-sandbox を付けてください（提出物は、あなたの権限で何でもできます）。"
        )
    return found


def bubblewrap(
    run: Path | None = None,
    courses: Sequence[Path] = (),
    readable: Sequence[Path] = (),
    variables: dict[str, str] | None = None,
    *,
    nested: bool = True,
    disk_mb: int = 512,
) -> list[str]:
    """Return the start of a command that runs a program inside bubblewrap.

    Parameters
    ----------
    run
        The folder for sockets; seen as :data:`RUN`.
    courses
        Checkouts whose ``data`` is seen; of this one ``llmlab`` is.
    readable
        Further files and folders that are seen, read-only, where they are.
    variables
        The whole environment inside, beside ``HOME``, ``PATH`` and ``TMPDIR``.
    nested
        Whether each kernel enters namespaces of its own inside (:func:`enter`), and is limited there.
    disk_mb
        Where not: what may be written (in memory), in megabytes, in ``HOME``, in ``TMPDIR`` and in ``/dev/shm`` each.

    Raises
    ------
    CourseError
        When a course lies where all of it would be seen.
    """
    course = Path(__file__).resolve().parent.parent
    command = [
        shutil.which("bwrap") or "bwrap",
        "--unshare-all",
        "--uid",
        str(UID),
        "--gid",
        str(UID),
        "--hostname",
        "kernel",
    ]
    # Started by root, bubblewrap would leave every capability.
    command += ["--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL", "--proc", "/proc"]
    if nested:
        command += ["--ro-bind", "/proc", HOST_PROC, "--dev", "/dev", "--tmpfs", TEMP, "--dir", HOME]
    else:
        command += ["--remount-ro", "/proc", "--dev", "/dev"]
        size = ["--size", str(disk_mb * MEGABYTE)] if _has_size() else []
        for place in (HOME, TEMP, "/dev/shm"):
            command += [*size, "--tmpfs", place]
    for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
        path = Path("/", name)
        if path.is_symlink():
            command += ["--symlink", os.readlink(path), str(path)]
        elif path.is_dir():
            command += ["--ro-bind", str(path), str(path)]
    # Of /etc only what names programs, fonts and the zone: registries' and proxies' passwords lie there too.
    for name in (
        "alternatives",
        "fonts",
        "ld.so.cache",
        "ld.so.conf",
        "ld.so.conf.d",
        "localtime",
        "mime.types",
    ):
        command += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    command += ["--ro-bind-try", "/sys/devices/system/cpu", "/sys/devices/system/cpu"]
    prefixes = ["/usr", "/usr/local", sys.base_prefix, sys.base_exec_prefix, sys.prefix]
    seen = [Path(prefix, part) for prefix in prefixes for part in PARTS]
    seen += [course, *(folder / "data" for folder in courses), *readable]
    shown = list(dict.fromkeys(str(path.absolute()) for path in seen if path.exists()))
    _refuse_exposed(shown, courses)
    for path in shown:
        command += ["--ro-bind", path, path]
    command += ["--dir", OWN, "--dir", RUN]
    if run:
        command += ["--bind", str(run), RUN]
    temporary = tempfile.gettempdir()
    if not any(str(path).startswith(f"{temporary}/") for path in shown):
        command += ["--symlink", TEMP, temporary]
    # What lies under the root in memory would have no limit, and every kernel would see it.
    command += ["--remount-ro", "/dev", "--remount-ro", "/"]
    own = {
        "HOME": HOME,
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "TMPDIR": TEMP,
        "LANG": "C.UTF-8",
    }
    own |= {"PYTHONPATH": str(course.parent), "PYTHONDONTWRITEBYTECODE": "1", "USER": "student"}
    for name, value in {**(variables or {}), **own}.items():
        command += ["--setenv", name, value]
    return [*command, "--chdir", TEMP, "--"]


@functools.cache
def _has_size() -> bool:
    """Say whether this bubblewrap can limit a folder in memory (since 0.7)."""
    told = subprocess.run([shutil.which("bwrap") or "bwrap", "--help"], capture_output=True, text=True)
    return "--size" in told.stdout + told.stderr


def _refuse_exposed(shown: Sequence[str], courses: Sequence[Path]) -> None:
    """Refuse to show a folder that holds a course, whose solutions and tests would be seen with it."""
    for course in courses:
        place = course.resolve()
        if not (place / "solutions").is_dir():  # not a checkout: an installed package's folder
            continue
        for path in shown:
            if place.is_relative_to(Path(path).resolve()):
                raise CourseError(
                    f"教材のフォルダー {place} は、提出物から見える {path} の中にあるので、採点できません。"
                    "教材を、ホームの下などほかの場所に移してください（LLMLAB_DATA がそこを指すなら、直してください）。"
                )


# ---- Inside a process that has been forked ------------------------------------------------------------------


@functools.cache
def _libc():
    return ctypes.CDLL(None, use_errno=True)


def _call(result: int, what: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    """Mount; see mount(2). Raises ``OSError``."""
    parts = [text.encode() if text else None for text in (source, target, kind)]
    _call(_libc().mount(*parts, ctypes.c_ulong(flags), options.encode() or None), f"mount {target}")


def prctl(option: int, value: int) -> None:
    """Call prctl(2). Raises ``OSError``."""
    _call(_libc().prctl(option, ctypes.c_ulong(value), 0, 0, 0), f"prctl {option}")


def separate() -> None:
    """Enter user, PID, mount, network, IPC and host-name namespaces of one's own; children are in the PID namespace.

    Raises
    ------
    OSError
        When the system does not allow it.
    """
    uid, gid = os.getuid(), os.getgid()
    _call(_libc().unshare(NEWUSER | NEWNS | NEWPID | NEWNET | NEWIPC | NEWUTS), "unshare")
    with contextlib.suppress(OSError):
        Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def enter(own: str, folder: str, disk_mb: int) -> None:
    """Finish what :func:`separate` began, as the first process of the PID namespace.

    Parameters
    ----------
    own
        The kernel's part of :data:`RUN`; seen as :data:`OWN` from now on, the rest no more. ``own/files`` is copied.
    folder
        Where the copy of ``own/files`` is seen: the kernel's working directory. Nothing written there is kept.
    disk_mb
        What may be written in all, in megabytes (in memory).

    Raises
    ------
    OSError
        When the system does not allow it.
    """
    with contextlib.suppress(OSError):
        Path("/proc/sys/user/max_user_namespaces").write_text("0")
    _call(_libc().unshare(NEWNS), "unshare")
    mount("none", "/", flags=MS_REC | MS_PRIVATE)
    # Read-only: where root grades, a kernel's user is the host's root, and /proc/sys asks for nothing more.
    mount("proc", "/proc", "proc", MS_RDONLY | MS_NOSUID | MS_NODEV)
    size = f"size={disk_mb}m,nr_inodes=20000,mode=700"
    mount("tmpfs", HOME, "tmpfs", MS_NOSUID | MS_NODEV, size)
    os.makedirs(folder, exist_ok=True)
    files = os.path.join(own, "files")
    if os.path.isdir(files):
        shutil.copytree(files, folder, dirs_exist_ok=True, symlinks=True)
        shutil.rmtree(files)
    os.makedirs(f"{HOME}/.tmp")
    # What the parent prepared there (matplotlib's fonts) stays readable below the new one.
    shutil.copytree(TEMP, f"{HOME}/.tmp", dirs_exist_ok=True)
    mount(f"{HOME}/.tmp", TEMP, flags=MS_BIND)
    mount(own, OWN, flags=MS_BIND)
    for hidden in (RUN, HOST_PROC):
        mount("tmpfs", hidden, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV, "size=4k,mode=500")
    mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, f"size={disk_mb}m,mode=1777")
    loopback_up()


def seal() -> None:
    """Make :data:`OWN` read-only: it lies on the host's disk, and all that a kernel needs there are its sockets.

    Raises
    ------
    OSError
        When the system does not allow it.
    """
    flags = os.statvfs(OWN).f_flag & (MS_NOSUID | MS_NODEV | MS_NOEXEC)  # those may not be taken back
    mount("none", OWN, flags=MS_REMOUNT | MS_BIND | MS_RDONLY | flags)


def is_sealed() -> bool:
    """Say whether :func:`seal` has been done."""
    return not os.access(OWN, os.W_OK)


def loopback_up() -> None:
    """Bring up 127.0.0.1, which a new network namespace has switched off."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        import fcntl

        request = struct.pack("16sh14x", b"lo", 0)
        (flags,) = struct.unpack("16xh14x", fcntl.ioctl(probe, SIOCGIFFLAGS, request))
        fcntl.ioctl(probe, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


def drop() -> None:
    """Lose every capability, now and for every program that is started.

    Raises
    ------
    OSError
        When the system does not allow it.
    """
    for number in range(64):
        try:
            prctl(PR_CAPBSET_DROP, number)
        except OSError as error:
            if error.errno != errno.EINVAL:  # the kernel knows no such capability
                raise
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    header = struct.pack("Ii", CAPABILITY_VERSION_3, 0)
    _call(_libc().capset(header, struct.pack("6I", 0, 0, 0, 0, 0, 0)), "capset")


def refuse_hidden_memory() -> None:
    """Let Linux refuse, from here on, memory that no process is charged with, as if it did not know the calls.

    Programs that would like to have such memory do without it then. After :func:`drop`; see seccomp(2).

    Raises
    ------
    OSError
        When the system does not allow it.
    """
    if os.uname().machine not in SECCOMP or sys.maxsize < 2**32:
        return
    architecture, number, calls = SECCOMP[os.uname().machine]
    load, equal, at_least, give = 0x20, 0x15, 0x35, 0x06  # BPF: load a word, jump if; return
    allow, refuse = (give, 0, 0, 0x7FFF0000), (give, 0, 0, 0x00050000 | errno.ENOSYS)
    code = [(load, 0, 0, 4), (equal, 1, 0, architecture), refuse]  # another one has other numbers
    code += [(load, 0, 0, 0), (at_least, 0, 1, 0x40000000), refuse]  # x32's
    for call in calls:
        code += [(equal, 0, 1, call), refuse]
    packed = b"".join(struct.pack("=HBBI", *one) for one in [*code, allow])
    buffer = ctypes.create_string_buffer(packed, len(packed))
    program = struct.pack("HP", len(code) + 1, ctypes.addressof(buffer))
    # The flag (SECCOMP_FILTER_FLAG_SPEC_ALLOW): older systems would slow down everything else.
    arguments = [ctypes.c_long(number), ctypes.c_ulong(1), ctypes.c_ulong(4), ctypes.c_char_p(program)]
    _call(_libc().syscall(*arguments), "seccomp")


def rehearse() -> None:
    """Do in a child what a kernel does; raises ``OSError`` where it cannot be done."""
    os.makedirs(f"{TEMP}/own", exist_ok=True)
    separate()
    child = os.fork()
    if not child:
        code = 1
        with contextlib.suppress(BaseException):
            enter(f"{TEMP}/own", f"{HOME}/x", 16)
            seal()
            drop()
            code = 0
        os._exit(code)
    _, status = os.waitpid(child, 0)
    if status:
        raise OSError("namespaces cannot be nested")
