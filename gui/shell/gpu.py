"""What the GPU is doing, once a second, read by NVML in a thread of its own. No reading is ever shown as zero or as fresh."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import psutil
from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from collections.abc import Callable

EVERY_S = 1.0
#: A reading older than this is marked with its age.
STALE_AFTER_S = 5.0
#: Amber from here (ux §5.5).
WARN_MEMORY = 0.90
WARN_TEMPERATURE_C = 83


@dataclass(frozen=True, kw_only=True)
class Gpu:
    """One reading; a value the driver does not give is None, never 0. `at` is a monotonic time in seconds."""

    name: str
    used_bytes: int | None = None
    total_bytes: int | None = None
    own_bytes: int = 0
    temperature_c: int | None = None
    utilisation: int | None = None
    at: float = 0.0

    @property
    def memory_share(self) -> float | None:
        """Used of total, 0 to 1."""
        return self.used_bytes / self.total_bytes if self.used_bytes is not None and self.total_bytes else None

    @property
    def warnings(self) -> tuple[str, ...]:
        """Which limits are passed: "memory", "temperature"."""
        hot = self.temperature_c is not None and self.temperature_c >= WARN_TEMPERATURE_C
        full = self.memory_share is not None and self.memory_share >= WARN_MEMORY
        return tuple(word for word, passed in (("memory", full), ("temperature", hot)) if passed)


@dataclass(frozen=True, kw_only=True)
class NoGpu:
    """There is none to read: "cpu" where the machine has none, "unreadable" where the driver does not answer."""

    reason: str  # "cpu" or "unreadable"
    details: str = ""


class Reader(Protocol):
    """Reads the GPU once."""

    def read(self) -> Gpu | NoGpu:
        """Return what is known now; may take a while, and is called in a thread."""


class NvmlReader:
    """The first NVIDIA GPU, by nvidia-ml-py."""

    def __init__(self) -> None:
        """Touch no driver yet."""
        self._handle: object | None = None

    def read(self) -> Gpu | NoGpu:
        """Read; a driver that vanished is asked again from the start the next time."""
        import pynvml

        try:
            if self._handle is None:
                pynvml.nvmlInit()
                if pynvml.nvmlDeviceGetCount() == 0:
                    return NoGpu(reason="cpu")
                self._handle = pynvml.nvmlDeviceGetHandleByIndex(0)
            return self._reading(pynvml)
        except (pynvml.NVMLError_LibraryNotFound, pynvml.NVMLError_DriverNotLoaded):
            return NoGpu(reason="cpu")
        except pynvml.NVMLError as error:
            self._handle = None
            return NoGpu(reason="unreadable", details=str(error))

    def _reading(self, nvml: object) -> Gpu:
        import pynvml

        def asked(name: str, *arguments: object) -> object | None:
            try:
                return getattr(nvml, name)(self._handle, *arguments)  # type: ignore[no-any-return]
            except pynvml.NVMLError_NotSupported:
                return None

        memory = asked("nvmlDeviceGetMemoryInfo")
        use = asked("nvmlDeviceGetUtilizationRates")
        name = asked("nvmlDeviceGetName")
        return Gpu(
            name=str(name.decode() if isinstance(name, bytes) else name or "GPU"),
            used_bytes=getattr(memory, "used", None),
            total_bytes=getattr(memory, "total", None),
            own_bytes=_own_bytes(asked("nvmlDeviceGetComputeRunningProcesses")),
            temperature_c=asked("nvmlDeviceGetTemperature", pynvml.NVML_TEMPERATURE_GPU),  # type: ignore[arg-type]
            utilisation=getattr(use, "gpu", None),
            at=time.monotonic(),
        )


def _own_bytes(processes: object) -> int:
    """Bytes held by our own workers."""
    found = 0
    for process in processes or ():  # type: ignore[attr-defined]
        try:
            words = psutil.Process(process.pid).cmdline()
        except psutil.Error:
            continue
        if "engine.worker" in words:
            found += process.usedGpuMemory or 0
    return found


class Watcher(QObject):
    """Reads every second in a thread and tells on the GUI thread: `read(Gpu or NoGpu)`."""

    read = Signal(object)

    def __init__(self, reader: Reader, *, every_s: float = EVERY_S, parent: QObject | None = None) -> None:
        """Start nothing yet."""
        super().__init__(parent)
        self._reader, self._every_s = reader, every_s
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="gpu-watcher", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Stop reading; a driver that hangs is not waited for."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(timeout=0.2)

    def _run(self) -> None:
        tell: Callable[[object], None] = self.read.emit
        while not self._stopped.is_set():
            reading = self._reader.read()
            if not self._stopped.is_set():
                tell(reading)
            self._stopped.wait(self._every_s)
