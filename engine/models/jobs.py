"""The import and verify jobs."""

from __future__ import annotations

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
    """Hash the payload's `names` (default: every base model) again from the disk."""
    names = work.job.payload.get("names") or [row.name for row in models.everything(work.store)]
    for name in names:
        row = models.get(work.store, name)

        def say(done: int, total: int, name: str = name) -> None:
            work.phase(f"verifying {name}", done, total)
            work.stop_if_cancelled()

        fingerprint.verify(work.store, row, base_folder(row), on_bytes=say)
    return Outcome(result={"verified": names})
