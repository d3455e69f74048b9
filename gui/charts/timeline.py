"""Chart (c): the loss as it falls and the canaries as they are checked, over the same steps, live."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from gui.charts.series import nearest
from gui.charts.timeline_picture import TimelinePicture
from gui.charts.timeline_rows import EVENT_GLYPHS, CheckRow
from gui.i18n import tr

if TYPE_CHECKING:
    from PySide6.QtCore import QPointF

    from gui.charts.timeline_runs import Axis, Run, TimelinePlan


class TimelineChart(TimelinePicture):
    """Loss above, the chosen capability's change below; one cursor for both, snapping to logged steps.

    `point_selected` carries the step. The view follows the run until the user pans or zooms; `follow_live` returns to it.
    """

    # ---- choices -----------------------------------------------------------------------------------------------------

    def set_plan(self, plan: TimelinePlan) -> None:
        """What is planned; drawn at the next refresh."""
        self._plan = plan
        self._on_model_changed()

    def set_axis(self, axis: Axis) -> None:
        """Over steps, tokens, training minutes (pauses left out) or epochs."""
        self._axis = axis
        self._count_whole()
        self.follow_live()

    def set_smoothing(self, weight: float) -> None:
        """0 draws the values themselves, 0.99 almost only the trend."""
        self._weight = min(max(weight, 0.0), 0.99)
        self._draw_now()

    @Slot(bool)
    def set_raw(self, is_shown: bool) -> None:
        """Draw the raw trace behind the smoothed one, or not."""
        self._has_raw = is_shown
        self._draw_now()

    @Slot(bool)
    def set_log(self, is_log: bool) -> None:
        """A logarithmic loss axis; the canaries' axis stays as it is."""
        self._is_log = is_log
        self._draw_now()

    def set_capability(self, name: str) -> None:
        """Which capability is drawn with intervals; empty for the worst."""
        self._chosen = name
        self._draw_now()

    @Slot()
    def follow_live(self) -> None:
        """Show the whole run again and keep up with it."""
        self._set_following(True)
        self._draw_now()

    def reset_view(self) -> None:
        """The whole run."""
        self.follow_live()

    def zoom_in(self) -> None:
        """Half the width around the middle."""
        self._zoom(0.5)

    def zoom_out(self) -> None:
        """Twice the width."""
        self._zoom(2.0)

    def _zoom(self, factor: float) -> None:
        self._set_following(False)
        self.losses.getViewBox().scaleBy(x=factor)

    # ---- in words ----------------------------------------------------------------------------------------------------

    def title(self) -> str:
        """The last check of the shown capability, or the last loss."""
        check = self._last_check()
        run = self._main()
        if check is not None:
            said = _finding(check).format(
                name=check.capability, change=check.text(check.change), unit=check.unit_name, step=check.step
            )
            return f"{said} ({items})" if (items := check.items()) else said
        if run is not None and len(run.loss):
            return tr("Loss {loss} at step {step}").format(loss=f"{run.loss[-1]:.3f}", step=int(run.x["step"][-1]))
        return tr("Timeline")

    def summary(self) -> str:
        """First and last loss, the shown capability's last check, and what happened."""
        run = self._main()
        parts = [self.title()]
        if run is not None and len(run.loss):
            first, last = run.loss[0], run.loss[-1]
            parts.append(tr("loss from {first} to {last}").format(first=f"{first:.3f}", last=f"{last:.3f}"))
        if (check := self._last_check()) is not None:
            parts.append(check.said())
        parts += [self._event_words(row.step) for row in self._events if row.kind not in ("checkpoint",)]
        return ". ".join(parts) + "."

    def caption_facts(self) -> str:
        """The shown capability's n and budget."""
        if (check := self._last_check()) is None:
            return ""
        limit = (
            ""
            if check.budget is None
            else tr("budget {limit} {unit}").format(limit=check.text(check.budget), unit=check.unit_name)
        )
        parts = (f"{check.capability}: {check.items()}" if check.n else check.capability, tr("95 % intervals"), limit)
        return ", ".join(part for part in parts if part)

    def _main(self) -> Run | None:
        return self._runs[0] if self._runs else None

    def _last_check(self) -> CheckRow | None:
        run, name = self._main(), self.shown_capability()
        return next((c for c in reversed(run.checks) if c.capability == name), None) if run is not None else None

    # ---- cursor ------------------------------------------------------------------------------------------------------

    def _steps(self) -> list[int]:
        """Where the cursor can be: logged steps, or the checks while nothing is logged."""
        run = self._main()
        if run is None:
            return []
        return [int(step) for step in run.x["step"]] if len(run.loss) else sorted({c.step for c in run.checks})

    def stop_count(self) -> int:
        """Logged steps."""
        run = self._main()
        return 0 if run is None else len(run.loss) or len(self._steps())

    def stop_key(self, stop: int) -> object:
        """The step."""
        return self._steps()[stop]

    def _first_stop(self) -> int:
        return self.neighbour(-1, 1, 0)

    def stop_at(self, scene: QPointF) -> int | None:
        """The logged step nearest to the pointer, anywhere in the two panels."""
        run = self._main()
        if run is None or not len(run.loss) or not self.canvas.sceneRect().contains(scene):
            return None
        return nearest(run.x[self._axis], self.losses.getViewBox().mapSceneToView(scene).x())

    def neighbour(self, stop: int, dx: int, dy: int) -> int:
        """The next check or checkpoint; the next logged step where there is none."""
        run = self._main()
        if run is None or not len(run.loss):
            return stop + dx
        marked = {check.step for check in run.checks} | {row.step for row in self._events if row.kind == "checkpoint"}
        stops = sorted({nearest(run.x["step"], step) for step in marked})
        if not stops:
            return stop + dx
        ahead = [at for at in stops if (at - stop) * dx > 0]
        if not ahead:
            return stop if stop >= 0 else 0
        return min(ahead) if dx > 0 else max(ahead)

    def readout(self, stop: int) -> str:
        """Loss raw and smoothed at the step, the latest check at or before it, and what happened there."""
        run, step = self._main(), self._steps()[stop]
        parts = [tr("step {step}").format(step=step)]
        if run is not None and len(run.loss):
            loss, smooth = f"{run.loss[stop]:.3f}", f"{run.smooth[stop]:.3f}"
            parts.append(tr("loss {loss} (smoothed {smooth})").format(loss=loss, smooth=smooth))
        if (check := self._check_at(step)) is not None:
            said = check.said()
            parts.append(said if check.step == step else tr("{said} at step {step}").format(said=said, step=check.step))
        parts.append(self._event_words(step))
        return " · ".join(part for part in parts if part)

    def _check_at(self, step: int) -> CheckRow | None:
        """The shown capability's last check up to a step (a look at step 0 is the base)."""
        run, name = self._main(), self.shown_capability()
        found = [c for c in (run.checks if run is not None else []) if c.capability == name and c.step <= max(step, 0)]
        return found[-1] if found else None

    def _event_words(self, step: int) -> str:
        words = {
            "checkpoint": tr("checkpoint"), "best": tr("best kept"), "auto_stop": tr("auto-stopped"),
            "warned": tr("guard's warning"), "stopped": tr("stopped"), "pause": tr("paused"), "interrupted": tr("interrupted"),
        }  # fmt: skip
        here = [row for row in self._events if row.step == step]
        said = [f"{EVENT_GLYPHS[row.kind]} {words[row.kind]}" + (f" ({row.note})" if row.note else "") for row in here]
        return ", ".join(said)

    def _draw_cursor(self, stop: int | None) -> None:
        run = self._main()
        if stop is None or run is None:
            for line in self._uprights["cursor"]:
                line.hide()
            self._at_loss.setData([], [])
            self._at_check.setData([], [])
            return
        step = self._steps()[stop]
        x = run.at(step, self._axis)
        for line in self._uprights["cursor"]:
            line.setValue(x)
            line.show()
        smooth = self._scaled(run.smooth[stop : stop + 1])
        self._at_loss.setData([x] * len(smooth), smooth)
        check = self._check_at(step)
        self._at_check.setData([run.at(check.step, self._axis)], [check.change]) if check else self._at_check.setData(
            [], []
        )


def _finding(check: CheckRow) -> str:
    """Where a check lies to its budget, to be filled in."""
    return {
        "inside": tr("{name} {change} {unit} at step {step}, inside its budget"),
        "beyond": tr("{name} {change} {unit} at step {step}, beyond its budget"),
        "unsure": tr("{name} {change} {unit} at step {step}, can't tell if beyond its budget"),
        "free": tr("{name} {change} {unit} at step {step}"),
    }[check.place()]
