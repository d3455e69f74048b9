"""What the Data page decides: which files there are, reading one, having it inspected, and its mapping. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from engine import drafts
from engine.data.mapping import parts_of
from engine.records import Mapping
from engine.store import history, jobs, models, runs
from gui.i18n import tr

if TYPE_CHECKING:
    from engine.drafts import FirstLook
    from engine.errors import PalimpsestError
    from engine.records import Job, ModelRow
    from engine.store import Store
    from gui.project import Project

SAMPLES = Path(__file__).resolve().parents[2] / "resources" / "datasets"
#: Rows shown before the model's own view is there.
SHOWN_RAW = 40


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A data file the project knows of, or comes with."""

    path: str
    runs: int = 0
    is_sample: bool = False
    is_there: bool = True

    @property
    def name(self) -> str:
        """The file's name; of a sample, its folder's too."""
        path = Path(self.path)
        return f"{path.parent.name}/{path.name}" if self.is_sample else path.name


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A stretch of a row's text; `is_learned` carries loss."""

    text: str
    is_learned: bool = False


@dataclass(frozen=True, kw_only=True)
class PreviewRow:
    """One row as it is shown: its line, its pieces, and what is said about it."""

    line: int
    pieces: tuple[Piece, ...]
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class Note:
    """Everything the page shows of one file."""

    path: str
    facts: str = ""
    problem: str = ""
    rows: tuple[PreviewRow, ...] = ()
    is_models_view: bool = False
    waiting: str = ""
    findings: tuple[dict[str, Any], ...] = ()
    problems: tuple[dict[str, Any], ...] = ()
    bins: tuple[tuple[int, int, int], ...] = ()
    lengths: str = ""


class View(Protocol):
    """What the page shows when told."""

    def show_note(self, note: Note) -> None:
        """What is known of the open file changed."""


def datasets(store: Store) -> list[Dataset]:
    """Return the files of runs and of earlier looks, newest first, then the samples."""
    used: dict[str, int] = {}
    for run in runs.everything(store):
        if run.recipe.data.path:
            used[run.recipe.data.path] = used.get(run.recipe.data.path, 0) + 1
    for payload in jobs.finished_payloads(store, "inspect"):
        used.setdefault(str(payload.get("path", "")), 0)
    own = [Dataset(path=path, runs=count, is_there=Path(path).is_file()) for path, count in used.items() if path]
    samples = [str(path) for path in sorted(SAMPLES.glob("*/*.jsonl"))]
    return own + [Dataset(path=path, is_sample=True) for path in samples if path not in used]


class Data:
    """One open file and how it is mapped; `view` is told what to show."""

    def __init__(self, project: Project, view: View) -> None:
        """Begin with no file."""
        self.project, self.view = project, view
        self.path, self.base, self.suite = "", "", "standard"
        self.mapping = Mapping()
        self.note = Note(path="")
        self.look: FirstLook | None = None
        self._wanted: dict[str, Any] = {}

    @property
    def bases(self) -> list[ModelRow]:
        """The base models whose eyes one can look through."""
        return models.everything(self.project.store)

    def open(self, path: str, *, base: str = "", mapping: Mapping | None = None) -> None:
        """Open a file: read it off this thread, then have it inspected."""
        self.path, self.mapping = path, mapping or Mapping()
        self.base = base or self.base or self._default_base()
        self._read()

    def choose_base(self, name: str) -> None:
        """Look through another model's tokenizer and template."""
        self.base = name
        self._inspect()

    def choose_mapping(self, mapping: Mapping) -> None:
        """Read the columns in another way; undoable."""
        before = self.mapping
        if mapping != before:
            self.project.change(tr("Change the mapping"), lambda: self._map(mapping), lambda: self._map(before))

    def choose_shape(self, shape: str) -> None:
        """Take another shape, its columns by their usual names."""
        self.choose_mapping(Mapping(shape=shape))  # type: ignore[arg-type]

    def choose_column(self, part: str, column: str) -> None:
        """Say which column plays a part; an empty one takes the usual name."""
        shape = self.shown_mapping.shape
        columns = {name: value for name, value in self.shown_mapping.columns.items() if name != part}
        if column and column != parts_of(shape).get(part):
            columns[part] = column
        self.choose_mapping(Mapping(shape=shape, columns=columns))

    @property
    def shown_mapping(self) -> Mapping:
        """The mapping as it came out: detected where none was chosen."""
        if self.mapping.shape == "auto" and self.look is not None:
            return self.look.mapping
        return self.mapping

    def _map(self, mapping: Mapping) -> None:
        self.mapping = mapping
        self._read()

    def _default_base(self) -> str:
        names = [row.name for row in self.bases]
        pointer = history.pointer(self.project.store)
        target = pointer[0].removeprefix("base:") if pointer else ""
        return target if target in names else names[0] if names else ""

    def _read(self) -> None:
        path, mapping = self.path, self.mapping
        self._wanted, self.look = {}, None
        self._say(Note(path=path, waiting=tr("Reading the file…")))
        if path:
            self.project.tasks.run(
                lambda: drafts.first_look(Path(path), mapping),
                lambda look: self._on_read(path, mapping, look),
                lambda error: self._on_unreadable(path, mapping, error),
            )

    def _on_read(self, path: str, mapping: Mapping, look: FirstLook) -> None:
        if (path, mapping) == (self.path, self.mapping):
            self.look = look
            self._inspect()

    def _on_unreadable(self, path: str, mapping: Mapping, error: PalimpsestError) -> None:
        if (path, mapping) == (self.path, self.mapping):
            self._say(Note(path=path, problem=error.sentence()))

    def _inspect(self) -> None:
        look = self.look
        if look is None:
            return
        if not self.base:
            self._say(raw_note(look, tr("Import a base model to see the rows as it sees them.")))
            return
        payload = drafts.inspection_payload(self.base, look, self.mapping, max_length=1024, suite=self.suite)
        self._wanted = payload
        done = jobs.finished(self.project.store, "inspect", payload)
        if done:
            self._on_inspected(done[-1])
            return
        self._say(raw_note(look, tr("The rows as read. How {model} sees them follows…").format(model=self.base)))
        self.project.follow(jobs.enqueue(self.project.store, "inspect", payload), self._on_inspected)

    def _on_inspected(self, job: Job) -> None:
        look = self.look
        if job.payload != self._wanted or look is None:
            return
        if job.error_kind or not job.result:
            self._say(raw_note(look, job.reason))
            return
        self._say(models_note(look, job.result))

    def _say(self, note: Note) -> None:
        self.note = note
        self.view.show_note(note)


def raw_note(look: FirstLook, waiting: str) -> Note:
    """What reading alone shows: turns as text, nothing shaded."""
    rows = tuple(
        PreviewRow(
            line=item.line,
            pieces=tuple(Piece(text=f"{message.role}: {message.content}\n") for message in item.messages),
        )
        for item in look.conversations[:SHOWN_RAW]
    )
    return Note(
        path=look.path, facts=tr("%n row(s)", "", look.rows), rows=rows, waiting=waiting,
        problems=tuple(msgspec.to_builtins(problem) for problem in look.problems),
    )  # fmt: skip


def models_note(look: FirstLook, found: dict[str, Any]) -> Note:
    """What the inspection found, the rows as the model sees them."""
    facts = tr("{rows} · {tokens} tokens, {learned} of them learned").format(
        rows=tr("%n row(s)", "", found["rows"]), tokens=f"{found['tokens']:,}", learned=f"{found['trained_tokens']:,}"
    )
    lengths = tr("Half of the rows have up to {p50} tokens, 95 % up to {p95}; the longest has {most}.").format(
        p50=found["length_p50"], p95=found["length_p95"], most=found["length_max"]
    )
    return Note(
        path=look.path,
        facts=facts,
        rows=tuple(_row(row) for row in found.get("preview", ())),
        is_models_view=True,
        findings=tuple(one for one in found["findings"] if one["kind"] not in ("unusable", "empty")),
        problems=tuple(found["problems"]),
        bins=tuple((one["low"], one["high"], one["rows"]) for one in found.get("histogram", ())),
        lengths=lengths,
    )


def _row(row: dict[str, Any]) -> PreviewRow:
    pieces = tuple(Piece(text=text, is_learned=is_learned) for text, is_learned in row["pieces"])
    words = tr("{tokens} tokens, {learned} learned").format(tokens=row["tokens"], learned=row["trained_tokens"])
    if row["full_length"] > row["tokens"]:
        words += " · " + tr("cut: {full} tokens long").format(full=row["full_length"])
    return PreviewRow(line=row["line"], pieces=pieces, words=words)
