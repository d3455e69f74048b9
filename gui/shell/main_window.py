"""The main window: sidebar, the page in front, the bars around it, what its keys do, and how it was left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from engine.platform import free_bytes
from gui import icons
from gui.actions import models, runs, versions
from gui.i18n import tr
from gui.shell import about, closing, commands, drops, geometry, heat, live_run, pages
from gui.shell.gpu_details import GpuDetails, GpuHistory
from gui.shell.log_dock import LogDock
from gui.shell.palette import Command, CommandPalette
from gui.shell.sidebar import NARROW_BELOW, Sidebar
from gui.shell.status_bar import StatusBar
from gui.shell.toasts import BellList, Toasts
from gui.theme import theme_of
from gui.widgets.cards import ErrorCard, Trouble

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QResizeEvent

    from gui.page import Page
    from gui.project import Project
    from gui.shell.gpu import Gpu, NoGpu

SMALLEST = (960, 640)
DESIGNED = (1280, 800)
KEEP_STATE_EVERY_MS = 30_000
STATUS_EVERY_MS = 1000


class MainWindow(QMainWindow):
    """One window over one project; `closed` when it was closed for good."""

    closed = Signal()

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        """Build the shell; pages are made on their first visit."""
        super().__init__(parent)
        self.setObjectName("main_window")
        self.setWindowTitle("Palimpsest")
        self.setAcceptDrops(True)
        self.setMinimumSize(*SMALLEST)
        self.resize(*DESIGNED)
        self.project = project
        self._pages: dict[str, Page] = {}
        self._front = ""
        self._may_close = self._is_closing = False
        self.gpu = GpuHistory()
        self._build()
        self.actions_by_name = commands.window_actions(self)
        self._connect()
        geometry.restore(self, project.preferences.state("window"))
        self._show_rows(frozenset({"jobs", "runs", "pointer"}))
        self._paint_icon()

    def _build(self) -> None:
        self.sidebar = Sidebar()
        self.stack = QStackedWidget()
        self.status = StatusBar()
        self.log_dock = LogDock(self.project, self)
        self.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, self.log_dock)
        self.log_dock.hide()
        middle = QWidget()
        row = QHBoxLayout(middle)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.sidebar)
        row.addWidget(self.stack, 1)
        self.setCentralWidget(middle)
        foot = QWidget()
        column = QVBoxLayout(foot)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.status)
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().addWidget(foot, 1)
        self.statusBar().setContentsMargins(0, 0, 0, 0)
        self.toasts = Toasts(self, may_move=self._may_move)
        self._outline = drops.DropOutline(self)

    def _may_move(self) -> bool:
        return not self.project.preferences.reduce_motion

    def _connect(self) -> None:
        project = self.project
        project.navigation_requested.connect(self._on_navigation_requested)
        project.toast_requested.connect(self.toasts.show)
        project.undo_withdrawn.connect(self.toasts.withdraw)
        project.trouble_told.connect(self.show_trouble)
        project.live.changed.connect(self._on_rows_changed)
        self.sidebar.page_requested.connect(self.show_page)
        self.status.model_pressed.connect(self._on_model_pressed)
        self.status.gpu_pressed.connect(self._on_gpu_pressed)
        self.status.run_pressed.connect(self._on_run_pressed)
        self.status.log_pressed.connect(self.toggle_log)
        self.status.bell_pressed.connect(self._on_bell_pressed)
        self.log_dock.resized.connect(self._lift_toasts)
        self.toasts.unread_changed.connect(self.status.show_unread)
        self._state_timer = QTimer(self)
        self._state_timer.timeout.connect(self.keep_state)
        self._state_timer.start(KEEP_STATE_EVERY_MS)
        self._status_timer = QTimer(self)
        self._status_timer.timeout.connect(self._on_status_due)
        self._status_timer.start(STATUS_EVERY_MS)
        self._on_status_due()

    # ---- pages -------------------------------------------------------------------------------------------------------

    @property
    def page(self) -> Page:
        """The page in front."""
        return self._pages[self._front]

    @property
    def front(self) -> str:
        """Its name; empty before the first."""
        return self._front

    @Slot(str)
    def show_page(self, name: str) -> None:
        """Bring a page to the front, building it on its first visit."""
        self._on_navigation_requested(name, {})

    def show_first_page(self) -> None:
        """The page that was in front when the window was closed, else Home."""
        wanted = str(self.project.preferences.state("window").get("page", ""))
        known = [entry.name for entry in pages.ENTRIES if entry.exists and entry.in_sidebar]
        self.show_page(wanted if wanted in known else known[0])

    @Slot(str, object)
    def _on_navigation_requested(self, name: str, args: dict[str, Any]) -> None:
        if not pages.entry(name).exists:
            return
        if name not in self._pages:
            self._add_page(name)
        page = self._pages[name]
        page.open(**args)
        self._front = name
        self.stack.setCurrentWidget(page)
        self.sidebar.mark(name)
        self._name_window()
        if not page.isAncestorOf(self.focusWidget() or self):
            page.setFocus()

    def _add_page(self, name: str) -> None:
        page = pages.entry(name).make(self.project)
        page.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        page.restore_state(self.project.preferences.state(f"page/{name}"))
        for action in page.page_actions():
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            page.addAction(action)
        self._pages[name] = page
        self.stack.addWidget(page)

    def _name_window(self) -> None:
        model = live_run.current_model_words(self.project.store)
        parts = [self.page.title() if self._front else "", model, "Palimpsest"]
        self.setWindowTitle(" — ".join(part for part in parts if part))

    @Slot()
    def on_screen_triggered(self) -> None:
        """One of the actions named after screens was triggered."""
        self.show_page(self.sender().data())  # type: ignore[attr-defined]

    # ---- what rows and readings show ---------------------------------------------------------------------------------

    @Slot(object)
    def _on_rows_changed(self, changed: frozenset[str]) -> None:
        self._show_rows(changed)

    def _show_rows(self, changed: frozenset[str]) -> None:
        store = self.project.store
        if changed & {"jobs", "runs"}:
            live = live_run.live_run(store)
            self.status.show_run(live.run.id if live else 0, live.words() if live else "")
            if (button := self.sidebar.button("runs")) is not None:
                button.show_badge(live.run.state.glyph if live else "")
        if "pointer" in changed:
            self.status.show_model(live_run.current_model_words(store))
            if self._front:
                self._name_window()

    @Slot(object)
    def on_gpu_read(self, reading: Gpu | NoGpu) -> None:
        """A reading of the GPU came."""
        self.gpu.add(reading)
        self.status.show_reading(reading)
        heat.guard(self.project, reading)

    @Slot()
    def _on_status_due(self) -> None:
        self.status.refresh_reading()
        self.status.show_disk(free_bytes(self.project.home))

    @Slot(object)
    def show_trouble(self, trouble: Trouble) -> None:
        """Show an error card of its own, over the page."""
        dialog = QDialog(self)
        dialog.setWindowTitle(tr("Palimpsest"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(dialog)
        card = ErrorCard(trouble)
        for button in card.buttons:  # what it does takes the card's place
            button.clicked.connect(dialog.accept)
        column.addWidget(card)
        dialog.setMinimumWidth(520)
        dialog.open()

    # ---- what the keys do --------------------------------------------------------------------------------------------

    @Slot()
    def open_palette(self) -> None:
        """Open the command palette."""
        palette = CommandPalette(self.palette_commands(), self)
        palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        palette.open()

    def palette_commands(self) -> list[Command]:
        """Every enabled action of the window and of the page in front, and every run."""
        actions = [*self.actions_by_name.values(), *(self.page.actions() if self._front else [])]
        found = [
            Command(text=about.plain(action.text()), hint=action.shortcut().toString(), do=action.trigger)
            for action in actions
            if action.isEnabled() and action.text() and action is not self.actions_by_name["palette"]
        ]
        if pages.entry("run").exists:
            from engine.store import runs as run_rows

            for run in run_rows.everything(self.project.store):
                found.append(Command(text=run.name, hint=tr("run"), do=_ShowRun(self.project, run.id)))
        if pages.entry("compare").exists:
            from engine.store import sweeps

            for sweep in sweeps.everything(self.project.store):
                show = _ShowSweep(self.project, sweep.id)
                found.append(Command(text=sweep.name, hint=tr("comparison of methods"), do=show))
        return found

    @Slot()
    def find_in_page(self) -> None:
        """Ctrl+F: the log's search where the log has the focus, else the page's."""
        focus = self.focusWidget()
        if self.log_dock.isVisible() and focus is not None and self.log_dock.isAncestorOf(focus):
            self.log_dock.pane.search.setFocus()
        elif self._front:
            self.page.search()

    @Slot()
    def find_next(self) -> None:
        """F3: the next place in the log, or the page's search again."""
        if self.log_dock.isVisible() and self.log_dock.pane.search.text():
            self.log_dock.pane.find_next()
        else:
            self.find_in_page()

    @Slot()
    def paste(self) -> None:
        """Ctrl+V where no text is edited: what dropping the copied file or folder would do."""
        paths = drops.paths_of(QGuiApplication.clipboard().mimeData())
        if paths:
            self.take_paths(paths)
        else:
            self.project.toast(tr("There is no file or folder to paste."))

    @Slot()
    def pause_or_resume(self) -> None:
        """Ctrl+.: pause the live run, or let it go on."""
        live = live_run.live_run(self.project.store)
        if live is None:
            self.project.toast(tr("No run is at work."))
        elif "pause" in live.job.state.actions:
            runs.pause(self.project, live.run.id)
        else:
            runs.resume(self.project, live.run.id)

    @Slot()
    def toggle_log(self) -> None:
        """Show or hide the log."""
        self.log_dock.setVisible(not self.log_dock.isVisible())
        if self.log_dock.isVisible():
            self.log_dock.pane.search.setFocus()

    @Slot()
    def export_from_page(self) -> None:
        """Ctrl+E."""
        if self._front:
            self.page.export()

    @Slot()
    def copy_diagnostics(self) -> None:
        """Ctrl+Shift+C."""
        QGuiApplication.clipboard().setText(about.diagnostics(self.project, self.gpu.latest))
        self.project.toast(tr("Diagnostics copied. The home folder's name and tokens are left out."))

    @Slot()
    def next_pane(self) -> None:
        """F6."""
        self._step_pane(1)

    @Slot()
    def previous_pane(self) -> None:
        """Shift+F6."""
        self._step_pane(-1)

    def _step_pane(self, step: int) -> None:
        panes: list[QWidget] = [self.sidebar, self.stack, self.log_dock, self.status, *reversed(self.toasts.cards)]
        panes = [pane for pane in panes if pane.isVisible()]
        focus = self.focusWidget()
        here = next((i for i, pane in enumerate(panes) if focus is not None and pane.isAncestorOf(focus)), 0)
        pane = panes[(here + step) % len(panes)]
        inside = self.page.focus_chain() if pane is self.stack and self._front else []
        inside = inside or [w for w in pane.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
        first = next((widget for widget in inside if widget.isVisibleTo(self) and widget.isEnabled()), pane)
        first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @Slot()
    def show_keys(self) -> None:
        """F1: every key by action."""
        groups = [(tr("Everywhere"), list(self.actions_by_name.values()))]
        if self._front and self.page.actions():
            groups.append((self.page.title(), self.page.actions()))
        self._open(about.Keys(groups, self))

    @Slot()
    def show_about(self) -> None:
        """About Palimpsest."""
        self._open(about.About(self))

    def _open(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    @Slot()
    def try_all_methods(self) -> None:
        """Open New run with every method to be tried."""
        self.project.navigate("new_run", try_all=True)

    @Slot()
    def import_model(self) -> None:
        """Ask for a model's folder and import it."""
        self.project.dialogs.choose_folder("model", tr("Import a base model"), self._on_model_chosen)

    def _on_model_chosen(self, folder: Path) -> None:
        models.import_model(self.project, folder)

    @Slot()
    def import_starter(self) -> None:
        """Import the bundled starter model."""
        models.import_model(self.project, models.STARTER)

    @Slot()
    def roll_back_to_base(self) -> None:
        """Point the current model back at its base."""
        versions.roll_back(self.project)

    @Slot()
    def open_data_folder(self) -> None:
        """Open the data folder in the system's file manager."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.project.home)))

    @Slot()
    def switch_theme(self) -> None:
        """From light to dark or back; the preference follows."""
        self.project.preferences.theme = "light" if theme_of(self.palette()).is_dark else "dark"

    @Slot()
    def quit(self) -> None:
        """Close the window."""
        self.close()

    @Slot()
    def _on_model_pressed(self) -> None:
        self.show_page("models" if pages.entry("models").exists else "history")

    @Slot()
    def _on_gpu_pressed(self) -> None:
        GpuDetails(self.status.gpu, self.gpu).open()

    @Slot(int)
    def _on_run_pressed(self, run_id: int) -> None:
        self.project.navigate("run", run_id=run_id)

    @Slot()
    def _on_bell_pressed(self) -> None:
        BellList(self.status.bell, self.toasts.kept).open()
        self.toasts.mark_read()

    # ---- size, drops, end --------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where it is narrow the sidebar shows icons alone."""
        super().resizeEvent(event)
        self.sidebar.set_narrow(narrow=self.width() < NARROW_BELOW)
        self._lift_toasts()

    @Slot()
    def _lift_toasts(self) -> None:
        """Keep toasts above the bars at the bottom, the log included."""
        log = self.log_dock.height() if self.log_dock.isVisible() else 0
        self.toasts.set_foot(self.statusBar().height() + log)

    def changeEvent(self, event: QEvent) -> None:
        """Recolour the window's icon with the theme."""
        super().changeEvent(event)
        if event.type() == event.Type.PaletteChange:
            self._paint_icon()

    def _paint_icon(self) -> None:
        theme = theme_of(self.palette())
        self.setWindowIcon(icons.icon("palimpsest", theme, color=theme.accent))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Say what a drop would do."""
        paths = drops.paths_of(event.mimeData())
        words = self.page.accepts_drop(paths) if self._front and paths else None
        drop = drops.drop_of(paths) if words is None else None
        possible = drop is None or drop.is_possible
        self._outline.show_drop(words if drop is None else drop.words, is_possible=possible)  # type: ignore[arg-type]
        event.setDropAction(Qt.DropAction.CopyAction if possible else Qt.DropAction.IgnoreAction)
        event.accept()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Nothing happens."""
        self._outline.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Do it: the page's own way first."""
        self._outline.hide()
        paths = drops.paths_of(event.mimeData())
        event.acceptProposedAction()
        self.take_paths(paths)

    def take_paths(self, paths: list[Path]) -> None:
        """What dropping or pasting these does: the page's own way first."""
        if self._front and paths and self.page.accepts_drop(paths) is not None:
            self.page.drop(paths)
            return
        drop = drops.drop_of(paths)
        if drop.is_possible:
            drop.do(self.project)
        else:
            self.project.toast(drop.words, level="warning")

    @Slot()
    def keep_state(self) -> None:
        """Write down how the window and its pages are left."""
        preferences = self.project.preferences
        preferences.keep_state("window", {**geometry.state_of(self), "page": self._front})
        for name, page in self._pages.items():
            preferences.keep_state(f"page/{name}", page.save_state())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask once what becomes of a run at work, then keep how it was left."""
        self._is_closing = True
        is_asked = not self._may_close and closing.asks(self.project, self._on_closing_answered)
        self._is_closing = False
        if is_asked and not self._may_close:
            event.ignore()
            return
        self.keep_state()
        self._state_timer.stop()
        self._status_timer.stop()
        event.accept()
        self.closed.emit()

    def leave(self) -> None:
        """Go without a question: another window takes this one's place."""
        self._may_close = True
        self.close()
        self.deleteLater()

    def _on_closing_answered(self, may_close: bool) -> None:
        self._may_close = may_close
        if may_close and not self._is_closing:
            self.close()


class _ShowRun:
    """Shows one run; for the palette."""

    def __init__(self, project: Project, run_id: int) -> None:
        self._project, self._run_id = project, run_id

    def __call__(self) -> None:
        self._project.navigate("run", run_id=self._run_id)


class _ShowSweep:
    """Shows one comparison of methods; for the palette."""

    def __init__(self, project: Project, sweep_id: int) -> None:
        self._project, self._sweep_id = project, sweep_id

    def __call__(self) -> None:
        self._project.navigate("compare", sweep_id=self._sweep_id)
