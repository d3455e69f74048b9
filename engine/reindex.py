"""Rebuilding a lost database from what the runs keep on disk; the damaged one is set aside, never deleted. No torch."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from engine import durable, platform
from engine.errors import PalimpsestError, UserError
from engine.liveness import WORKING_LOCKS, lock_path
from engine.models import fingerprint, inspect
from engine.records import Recipe, recipe_from_toml
from engine.states import State
from engine.store import Store, history, models, restore
from engine.store.database import DATABASE_NAME, to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

#: Tables of a run's `rows.jsonl` whose rows belong to that run alone, and the column that says so.
_OWN = {
    "runs": "id", "steps": "run_id", "checkpoints": "run_id", "verdicts": "run_id", "events": "run_id",
    "strength_points": "run_id", "drift": "run_id",
}  # fmt: skip
_OF_RUNS = (
    "runs", "models", "measurements", "steps", "checkpoints", "scores", "answers", "verdicts", "events", "strength_points",
    "drift", "log",
)  # fmt: skip
_SALVAGED = ("models", "budgets", "history", "pointer", "votes", "prompt_sets")


class Report(Struct, frozen=True, kw_only=True):
    """What a rebuilding found and could not find."""

    set_aside: str
    runs: int
    checkpoints: int
    bad_checkpoints: int
    models: int
    journal_entries: int
    notes: tuple[str, ...]

    def sentence(self) -> str:
        """Say what was rebuilt and where the old database is."""
        bad = f" ({self.bad_checkpoints} more are damaged)" if self.bad_checkpoints else ""
        aside = f" The old database was set aside as {self.set_aside}." if self.set_aside else ""
        return (
            f"Rebuilt {self.runs} runs, {self.checkpoints} checkpoints{bad}, {self.models} base models and "
            f"{self.journal_entries} journal entries from the disk.{aside}"
        )


def reindex(home: Path, *, force: bool = False, say: Callable[[str], None] = lambda line: None) -> Report:
    """Set a damaged database aside and rebuild its rows from `runs/` and `models/`.

    A sound database that knows its runs is left alone unless `force`. Raises `UserError` while a host or worker is at
    work, and for a database of a newer program.
    """
    if not home.is_dir():
        raise UserError(f"There is no data folder {home}.", remedy="Name another with --data-dir.")
    path = home / DATABASE_NAME
    wrong = restore.damage(path)
    if wrong is None and not _lost_its_runs(home) and not force:
        raise UserError(f"{path} is sound; there is nothing to rebuild.", remedy="--force rebuilds it all the same.")
    with _nobody_at_work(home):
        say(f"{path} is rebuilt: {wrong or 'it is sound, but was asked for'}.")
        aside = restore.set_aside(path, time.strftime("%Y%m%d-%H%M%S"))
        try:
            return _rebuild(home, aside, say)
        except BaseException:
            restore.take_back(path, aside)
            raise


def _rebuild(home: Path, aside: Path | None, say: Callable[[str], None]) -> Report:
    rebuilding = _Rebuilding(home, say)
    try:
        rebuilding.everything(aside)
        return rebuilding.report(aside)
    finally:
        rebuilding.store.close()


def _nobody_at_work(home: Path) -> ExitStack:
    """Hold the locks of host and workers, so that none starts meanwhile; `UserError` if one is there already."""
    held = ExitStack()
    for name in WORKING_LOCKS:
        lock = platform.try_lock(lock_path(home, name))
        if lock is None:
            held.close()
            raise UserError(
                f"The database cannot be rebuilt while the {name} process is at work.",
                remedy="Stop the run, wait until it has ended, then try again.",
            )
        held.callback(lock.release)
    return held


def _lost_its_runs(home: Path) -> bool:
    """Whether run folders exist that a sound (new, empty) database knows nothing of; refuses a newer program's."""
    store = Store(home)
    try:
        return not restore.has_runs(store) and any(_run_folders(home))
    finally:
        store.close()


def _run_folders(home: Path) -> list[Path]:
    folders = [path for path in (home / "runs").glob("*") if path.is_dir() and path.name.isdigit()]
    return sorted(folders, key=lambda path: int(path.name))


class _Rebuilding:
    """One rebuilding: the new store, and what was counted and noted on the way."""

    def __init__(self, home: Path, say: Callable[[str], None]) -> None:
        self.home, self.say = home, say
        self.store = Store(home)
        self.notes: list[str] = []
        self.runs = self.checkpoints = self.bad = self.journal = 0

    def everything(self, aside: Path | None) -> None:
        if aside is not None:
            self._salvage(aside)
        for folder in sorted((self.home / "models").glob("*")):
            self._model(folder)
        for folder in _run_folders(self.home):
            self._run(folder)
        self._point_somewhere()
        history.append(self.store, "reindex", f"Rebuilt the database from {self.runs} runs on disk")
        self.store.truncate_log()

    def report(self, aside: Path | None) -> Report:
        count = len(models.everything(self.store))
        return Report(
            set_aside=str(aside or ""), runs=self.runs, checkpoints=self.checkpoints, bad_checkpoints=self.bad,
            models=count, journal_entries=self.journal, notes=tuple(self.notes),
        )  # fmt: skip

    def _salvage(self, aside: Path) -> None:
        workplace = self.home / f"{durable.PARTIAL}salvage"
        for table, rows in restore.salvage(aside, _SALVAGED, workplace).items():
            self.notes += restore.put_back(self.store, table, rows)
        self.journal = len(history.entries(self.store, limit=1_000_000))
        if broken := history.damaged(self.store):
            self.notes.append(f"Journal entries whose content was altered: {', '.join(map(str, broken))}.")

    def _model(self, folder: Path) -> None:
        if not folder.is_dir() or folder.name.startswith("."):
            return
        if (wrong := durable.damage(folder)) is not None:
            self.notes.append(f"The base model in {folder} is damaged: {wrong}.")
            return
        try:
            config, tensors = inspect.check_folder(folder)
            digest, files = fingerprint.fingerprint(self.store, folder)
            manifest = durable.read_manifest(folder)
            models.add(
                self.store, name=folder.name, source=str((manifest.about if manifest else {}).get("source", folder)),
                path=str(folder), fingerprint=digest, files=files,
                architecture=(config.get("architectures") or [config["model_type"]])[0],
                parameters=sum(tensor.count for tensor in tensors), template=_template(folder),
            )  # fmt: skip
        except PalimpsestError as error:
            self.notes.append(f"The base model in {folder} was left out: {error.sentence()}")

    def _run(self, folder: Path) -> None:
        run_id = int(folder.name)
        tables: dict[str, list[dict[str, Any]]] = {table: [] for table in _OF_RUNS}
        for table, row in self._lines(folder / "rows.jsonl"):
            if _OWN.get(table) is None or row.get(_OWN[table]) == run_id:
                tables[table].append(row)
        run = self._run_row(folder, (tables.pop("runs") or [{}])[-1], decided=bool(tables["verdicts"]))
        if run is None:
            return
        self.notes += restore.put_back(self.store, "runs", [run])
        self.runs += 1
        recorded = {(row.get("step"), row.get("variant", "")): row for row in tables.pop("checkpoints")}
        self._adjust(tables)
        for table, rows in tables.items():
            self.notes += [f"Run {run_id}: {why}." for why in restore.put_back(self.store, table, rows)]
        self._checkpoints(folder, run_id, recorded)
        self._note_missing_base(run_id, run)

    def _adjust(self, tables: dict[str, list[dict[str, Any]]]) -> None:
        """A baseline may come from a run that is gone, and a base may be known already, under another number."""
        runs = {int(folder.name) for folder in _run_folders(self.home)}
        for row in tables["measurements"]:
            row["run_id"] = row.get("run_id") if row.get("run_id") in runs else None
        known = {row.name for row in models.everything(self.store)}
        tables["models"] = [{**row, "id": None} for row in tables["models"] if row.get("name") not in known]

    def _lines(self, path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
        if not path.is_file():
            return
        unreadable = 0
        with path.open("rb") as stream:
            for line in stream:
                try:
                    entry = json.loads(line)
                    table, row = entry["table"], dict(entry["row"])
                except (ValueError, KeyError, TypeError):
                    unreadable += 1
                    continue
                if table in _OF_RUNS:
                    yield table, row
        if unreadable:
            self.notes.append(f"{path}: {unreadable} lines could not be read.")

    def _run_row(self, folder: Path, row: dict[str, Any], *, decided: bool) -> dict[str, Any] | None:
        """The run's row: as last written, its recipe from recipe.toml where there is one, and no longer active.

        The worker copies the row while it is still at work: a run that has its verdict came to its end.
        """
        recipe = self._recipe(folder, row.get("recipe"))
        if recipe is None:
            return None
        state = row.get("state", "")
        known = State(state) if state in list(State) and State(state).is_ended else State.INTERRUPTED
        ended = State.FINISHED if decided and known is State.INTERRUPTED else known
        return {
            "created_at": folder.stat().st_mtime, "name": recipe.name or f"{recipe.method}-{folder.name.zfill(2)}", **row,
            "id": int(folder.name), "recipe": to_json(recipe), "recipe_hash": recipe.hash(), "state": str(ended),
        }  # fmt: skip

    def _recipe(self, folder: Path, recorded: Any) -> Recipe | None:
        path = folder / "recipe.toml"
        try:
            if path.is_file():
                return recipe_from_toml(path.read_text("utf-8"), source=str(path))
            if recorded:
                tree = json.loads(recorded) if isinstance(recorded, str) else recorded
                return msgspec.convert(tree, Recipe)
        except (PalimpsestError, ValueError) as error:
            self.notes.append(f"Run {folder.name} was left out: {error}.")
            return None
        self.notes.append(f"{folder} was left out: it has no recipe.toml.")
        return None

    def _checkpoints(self, folder: Path, run_id: int, recorded: dict[tuple[Any, str], dict[str, Any]]) -> None:
        """Enter what is on disk as it is; one that is recorded but gone is entered as removed."""
        found = {}
        for place in sorted((folder / "checkpoints").glob("*")):
            if place.is_dir() and not place.name.startswith("."):
                self.say(f"Checking {run_id}, {place.name}.")
                row = _checkpoint_row(place, run_id, recorded)
                if row is not None:
                    found[row["step"], row["variant"]] = row
        gone = [
            {**row, "id": None, "state": "rotated", "has_optimiser": 0}
            for place, row in recorded.items() if place not in found
        ]  # fmt: skip
        rows = sorted([*found.values(), *gone], key=lambda row: (row["step"], row.get("variant", "")))
        self.notes += restore.put_back(self.store, "checkpoints", rows)
        self.checkpoints += sum(row["state"] == "complete" for row in rows)
        bad = [row for row in rows if row["state"] == "bad"]
        self.bad += len(bad)
        self.notes += [f"Checkpoint {run_id}@{row['step']} is damaged." for row in bad]

    def _note_missing_base(self, run_id: int, run: dict[str, Any]) -> None:
        recipe = json.loads(run["recipe"])
        known = {row.name for row in models.everything(self.store)}
        if recipe["base"] not in known:
            self.notes.append(
                f"Run {run_id} needs the base model {recipe['base']}, which is not in the data folder: bring it back with "
                f"`palimpsest import FOLDER --name {recipe['base']}`."
            )

    def _point_somewhere(self) -> None:
        known = models.everything(self.store)
        if history.pointer(self.store) is None and known:
            history.set_pointer(self.store, f"base:{known[0].name}", known[0].fingerprint)
            self.notes.append(f"The current model was not recorded any more; it is base {known[0].name} now.")


def _checkpoint_row(place: Path, run_id: int, recorded: dict[tuple[Any, str], dict[str, Any]]) -> dict[str, Any] | None:
    manifest = durable.read_manifest(place)
    about = manifest.about if manifest else {}
    name, cross, strength = place.name.rpartition("-")[2].partition("x")
    number, variant = about.get("step") or name, str(about.get("variant", cross + strength))
    if not str(number).isdigit():
        return None
    step = int(str(number))
    known = recorded.get((step, variant), {})
    sound = manifest is not None and durable.damage(place) is None
    files = manifest.files if manifest else ()
    return {
        "created_at": place.stat().st_mtime, **known, "id": None, "run_id": run_id, "step": step, "variant": variant,
        "strength": about.get("strength") or {}, "folder": place.name,
        "manifest_sha256": durable.manifest_sha256(place) if manifest else known.get("manifest_sha256", ""),
        "size_bytes": sum(path.stat().st_size for path in place.iterdir()), "state": "complete" if sound else "bad",
        "has_optimiser": int(any("optimiser" in file.name for file in files)),
    }  # fmt: skip


def _template(folder: Path) -> str:
    """Whether the model brings a chat template of its own, told from its files."""
    if (folder / "chat_template.jinja").is_file():
        return "own"
    try:
        settings = json.loads((folder / "tokenizer_config.json").read_text("utf-8"))
    except (OSError, ValueError):
        return "fallback"
    return "own" if isinstance(settings, dict) and settings.get("chat_template") else "fallback"
