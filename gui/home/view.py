"""Home: what is happening now, what needs someone, recent runs, and how to begin."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gui.actions import runs as run_actions
from gui.home import demo as demo_chain
from gui.home.presenter import HomeView, Live, Stopped, minutes_of, read_home
from gui.i18n import tr
from gui.page import Page
from gui.run.parts import empty_layout, tight
from gui.run.progress import Progress
from gui.runs.model import BASE, METHOD, SIZE, STARTED, TAGS, RunsModel
from gui.shell.live_run import state_word
from gui.theme import color, theme_of
from gui.widgets.buttons import PrimaryButton, QuietButton
from gui.widgets.cards import Trouble
from gui.widgets.form import Card, Tinted
from gui.widgets.tables import plain_table
from gui.widgets.text import ElidedLabel, PlainLabel, heading, wrapped

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtCore import QEvent

    from engine.errors import PalimpsestError
    from gui.home.demo import DemoStatus
    from gui.project import Project

_LEFT = "left"


class NowCard(Card):
    """The run at work, or the demo before its run begins."""

    open_requested = Signal(int)
    asked = Signal(int, str)
    sweep_requested = Signal(int)
    demo_cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it."""
        super().__init__(tr("Now"), parent)
        self._run_id: int | None = None
        self._sweep_id = 0
        self._pace = Progress()
        self.name = PlainLabel("", bold=True)
        self.about = ElidedLabel("")
        self.about.setForegroundRole(self.about.palette().ColorRole.PlaceholderText)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("Progress"))
        self.far = PlainLabel("")
        self.canaries = tight(Tinted("", "text"))
        self.pause = QPushButton(tr("Pause"))
        self.open_button = QPushButton(tr("Open run"))
        self.sweep = QPushButton(tr("Show the comparison"))
        self.cancel = QPushButton(tr("Cancel"))
        top = self.add_row(self.name, self.about, stretch=False)
        top.setStretch(1, 1)
        middle = self.add_row(self.bar, self.far, stretch=False)
        middle.setStretch(0, 1)
        below = self.add_row(self.canaries, self.pause, self.open_button, self.sweep, self.cancel, stretch=False)
        below.setStretch(0, 1)
        self.pause.clicked.connect(self._on_pause_clicked)
        self.open_button.clicked.connect(self._on_open_clicked)
        self.sweep.clicked.connect(self._on_sweep_clicked)
        self.cancel.clicked.connect(self.demo_cancelled)

    def show_live(self, live: Live) -> None:
        """A run."""
        run = live.run
        if run.id != self._run_id:
            self._run_id, self._pace = run.id, Progress()
        view = self._pace.see(run, live.job, [], time.monotonic())
        self.name.setText(f"{run.state.glyph} {run.name}")
        behind = f" · {tr('%n more waiting', '', live.waiting)}" if live.waiting else ""
        part_of = f" · {live.sweep}" if live.sweep else ""
        self.about.setText(f"{state_word(run.state)} · {live.about}{part_of}{behind}")
        self._sweep_id = live.sweep_id
        self.sweep.setVisible(bool(live.sweep_id))
        self._show_share(view.share)
        self.far.setText("  ".join(part for part in (view.doing, view.left) if part))
        word = tr("▼ Beyond a limit") if live.is_beyond else tr("● Kept so far")
        has_look = live.canaries != tr("no canary check yet")
        self.canaries.setText(f"{live.canaries}   {word}" if has_look else live.canaries)
        self.canaries.set_token("forgot_text" if live.is_beyond else "text")
        actions = run.state.actions
        self.pause.setText(tr("Resume") if "resume" in actions else tr("Pause"))
        self.pause.setVisible("pause" in actions or "resume" in actions)
        self.open_button.show()
        self.cancel.hide()

    def show_demo(self, demo: DemoStatus) -> None:
        """The demo's beginning."""
        self._run_id = None
        self.name.setText(tr("Preparing the demo"))
        self.about.setText(demo.words)
        self._show_share(demo.share)
        self.far.setText("")
        self.canaries.setText(tr("The run opens by itself, and its verdict when it has ended."))
        self.canaries.set_token("text")
        self.pause.hide()
        self.open_button.hide()
        self.sweep.hide()
        self.cancel.show()

    def add_steps(self, steps: list[Any], live: Live) -> None:
        """New steps, for the time left."""
        self._pace.see(live.run, live.job, steps, time.monotonic())

    def _show_share(self, share: float | None) -> None:
        self.bar.setRange(0, 1000 if share is not None else 0)
        self.bar.setValue(round(1000 * (share or 0.0)))

    @Slot()
    def _on_pause_clicked(self) -> None:
        if self._run_id is not None:
            is_paused = self.pause.text() == tr("Resume")
            self.asked.emit(self._run_id, "resume" if is_paused else "pause")

    @Slot()
    def _on_open_clicked(self) -> None:
        if self._run_id is not None:
            self.open_requested.emit(self._run_id)

    @Slot()
    def _on_sweep_clicked(self) -> None:
        self.sweep_requested.emit(self._sweep_id)


class Banner(QFrame):
    """A run that stopped unexpectedly, and the three things one can do about it."""

    pressed = Signal(str, object)

    def __init__(self, stopped: Stopped, parent: QWidget | None = None) -> None:
        """Build it."""
        super().__init__(parent)
        self.setObjectName("stopped_banner")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.stopped = stopped
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(tight(Tinted(f"⚡ {stopped.sentence}", "warning_text", bold=True)))
        words.addWidget(tight(wrapped(stopped.reason, muted=True)))
        last = stopped.last
        text = tr("Resume from step {step}").format(step=last) if last else tr("Start again")
        self.resume = QPushButton(text)
        self.log = QPushButton(tr("See log"))
        self.leave = QuietButton(tr("Leave it"))
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 10, 14, 10)
        row.addLayout(words, 1)
        for key, button in (("resume", self.resume), ("log", self.log), (_LEFT, self.leave)):
            button.setProperty("key", key)
            button.clicked.connect(self._on_clicked)
            row.addWidget(button)

    @Slot()
    def _on_clicked(self) -> None:
        self.pressed.emit(self.sender().property("key"), self.stopped)


class DropZone(QWidget):
    """A dashed frame that says what one may drop; the window takes the drop."""

    browse_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it."""
        super().__init__(parent)
        self.setObjectName("drop_zone")
        self.browse = QPushButton(tr("Browse…"))
        self.browse.setAccessibleName(tr("Choose a file with training rows"))
        self.browse.clicked.connect(self.browse_requested)
        words = wrapped(
            tr("Drop training rows (.jsonl, .json, .csv, .parquet, .txt) or a model folder here."), muted=True
        )
        words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 20)
        column.addStretch(1)
        column.addWidget(words)
        column.addWidget(self.browse, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:
        """Room to hit it."""
        return QSize(280, 130)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The frame."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(color(theme_of(self.palette()).muted), 1.5, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -2, -2), 6, 6)


class HomePage(Page):
    """Where one arrives."""

    NAME = "home"
    ICON = "home"
    TABLES = frozenset({"runs", "jobs", "verdicts", "checkpoints", "measurements", "pointer", "models"})

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        """Build every part; what does not apply is hidden."""
        super().__init__(project, parent)
        self._is_reading = self._read_again = self._is_asking_minutes = False
        self._view = HomeView()
        self._left: set[str] = set()
        self._shown_banners: list[Banner] = []
        self._minutes: int | None = None
        self.demo = demo_chain.Demo(project, self)
        self.banners = QVBoxLayout()
        self.now = NowCard()
        self.recent = self._recent_card()
        self.demo_card = self._demo_card()
        self.own_card = self._own_card()
        self.drop_zone = DropZone()
        self._lay_out()
        self._connect()

    def _recent_card(self) -> Card:
        card = Card(tr("Recent runs"))
        self.recent_model = RunsModel(self)
        self.recent_table = plain_table(self.recent_model, tr("Recent runs"))
        for column in (METHOD, BASE, SIZE, STARTED, TAGS):
            self.recent_table.hideColumn(column)
        self.recent_table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.recent_table.horizontalHeader().setStretchLastSection(False)
        self.recent_table.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.recent_table.setFrameShape(QFrame.Shape.NoFrame)
        card.add(self.recent_table)
        self.all_runs = QuietButton(tr("All runs"))
        card.column.addWidget(self.all_runs, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    def _demo_card(self) -> Card:
        card = Card(tr("See forgetting happen"))
        self.demo_time = PlainLabel("")
        card.add(wrapped(tr(
            "Fine-tune a small model on one narrow task, watch what it forgets, and roll it back. "
            "Real training on this computer, nothing is downloaded."
        )))  # fmt: skip
        self.run_demo = PrimaryButton(tr("Run the demo"), icon_name="play")
        card.add_flow(self.run_demo, self.demo_time, gap=12)
        return card

    def _own_card(self) -> Card:
        card = Card(tr("Use my own model"))
        card.add(
            wrapped(tr("A folder with safetensors or a .gguf file. It is never changed: every run is a branch of it."))
        )
        self.import_folder = QPushButton(tr("Choose a model folder…"))
        self.new_run = QPushButton(tr("New run"))
        card.add_flow(self.import_folder, self.new_run)
        return card

    def _lay_out(self) -> None:
        self.welcome = heading(tr("Welcome to Palimpsest"), size="title")
        self.about = wrapped(tr(
            "A canary is a prompt the base model already answers well; if the answer gets worse, something was forgotten. "
            "Every run measures canaries before and after, and says what was kept."
        ), muted=True)  # fmt: skip
        self._start, self._main = QVBoxLayout(), QVBoxLayout()
        self._start.setSpacing(12)
        for part in (self.demo_card, self.own_card, self.drop_zone):
            self._start.addWidget(part)
        self._start.addStretch(1)
        self._main.setSpacing(12)
        self._main.addWidget(self.recent)
        self._main.addStretch(1)
        self._columns = QHBoxLayout()
        self._columns.setSpacing(16)
        self._columns.addLayout(self._main, 3)
        self._columns.addLayout(self._start, 2)
        page = QWidget()
        page.setMaximumWidth(1400)
        column = QVBoxLayout(page)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(14)
        column.addLayout(self.banners)
        column.addWidget(self.welcome)
        column.addWidget(self.about)
        column.addWidget(self.now)
        column.addLayout(self._columns)
        column.addStretch(1)
        area = QScrollArea(widgetResizable=True)
        area.setAccessibleName(tr("Home"))
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(page)
        self.set_content(area)

    def _connect(self) -> None:
        self.now.open_requested.connect(self._open_run)
        self.now.asked.connect(self._on_asked)
        self.now.sweep_requested.connect(self._open_sweep)
        self.now.demo_cancelled.connect(self._on_demo_cancelled)
        self.recent_table.activated.connect(self._on_recent_activated)
        self.recent_table.clicked.connect(self._on_recent_activated)
        self.all_runs.clicked.connect(self._on_all_runs)
        self.run_demo.clicked.connect(self._on_run_demo)
        self.import_folder.clicked.connect(self._on_import)
        self.new_run.clicked.connect(self._on_new_run)
        self.drop_zone.browse_requested.connect(self._on_browse)

    # ---- page --------------------------------------------------------------------------------------------------------

    def title(self) -> str:
        """Its name."""
        return tr("Home")

    def refresh(self, changed: frozenset[str]) -> None:
        """Read beside; ask once how long the demo would take."""
        if self._is_reading:
            self._read_again = True
            return
        self._is_reading = True
        if self.state.value == "loading":
            self.show_loading()
        self.project.tasks.with_store(read_home, self._on_home, self._on_failed)
        if self._minutes is None and not self._is_asking_minutes:
            self._is_asking_minutes = True
            self.project.tasks.with_store(demo_chain.expected_s, self._on_expected)

    def save_state(self) -> dict[str, Any]:
        """Banners that were left."""
        return {"left": sorted(self._left)}

    def restore_state(self, state: dict[str, Any]) -> None:
        """The same."""
        left = state.get("left")
        if isinstance(left, list):
            self._left = {str(one) for one in left}

    def focus_chain(self) -> list[QWidget]:
        """Banners, now, recent, start."""
        buttons = [part for one in self._shown_banners for part in (one.resume, one.log, one.leave)]
        return [*buttons, self.now.pause, self.now.open_button, self.now.sweep, self.now.cancel, self.recent_table, self.all_runs,
                self.run_demo, self.import_folder, self.new_run, self.drop_zone.browse]  # fmt: skip

    def changeEvent(self, event: QEvent) -> None:
        """Recolour the verdicts with the theme."""
        super().changeEvent(event)
        if event.type() == event.Type.PaletteChange and hasattr(self, "recent_model"):
            self.recent_model.wear(theme_of(self.palette()))

    # ---- showing -----------------------------------------------------------------------------------------------------

    def _on_home(self, view: HomeView) -> None:
        self._is_reading = False
        if self._read_again:
            self._read_again = False
            self.refresh(self.ALL)
        self._view = view
        self._show_banners()
        self.welcome.setVisible(view.is_new)
        self.about.setVisible(view.is_new)
        self.now.setVisible(view.live is not None or view.demo is not None)
        if view.live is not None:
            self.now.show_live(view.live)
        elif view.demo is not None:
            self.now.show_demo(view.demo)
        self.recent.setVisible(bool(view.recent))
        place = self._start if view.recent else self._main  # with nothing to show yet, the demo is what there is to do
        if place.indexOf(self.demo_card) < 0:
            place.insertWidget(0, self.demo_card)
        self.recent_model.wear(theme_of(self.palette()))
        self.recent_model.set_rows(view.recent)
        self._fit_recent()
        self.run_demo.setEnabled(view.demo is None)
        if self.state.value != "ready":
            self.show_ready()

    def _on_failed(self, error: PalimpsestError) -> None:
        self._is_reading = False
        self.show_error(Trouble(happened=error.message, why=error.remedy or ""))

    def _on_expected(self, seconds: float) -> None:
        self._is_asking_minutes = False
        self._minutes = minutes_of(seconds)
        self.demo_time.setText(tr("about %n minute(s) on this computer", "", self._minutes))

    def _show_banners(self) -> None:
        wanted = [one for one in self._view.stopped if one.key not in self._left]
        if wanted == [banner.stopped for banner in self._shown_banners]:
            return
        empty_layout(self.banners)
        self._shown_banners = [Banner(one) for one in wanted]
        for banner in self._shown_banners:
            banner.pressed.connect(self._on_banner_pressed)
            self.banners.addWidget(banner)

    def _fit_recent(self) -> None:
        table = self.recent_table
        line = table.verticalHeader().defaultSectionSize()
        high = table.horizontalHeader().sizeHint().height() + line * len(self.recent_model.rows)
        table.setFixedHeight(high + 4)

    # ---- intents -----------------------------------------------------------------------------------------------------

    @Slot(str, object)
    def _on_banner_pressed(self, key: str, stopped: Stopped) -> None:
        if key == "resume":
            run_actions.resume(self.project, stopped.run.id)
        elif key == "log":
            self.project.navigate("run", run_id=stopped.run.id, tab="log")
        else:
            self._left.add(stopped.key)
            self._show_banners()

    @Slot(int, str)
    def _on_asked(self, run_id: int, action: str) -> None:
        run_actions.ask(self.project, run_id, action)

    @Slot()
    def _on_run_demo(self) -> None:
        self.run_demo.setEnabled(False)
        self.demo.start()
        self.refresh_soon()

    @Slot()
    def _on_demo_cancelled(self) -> None:
        self.demo.cancel()

    @Slot(int)
    def _open_run(self, run_id: int) -> None:
        self.project.navigate("run", run_id=run_id)

    @Slot(int)
    def _open_sweep(self, sweep_id: int) -> None:
        self.project.navigate("compare", sweep_id=sweep_id)

    @Slot(QModelIndex)
    def _on_recent_activated(self, index: QModelIndex) -> None:
        self._open_run(self.recent_model.rows[index.row()].run.id)

    @Slot()
    def _on_all_runs(self) -> None:
        self.project.navigate("runs")

    @Slot()
    def _on_new_run(self) -> None:
        self.project.navigate("new_run")

    @Slot()
    def _on_import(self) -> None:
        self.project.dialogs.choose_folder("model", tr("Choose a model folder"), self._on_folder_chosen)

    def _on_folder_chosen(self, folder: Path) -> None:
        from gui.actions import models

        models.import_model(self.project, folder)

    @Slot()
    def _on_browse(self) -> None:
        filters = tr("Training rows (*.jsonl *.json *.csv *.parquet *.txt)")
        self.project.dialogs.choose_file("data", tr("Choose training rows"), filters, self._on_file_chosen)

    def _on_file_chosen(self, path: Path) -> None:
        self.project.navigate("new_run", data_path=path)


PAGE = HomePage
