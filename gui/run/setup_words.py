"""A recipe as the Setup tab shows it: every setting with its label, value and default; plan against result. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine import settings
from engine.records import Recipe
from gui.i18n import tr
from gui.new_run.words import label_of, nothing_text, value_text
from gui.widgets.text import bytes_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.export.gather import Facts
    from engine.records import Run
    from engine.settings import Setting

_HIDDEN = {"notes"}


@dataclass(frozen=True, kw_only=True)
class SettingRow:
    """One setting."""

    path: str
    label: str
    value: str
    default: str
    is_changed: bool


@dataclass(frozen=True, kw_only=True)
class SetupView:
    """Everything the tab shows."""

    settings: tuple[SettingRow, ...]
    facts: tuple[tuple[str, str], ...]
    toml: str


def view_of(run: Run, facts: Facts | None) -> SetupView:
    """Put a run's recipe, plan and measured use into words."""
    plain = Recipe()
    rows = []
    for one in settings.settings():
        if one.path in _HIDDEN:
            continue
        value, default = settings.value_of(run.recipe, one), settings.value_of(plain, one)
        rows.append(SettingRow(
            path=one.path, label=label_of(one), value=_said(one, value), default=_said(one, default),
            is_changed=value != default,
        ))  # fmt: skip
    return SetupView(settings=tuple(rows), facts=_facts(run, facts), toml=run.recipe.to_toml())


def _said(setting: Setting, value: Any) -> str:
    """A value in words where it is a nought that stands for something else."""
    if value == 0 and not isinstance(value, bool) and (words := nothing_text(setting)):
        return words
    return value_text(setting, value) or "–"


def _facts(run: Run, facts: Facts | None) -> tuple[tuple[str, str], ...]:
    memory, time = run.plan.get("memory") or {}, run.plan.get("time") or {}
    rows = [(tr("Recipe"), run.recipe_hash[:12])]
    if predicted := memory.get("peak_bytes"):
        words = tr("predicted {predicted}, measured {measured}")
        measured = bytes_text(run.peak_bytes) if run.peak_bytes else tr("not yet")
        rows.append((tr("Peak memory"), words.format(predicted=bytes_text(predicted), measured=measured)))
    elif run.peak_bytes:
        rows.append((tr("Peak memory"), tr("measured {size}").format(size=bytes_text(run.peak_bytes))))
    if took := _training_time(run.elapsed_s, time.get("train_s")):
        rows.append((tr("Training time"), took))
    if facts is not None:
        rows += _of_facts(facts)
    if run.recipe.notes:
        rows.append((tr("Recipe's note"), run.recipe.notes))
    return tuple(rows)


def _training_time(took_s: float, predicted_s: Sequence[float] | None) -> str:
    """How long training took beside what was predicted, as far as either is known."""
    from engine.plan import duration_text

    took = duration_text(took_s) if took_s else ""
    if not predicted_s:
        return took
    low, high = (duration_text(end) for end in predicted_s)
    predicted = low if low == high else tr("{low} to {high}").format(low=low, high=high)
    if not took:
        return tr("predicted {predicted}").format(predicted=predicted)
    return tr("predicted {predicted}, took {took}").format(predicted=predicted, took=took)


def _of_facts(facts: Facts) -> list[tuple[str, str]]:
    rows = []
    if facts.base is not None:
        words = tr("{name}, fingerprint {fingerprint}")
        rows.append((tr("Base"), words.format(name=facts.base.name, fingerprint=facts.base.fingerprint[:12])))
    kept = [row for row in facts.checkpoints if row.state == "complete"]
    if kept:
        size = bytes_text(sum(row.size_bytes for row in kept))
        steps = ", ".join(str(row.step) for row in kept)
        rows.append((tr("Checkpoints on disk"), tr("steps {steps}; {size}").format(steps=steps, size=size)))
    measured = facts.after or facts.before
    if measured is not None:
        said = measured.settings
        versions = ", ".join(f"{name} {number}" for name, number in (said.get("versions") or {}).items())
        rows.append((tr("Versions"), versions))
        parts = (said.get("precision"), said.get("quantisation"), said.get("attention_kernel"))
        rows.append((tr("Precision"), ", ".join(str(part) for part in parts if part and part != "none")))
        words = tr("{suite}, version {version}")
        rows.append((tr("Canaries"), words.format(suite=measured.suite, version=measured.suite_hash[:12])))
    return rows
