"""Refuse to compare scores that were not measured the same way, and say which part changed."""

from __future__ import annotations

import msgspec

from engine.errors import UserError

LABELS = {
    "prompts_hash": "the prompts",
    "template_hash": "the chat template",
    "tokenizer_hash": "the tokenizer",
    "precision": "the precision",
    "quantisation": "the quantisation",
    "attention_kernel": "the attention kernel",
    "batch_layout": "the batch layout",
}


class MeasurementSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything besides the weights that moves a score; equal before and after, or there is no comparison."""

    prompts_hash: str
    template_hash: str
    tokenizer_hash: str
    precision: str
    quantisation: str
    attention_kernel: str
    batch_layout: str
    versions: dict[str, str]


def changed_parts(before: MeasurementSettings, after: MeasurementSettings) -> list[str]:
    """Each part that differs, in words: "the precision was fp32, now bf16"."""
    parts = [
        _said(label, getattr(before, field), getattr(after, field), is_hash=field.endswith("_hash"))
        for field, label in LABELS.items()
        if getattr(before, field) != getattr(after, field)
    ]
    for name in sorted(before.versions.keys() | after.versions.keys()):
        old, new = before.versions.get(name, "not recorded"), after.versions.get(name, "not recorded")
        if old != new:
            parts.append(_said(f"the version of {name}", old, new, is_hash=False))
    return parts


def require_comparable(before: MeasurementSettings, after: MeasurementSettings) -> None:
    """Return quietly when both were measured the same way; otherwise raise `UserError` naming what changed and how."""
    parts = changed_parts(before, after)
    if parts:
        raise UserError(
            f"These scores cannot be compared: {'; '.join(parts)}.",
            field="settings",
            remedy="Measure the base again with the present settings, or go back to the settings it was measured with.",
        )


def _said(label: str, old: str, new: str, *, is_hash: bool) -> str:
    if is_hash:
        old, new = old[:12] or "none", new[:12] or "none"
    verb = "were" if label == "the prompts" else "was"
    return f"{label} {verb} {old or 'none'}, now {new or 'none'}"
