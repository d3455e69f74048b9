"""What depends on the operating system: locks, detached processes, folder flushes, private files. Nothing else does.

The Windows branches follow the documentation of the calls they use; they were not run yet (README, "Untested").
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Mapping

IS_WINDOWS = sys.platform == "win32"
#: CREATE_NEW_PROCESS_GROUP | DETACHED_PROCESS, from the Windows process creation flags.
_DETACHED_FLAGS = 0x00000200 | 0x00000008 if IS_WINDOWS else 0
#: Nothing leaves the machine, and no forked helpers: set for every process that does work.
OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
_INTERPRETER = {"PYTHONNOUSERSITE": "1", "PYTHONUNBUFFERED": "1", "PYTHONFAULTHANDLER": "1", "PYTHONUTF8": "1"}
#: glibc gives blocks above the first size back to the system at once. Left alone it raises that limit to the largest block
#: it has freed, and large tensors freed between others then stay as holes. Below 4 MiB every step would fault in half a
#: million pages anew (at 256 KiB a LoRA step of the starter took 6.3 s of processor time instead of 4.2, a full one 7.6
#: instead of 4.4). Free memory at the end of the heap is kept up to the second size for the same reason.
_ALLOCATOR = {"MALLOC_MMAP_THRESHOLD_": str(4 * 2**20), "MALLOC_TRIM_THRESHOLD_": str(256 * 2**20)}
#: From glibc's malloc.h.
_M_MMAP_THRESHOLD = -3
#: Beginnings of the names of environment variables that hosts and workers get to see.
_KEPT_NAMES = (
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_", "TZ", "TMP", "TEMP", "XDG_", "DBUS_SESSION_BUS_ADDRESS",
    "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES",
    "COMMONPROGRAMFILES", "NUMBER_OF_PROCESSORS", "PROCESSOR_", "PALIMPSEST_", "PYTHONPATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH",
    "CUDA", "NVIDIA", "OMP_", "MKL_", "OPENBLAS_", "KMP_", "TORCH", "PYTORCH_", "HF_HOME", "COVERAGE_",
)  # fmt: skip
#: fcntl's F_UNLCK, which Windows does not have.
_UNLOCKED = 2
_NETWORK_KINDS = {"nfs", "nfs4", "cifs", "smbfs", "smb3", "9p", "fuse.sshfs", "afs", "ceph", "glusterfs"}


class HeldLock:
    """An operating-system lock on a file, held until `release` or the end of the process, however it ends."""

    def __init__(self, path: Path, handle: IO[bytes]) -> None:
        """Keep the open handle: closing it gives the lock back."""
        self.path = path
        self._handle = handle
        self._identity = _identity(path)
        _HELD.add(self._identity)

    def touch(self, progress_at: float | None = None) -> None:
        """Set the file's times: modified = now (alive), accessed = `progress_at` (Unix time of the last progress)."""
        now = time.time()
        with contextlib.suppress(FileNotFoundError):
            os.utime(self.path, (now if progress_at is None else progress_at, now))

    def release(self) -> None:
        """Give the lock back."""
        _HELD.discard(self._identity)
        self._handle.close()


#: (device, inode) of the files this process holds locks on. POSIX record locks never conflict within one process, and
#: closing *any* handle of a file drops the process's lock on it: a file in this set must not be opened a second time.
_HELD: set[tuple[int, int] | None] = set()


def try_lock(path: Path) -> HeldLock | None:
    """Take the lock on `path`, or return None at once if it is held already, by another process or by this one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and _identity(path) in _HELD:
        return None
    handle = path.open("ab")
    os.set_inheritable(handle.fileno(), False)
    if not _lock_handle(handle):
        handle.close()
        return None
    os.utime(path)
    return HeldLock(path, handle)


def is_locked(path: Path) -> bool:
    """Whether some process holds the lock on `path`; asking neither takes it nor moves the file's times."""
    identity = _identity(path)
    if identity is None:
        return False
    if identity in _HELD:
        return True
    with path.open("r+b") as handle:
        return _is_held_elsewhere(handle)


def lock_holder(path: Path) -> psutil.Process | None:
    """Return the process that holds the lock on `path`, to end it by hand; None if nobody does or the system cannot tell."""
    if _identity(path) is None or _identity(path) in _HELD or IS_WINDOWS:
        return None
    with path.open("r+b") as handle:
        kind, process_id = _lock_of_others(handle)
    try:
        return psutil.Process(process_id) if kind != _UNLOCKED and process_id > 0 else None
    except psutil.NoSuchProcess:
        return None


def lock_times(path: Path) -> tuple[float, float]:
    """Return (alive_at, progress_at) of a lock file as `HeldLock.touch` set them, in Unix seconds."""
    stat = path.stat()
    return stat.st_mtime, stat.st_atime


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_dev, stat.st_ino


def _lock_handle(handle: IO[bytes]) -> bool:
    if sys.platform == "win32":
        # `is_locked` has to take the lock for a moment there: try again before believing that it is held.
        return any(_lock_byte(handle) for _ in range(10))
    import fcntl

    try:
        # A POSIX record lock: unlike flock's, no forked child shares it, and it can be asked for without being taken.
        fcntl.lockf(handle.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_held_elsewhere(handle: IO[bytes]) -> bool:
    if sys.platform == "win32":
        return not _lock_byte(handle)
    return _lock_of_others(handle)[0] != _UNLOCKED


def _lock_of_others(handle: IO[bytes]) -> tuple[int, int]:
    """Ask the kernel who would be in the way of our lock: (kind of lock, process id)."""
    import fcntl

    # struct flock: Linux (type, whence, start, len, pid), macOS (start, len, pid, type, whence).
    if sys.platform == "darwin":
        asked = struct.pack("qqihh", 0, 0, 0, fcntl.F_WRLCK, os.SEEK_SET)
        _, _, process_id, kind, _ = struct.unpack("qqihh", fcntl.fcntl(handle, fcntl.F_GETLK, asked))
    else:
        asked = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        kind, _, _, _, process_id = struct.unpack("hhqqi4x", fcntl.fcntl(handle, fcntl.F_GETLK, asked))
    return int(kind), int(process_id)


def _lock_byte(handle: IO[bytes]) -> bool:
    if sys.platform == "win32":
        import msvcrt

        handle.seek(0)
        try:
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            time.sleep(0.02)
            return False
    return True


def start_detached(module: str, arguments: list[str], *, log: Path, folder: Path) -> subprocess.Popen[bytes]:
    """Start `python -m module` so that it outlives this process: input closed, output appended to `log`.

    It works in `folder`, in an environment of `clean_environment`. Poll the result, or hand it to `let_go`.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        make_private_file(log)
        return subprocess.Popen(
            # -P: what happens to lie in the working folder is never imported.
            [sys.executable, "-P", "-m", module, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=folder,
            env=clean_environment(os.environ),
            close_fds=True,
            start_new_session=not IS_WINDOWS,
            creationflags=_DETACHED_FLAGS,
        )


def close_input() -> None:
    """Make standard input empty for good, so that no library can ask a question there and wait."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)


def let_go(process: subprocess.Popen[bytes]) -> None:
    """Leave a detached process to itself; should it end before this one, it does not stay behind as a zombie."""
    threading.Thread(target=process.wait, name=f"reaper of {process.pid}", daemon=True).start()


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of hosts and workers: known harmless names only (no tokens), and every hub offline."""
    kept = {name: value for name, value in environment.items() if name.upper().startswith(_KEPT_NAMES)}
    source = Path(__file__).parents[1]
    if (source / "pyproject.toml").exists():  # run from a checkout that may not be installed
        kept["PYTHONPATH"] = os.pathsep.join([str(source), *filter(None, [kept.get("PYTHONPATH")])])
    return {name: value for name, value in kept.items() if not _is_secret(name)} | OFFLINE | _INTERPRETER | _ALLOCATOR


def return_blocks_from(size: int) -> bool:
    """From now on give freed blocks of `size` bytes and more back to the system at once, overruling the environment's limit.

    Return whether this system's allocator has such a limit (glibc's has).
    """
    try:
        return bool(ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, size))
    except (AttributeError, OSError, TypeError):  # no such function: musl, macOS; no such library: Windows
        return False


def _is_secret(name: str) -> bool:
    return any(word in name.upper() for word in ("TOKEN", "SECRET", "PASSWORD", "API_KEY"))


def flush_folder(folder: Path) -> None:
    """Make a rename inside `folder` durable (Windows has no such call and needs none for NTFS metadata)."""
    if IS_WINDOWS:
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_private_file(path: Path) -> None:
    """Let only the owner read and write the file."""
    if not IS_WINDOWS and path.exists():
        path.chmod(0o600)


def is_network_folder(folder: Path) -> bool:
    """Whether the folder's file system is a network one, as far as the mount table tells."""
    real = folder.resolve()
    mounts = [m for m in psutil.disk_partitions(all=True) if real.is_relative_to(m.mountpoint)]
    deepest = max(mounts, key=lambda m: len(m.mountpoint), default=None)
    if deepest is None:
        return real.drive.startswith("\\\\")  # a Windows share
    return deepest.fstype.lower() in _NETWORK_KINDS or "remote" in deepest.opts.split(",")


def free_bytes(folder: Path) -> int:
    """Bytes free for this user on the folder's disk."""
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    return int(psutil.disk_usage(str(existing)).free)


def kept_waiting_s() -> dict[int, float]:
    """Seconds each thread of this process was ready but got no processor, by thread number; empty where it is not told."""
    found: dict[int, float] = {}
    for thread in Path("/proc/self/task").glob("*"):
        with contextlib.suppress(OSError, ValueError, IndexError):  # it has ended, or the system counts no waits
            found[int(thread.name)] = int((thread / "schedstat").read_text().split()[1]) / 1e9
    return found


def signal_word(returncode: int) -> str:
    """Say how a process ended: 'exit code 3' or 'signal 9 (SIGKILL)'."""
    if returncode >= 0:
        return f"exit code {returncode}"
    import signal

    try:
        return f"signal {-returncode} ({signal.Signals(-returncode).name})"
    except ValueError:
        return f"signal {-returncode}"
