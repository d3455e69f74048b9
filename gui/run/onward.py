"""From a run onwards: train on top of it, try every method with its recipe, see its sequence, hand its model on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction

from engine.store import checkpoints, runs
from gui.actions import exporting
from gui.i18n import tr

if TYPE_CHECKING:
    from gui.page import Page


class Onward(QObject):
    """The actions of a run's page that lead further; the page says which run by its `run_id`."""

    def __init__(self, page: Page) -> None:
        """Build the actions."""
        super().__init__(page)
        self._page = page
        self.on_top = self._action(tr("Train on top of this run…"), self._on_on_top)
        self.try_all = self._action(tr("Try all methods with this run's recipe…"), self._on_try_all)
        self.matrix = self._action(tr("Show the sequence this run is part of"), self._on_matrix)
        self.export = self._action(tr("Export this run's model…"), self._on_export)
        self.actions = [self.on_top, self.try_all, self.matrix, self.export]

    def _action(self, words: str, slot: object) -> QAction:
        action = QAction(words, self._page)
        action.triggered.connect(slot)  # type: ignore[arg-type]
        return action

    @property
    def _run_id(self) -> int:
        return int(getattr(self._page, "run_id", None) or 0)

    @Slot()
    def _on_on_top(self) -> None:
        project = self._page.project
        kept = [row for row in checkpoints.of_run(project.store, self._run_id) if row.state == "complete"]
        plain = [row.ref for row in kept if not row.variant]
        if plain:
            project.navigate("new_run", on_top_of=plain[-1])
        elif self._run_id:
            name = runs.get(project.store, self._run_id).name
            project.toast(tr("No checkpoint of {run} is on disk to train on top of.").format(run=name))

    @Slot()
    def _on_try_all(self) -> None:
        if self._run_id:
            self._page.project.navigate("new_run", like=self._run_id, try_all=True)

    @Slot()
    def _on_matrix(self) -> None:
        if self._run_id:
            self._page.project.navigate("compare", run_ids=[self._run_id], tab="matrix")

    @Slot()
    def _on_export(self) -> None:
        if self._run_id:
            exporting.ask_where(self._page.project, self._run_id)
