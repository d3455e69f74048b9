"""What the machine has, found without torch: the processor and disk by asking, a GPU only from what a worker recorded."""

from __future__ import annotations

import platform
import shutil
from typing import TYPE_CHECKING, Any

import psutil

from engine.plan.records import Hardware

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def hardware_facts(home: Path, recorded: Mapping[str, Any] | None = None) -> Hardware:
    """Return the device a run would use and the disk under the data folder `home`.

    `recorded` is what a worker last said of its device: kind, name, total_bytes, fast_bf16, and free_bytes unless nobody
    asked (then all of it counts as free). For a GPU all of it is used; for a processor only the name and fast_bf16, as its
    memory can be asked for now.
    """
    known = dict(recorded or {})
    if known.get("kind") == "cuda":
        kind, total = "cuda", int(known["total_bytes"])
        free = int(known.get("free_bytes", total))
    else:
        memory = psutil.virtual_memory()
        kind, free, total = "cpu", int(memory.available), int(memory.total)
    return Hardware(
        kind="cuda" if kind == "cuda" else "cpu",
        name=str(known.get("name") or platform.processor() or platform.machine()),
        free_bytes=free,
        total_bytes=total,
        fast_bf16=bool(known.get("fast_bf16", False)),
        disk_free_bytes=shutil.disk_usage(_existing(home)).free,
        cores=psutil.cpu_count(logical=False) or psutil.cpu_count() or 1,
    )


def _existing(folder: Path) -> Path:
    """The nearest folder above that is there already."""
    return next(path for path in (folder, *folder.parents) if path.exists())
