"""The import and verify jobs."""

from __future__ import annotations

from pathlib import Path

from engine.errors import UserError
from engine.models import fingerprint
from engine.models.importing import import_model
from engine.models.load import base_folder
from engine.store import history, models
from engine.work import Outcome, Work


def run_import(work: Work) -> Outcome:
    """Import the payload's `source` under `name`; the first base becomes the current model."""
    payload = work.job.payload

    def say(phase: str, done: int, total: int) -> None:
        work.phase(phase, done, total)
        work.stop_if_cancelled()

    row = import_model(work.store, payload["source"], name=payload.get("name", ""), say=say)
    with work.store.write():
        history.append(
            work.store, "import", f"Imported {row.name} from {row.source}", after=f"base:{row.name}",
            details={"fingerprint": row.fingerprint},
        )  # fmt: skip
        if history.pointer(work.store) is None:
            history.set_pointer(work.store, f"base:{row.name}", row.fingerprint)
    return Outcome(result={"name": row.name, "fingerprint": row.fingerprint, "path": row.path})


def run_verify(work: Work) -> Outcome:
    """Hash the payload's `names` (default: every base model) again from the disk.

    With `at`, look for the one model named in that folder instead: if its files are the recorded ones, byte for byte, it
    lies there from now on.
    """
    if at := work.job.payload.get("at"):
        return _locate(work, work.job.payload["names"][0], Path(at))
    names = work.job.payload.get("names") or [row.name for row in models.everything(work.store)]
    for name in names:
        row = models.get(work.store, name)

        def say(done: int, total: int, name: str = name) -> None:
            work.phase(f"verifying {name}", done, total)
            work.stop_if_cancelled()

        fingerprint.verify(work.store, row, base_folder(row), on_bytes=say)
    return Outcome(result={"verified": names})


def _locate(work: Work, name: str, folder: Path) -> Outcome:
    """Record the new place of a moved model after hashing what is there."""
    row = models.get(work.store, name)
    if not folder.is_dir():
        raise UserError(f"There is no folder {folder}.", field="path", remedy="Check the path.")

    def say(done: int, total: int) -> None:
        work.phase(f"verifying {name}", done, total)
        work.stop_if_cancelled()

    now, files = fingerprint.fingerprint(work.store, folder, on_bytes=say, fresh=True)
    if now != row.fingerprint:
        said = "; ".join(fingerprint.differences(row.files, files)[:5])
        raise UserError(
            f"{folder} is not {name}: {said}.", field="path",
            remedy=f"Name the folder {name} was moved to, or import this one under another name.",
        )  # fmt: skip
    models.move(work.store, name, str(folder))
    models.set_verified(work.store, name)
    return Outcome(result={"verified": [name], "path": str(folder)})
