"""A recipe as the Setup tab shows it: every setting with its label, value and default; plan against result. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine import settings
from engine.records import Recipe
from gui.i18n import tr
from gui.new_run.words import label_of, value_text
from gui.widgets.text import bytes_text

if TYPE_CHECKING:
    from engine.export.gather import Facts
    from engine.records import Run

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
            path=one.path, label=label_of(one), value=value_text(one, value) or "–", default=value_text(one, default) or "–",
            is_changed=value != default,
        ))  # fmt: skip
    return SetupView(settings=tuple(rows), facts=_facts(run, facts), toml=run.recipe.to_toml())


def _facts(run: Run, facts: Facts | None) -> tuple[tuple[str, str], ...]:
    memory, time = run.plan.get("memory") or {}, run.plan.get("time") or {}
    rows = [(tr("Recipe"), run.recipe_hash[:12])]
    if predicted := memory.get("peak_bytes"):
        words = tr("predicted {predicted}, measured {measured}")
        measured = bytes_text(run.peak_bytes) if run.peak_bytes else tr("not yet")
        rows.append((tr("Peak memory"), words.format(predicted=bytes_text(predicted), measured=measured)))
    elif run.peak_bytes:
        rows.append((tr("Peak memory"), tr("measured {size}").format(size=bytes_text(run.peak_bytes))))
    if time.get("train_s"):
        low, high = time["train_s"]
        words = tr("predicted {low:.0f}–{high:.0f} s, took {took:.0f} s")
        rows.append((tr("Training time"), words.format(low=low, high=high, took=run.elapsed_s)))
    elif run.elapsed_s:
        rows.append((tr("Training time"), tr("{took:.0f} s").format(took=run.elapsed_s)))
    if facts is not None:
        rows += _of_facts(facts)
    if run.recipe.notes:
        rows.append((tr("Recipe's note"), run.recipe.notes))
    return tuple(rows)


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
        rows.append((tr("Arithmetic"), ", ".join(str(part) for part in parts if part)))
        words = tr("{suite}, version {version}")
        rows.append((tr("Canaries"), words.format(suite=measured.suite, version=measured.suite_hash[:12])))
    return rows
