"""The result page's two pictures, as inline SVG: before/after per capability, and loss with canaries over the steps.

They draw the bounds that decided, and −d: left and down are worse. Colour never stands alone: shape and word say the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from engine.export import svg
from engine.export.plain import interval
from engine.export.series import MOST_POINTS as MOST_POINTS
from engine.export.series import smoothed, thinned
from engine.verdict.records import CapabilityVerdict, Kind
from engine.verdict.sentences import GLYPHS, amount, limit_text, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.verdict.records import Word

WORDS: dict[Word, str] = {
    "kept": "Kept", "forgot": "Forgot", "changed": "Changed", "can't tell": "Can't tell", "measured": "Measured",
}  # fmt: skip
#: The style sheet's class of each word, and the shape of its mark.
CSS: dict[Word, str] = {
    "kept": "kept", "forgot": "forgot", "changed": "unsure", "can't tell": "unsure", "measured": "base",
}  # fmt: skip
SHAPES: dict[Word, str] = {
    "kept": "circle", "forgot": "triangle", "changed": "diamond", "can't tell": "diamond", "measured": "ring",
}  # fmt: skip

ROW = 42
_LABEL_END, _LEFT, _RIGHT, _WIDTH, _WORD = 196, (206.0, 456.0), (472.0, 696.0), 990, 894
_NAME_LENGTH = 20


class Level(Struct, frozen=True, kw_only=True):
    """A mean score with its 95 % interval, oriented so that right is better."""

    mean: float
    lower: float
    upper: float


class Row(Struct, frozen=True, kw_only=True):
    """One capability of the before/after picture; levels are None where the score has none (a divergence)."""

    verdict: CapabilityVerdict
    before: Level | None = None
    after: Level | None = None


class LookPoint(Struct, frozen=True, kw_only=True):
    """One capability at one look: mean change of its `n` guard items and one-sided 95 % bounds as shown (down is worse)."""

    step: int
    change: float
    lower: float | None
    upper: float | None
    n: int = 0


class LookLine(Struct, frozen=True, kw_only=True):
    """One capability over the looks; `budget` as shown."""

    name: str
    kind: Kind
    budget: float
    points: list[LookPoint]


# ---- (a) before and after --------------------------------------------------------------------------------------------


def before_after(rows: Sequence[Row], summary: str) -> str:
    """Draw rows of one unit, in the order given: scores before and after left, change with bounds and budget right."""
    has_levels = any(row.before for row in rows)
    right = _RIGHT if has_levels else (_LEFT[0], _RIGHT[1])
    bottom = 26 + ROW * len(rows)
    change = _change_scale(rows, right)
    parts = [svg.box(right[0], 26, right[1], bottom, "panel")]
    parts += _axis(change, bottom, _change_title(rows[0]))
    if has_levels:
        levels = [v for row in rows for level in (row.before, row.after) if level for v in (level.lower, level.upper)]
        scale = svg.scale_over(levels, *_LEFT)
        if rows[0].verdict.kind == "binary":
            scale = svg.Scale(low=0.0, high=1.0, start=_LEFT[0], end=_LEFT[1])
        parts += [svg.box(_LEFT[0], 26, _LEFT[1], bottom, "panel"), *_axis(scale, bottom, _level_title(rows[0]))]
    for index, row in enumerate(rows):
        middle = 26 + ROW * index + ROW / 2
        parts += _budget(row.verdict, change, middle)
        if has_levels:
            parts += _levels(row, scale, middle)
    parts.append(svg.line(change.at(0), 26, change.at(0), bottom, "zero"))
    for index, row in enumerate(rows):
        middle = 26 + ROW * index + ROW / 2
        parts += [*_change(row.verdict, change, middle), *_labels(row.verdict, middle)]
    return svg.picture(_WIDTH, bottom + 48, summary, [*_legend(rows, has_levels, right), *parts])


def _change_scale(rows: Sequence[Row], ends: tuple[float, float]) -> svg.Scale:
    values = [0.0]
    for row in rows:
        one = row.verdict
        values += [shown(v, one.kind) for v in (one.mean_change, one.lower, one.upper) if v is not None]
        values.append(1.3 * shown(one.budget, one.kind))
    return svg.scale_over(values, *ends)


def _axis(scale: svg.Scale, bottom: float, title: str) -> list[str]:
    parts = []
    for tick in scale.ticks(4):
        x = scale.at(tick)
        parts += [
            svg.line(x, 26, x, bottom, "grid"),
            svg.text(x, bottom + 16, scale.label(tick, 4), css="tick", anchor="middle"),
        ]
    return [*parts, svg.text((scale.start + scale.end) / 2, bottom + 36, title, css="axis", anchor="middle")]


def _level_title(row: Row) -> str:
    if row.verdict.kind == "binary":
        return "Share right (95 % Wilson) → better"
    return f"Score, {row.verdict.unit} (95 %) → better"


def _change_title(row: Row) -> str:
    unit = "points" if row.verdict.kind == "binary" else row.verdict.unit
    if row.verdict.kind == "kl":
        return f"Change, {unit} (more changed →)"
    return f"Change, {unit} (← worse)"


def _budget(one: CapabilityVerdict, scale: svg.Scale, middle: float) -> list[str]:
    """The region beyond the budget, tinted, and the budget itself, dashed; none for an expendable capability."""
    if one.role == "expendable":
        return []
    x, top, bottom = scale.at(shown(one.budget, one.kind)), middle - ROW / 2, middle + ROW / 2
    edge = scale.end if one.kind == "kl" else scale.start
    return [svg.box(edge, top, x, bottom, "beyond"), svg.line(x, top, x, bottom, "budget")]


def _levels(row: Row, scale: svg.Scale, middle: float) -> list[str]:
    if row.before is None or row.after is None:
        return [
            svg.text((_LEFT[0] + _LEFT[1]) / 2, middle + 4, "measured as a change only", css="tick", anchor="middle")
        ]
    css, start, end = CSS[row.verdict.word], scale.at(row.before.mean), scale.at(row.after.mean)
    return [
        *_whisker(scale.at(row.before.lower), scale.at(row.before.upper), middle - 7, "whisker-base"),
        *_whisker(scale.at(row.after.lower), scale.at(row.after.upper), middle + 7, "whisker"),
        svg.line(start, middle, end, middle, f"connector stroke-{css}"),
        svg.mark(start, middle, "ring", "ring"),
        svg.mark(end, middle, SHAPES[row.verdict.word], f"fill-{css}"),
    ]


def _whisker(start: float, end: float, y: float, css: str, *, caps: tuple[bool, bool] = (True, True)) -> list[str]:
    ends = [svg.line(x, y - 4, x, y + 4, css) for x, is_capped in zip((start, end), caps, strict=True) if is_capped]
    return [svg.line(start, y, end, y, css), *ends]


def _change(one: CapabilityVerdict, scale: svg.Scale, middle: float) -> list[str]:
    """The mean change and the bounds that decide; a side without a bound runs to the panel's edge, without a cap."""
    low, high = (one.lower, one.upper) if one.kind == "kl" else (one.upper, one.lower)
    start = scale.start if low is None else scale.at(shown(low, one.kind))
    end = scale.end if high is None else scale.at(shown(high, one.kind))
    css = CSS[one.word]
    whisker = _whisker(start, end, middle, f"bound stroke-{css}", caps=(low is not None, high is not None))
    return [*whisker, svg.mark(scale.at(shown(one.mean_change, one.kind)), middle, SHAPES[one.word], f"fill-{css}")]


def _labels(one: CapabilityVerdict, middle: float) -> list[str]:
    name = one.name if len(one.name) <= _NAME_LENGTH else f"{one.name[: _NAME_LENGTH - 1]}…"
    numbers = f"{amount(one.mean_change, one.kind)} {interval(one.lower, one.upper, one.kind)}"
    return [
        svg.text(_LABEL_END - 48, middle + 4, name, css="name", anchor="end"),
        svg.text(_LABEL_END, middle + 4, f"n={one.n}", css="tick", anchor="end"),
        svg.text(_RIGHT[1] + 10, middle + 4, numbers, css="number"),
        svg.text(_WORD, middle + 4, f"{GLYPHS[one.word]} {WORDS[one.word]}", css=f"word text-{CSS[one.word]}"),
    ]


def _legend(rows: Sequence[Row], has_levels: bool, right: tuple[float, float]) -> list[str]:
    parts = []
    if has_levels:
        parts += [
            svg.mark(_LEFT[0] + 6, 12, "ring", "ring"),
            svg.text(_LEFT[0] + 16, 16, "base", css="tick"),
            svg.mark(_LEFT[0] + 62, 12, "circle", "fill-plain"),
            svg.text(_LEFT[0] + 72, 16, "tuned, shaped by verdict", css="tick"),
        ]
    limits = {limit_text(row.verdict.budget, row.verdict.kind) for row in rows if row.verdict.role != "expendable"}
    said = f"dashed: your limit, {limits.pop()}" if len(limits) == 1 else "dashed: your limits"
    return [*parts, svg.text((right[0] + right[1]) / 2, 16, said, css="tick", anchor="middle")]


# ---- (c) timeline ----------------------------------------------------------------------------------------------------


class Mark(Struct, frozen=True, kw_only=True):
    """What the guard did at a step, in a word or two."""

    step: int
    text: str


class Timeline(Struct, frozen=True, kw_only=True):
    """Loss by step, canaries by look (the worst first), and what happened when."""

    steps: list[int]
    losses: list[float]
    lines: list[LookLine]
    checkpoints: list[int]
    last_inside: int | None = None
    stopped_at: int | None = None
    marks: list[Mark] = []
    steps_total: int = 0


def timeline(data: Timeline, summary: str) -> str:
    """Draw the loss, raw and smoothed, and below it the worst capability's change at each look with its budget."""
    left, right = 64.0, 960.0
    has_looks = bool(data.lines)
    bottom = 420.0 if has_looks else 200.0
    last = max([data.steps_total, *data.steps, *(p.step for line in data.lines for p in line.points), 1])
    x = svg.Scale(low=0, high=last * 1.01, start=left, end=right)
    lines, labels = _events(data, x, bottom, has_looks)
    parts = [*lines, *_loss_panel(data, x, 8, 200)]
    if has_looks:
        parts += _look_panel(data, x, 206, bottom)
    parts += labels
    for tick in x.ticks(8):
        parts.append(svg.text(x.at(tick), bottom + 18, x.label(tick, 8), css="tick", anchor="middle"))
    parts.append(svg.text((left + right) / 2, bottom + 38, "Step", css="axis", anchor="middle"))
    return svg.picture(980, bottom + 46, summary, parts)


def _loss_panel(data: Timeline, x: svg.Scale, top: float, bottom: float) -> list[str]:
    parts = [svg.box(x.start, top, x.end, bottom, "panel"), _side_title("Loss, nats/token", (top + bottom) / 2)]
    if not data.losses:
        return [
            *parts,
            svg.text((x.start + x.end) / 2, (top + bottom) / 2, "no steps logged", css="tick", anchor="middle"),
        ]
    y = svg.scale_over([*data.losses, 0.0], bottom, top)
    raw = list(zip(data.steps, data.losses, strict=True))
    smooth = list(zip(data.steps, smoothed(data.losses), strict=True))
    return [
        *parts,
        *_side_axis(y, x),
        svg.path([(x.at(s), y.at(v)) for s, v in thinned(raw)], "raw"),
        svg.path([(x.at(s), y.at(v)) for s, v in thinned(smooth)], "smooth"),
    ]


def _look_panel(data: Timeline, x: svg.Scale, top: float, bottom: float) -> list[str]:
    main, others = data.lines[0], data.lines[1:]
    values = [v for p in main.points for v in (p.change, p.lower, p.upper) if v is not None]
    values += [p.change for line in others for p in line.points] + [0.0, 1.3 * main.budget]
    y = svg.scale_over(values, bottom, top)
    limit = y.at(main.budget)
    unit = "points" if main.kind == "binary" else "nats/token"
    parts = [
        svg.box(x.start, top, x.end, bottom, "panel"),
        svg.box(x.start, top if main.kind == "kl" else bottom, x.end, limit, "beyond"),
        *_side_axis(y, x),
        svg.line(x.start, y.at(0), x.end, y.at(0), "zero"),
        svg.line(x.start, limit, x.end, limit, "budget"),
        _side_title(f"Change, {unit}", (top + bottom) / 2),
    ]
    for line in others:
        parts.append(svg.path([(x.at(p.step), y.at(p.change)) for p in line.points], "faint"))
    for point in main.points:
        if point.lower is not None and point.upper is not None:
            parts += _upright(x.at(point.step), y.at(point.lower), y.at(point.upper))
    points = [(x.at(p.step), y.at(p.change)) for p in main.points]
    parts += [svg.path(points, "look"), *(svg.mark(px, py, "circle", "look-mark", 4) for px, py in points)]
    budget = f"limit of {main.name} {f'{main.budget:g}'.replace('-', '−')}"
    return [*parts, svg.text(x.start + 8, limit + (-6 if main.kind == "kl" else 15), budget, css="tick")]


def _events(data: Timeline, x: svg.Scale, bottom: float, has_looks: bool) -> tuple[list[str], list[str]]:
    """Upright lines that go under the data, and the marks and words that go over it."""
    lines, labels = [], [svg.mark(x.at(step), bottom, "tick", "checkpoint", 5) for step in data.checkpoints]
    if data.last_inside is not None and has_looks:
        at = x.at(data.last_inside)
        is_left = at < (x.start + x.end) / 2
        where, anchor = (at + 8, "start") if is_left else (at - 8, "end")
        words = f"★ last inside every limit: step {data.last_inside}"
        lines.append(svg.line(at, 8, at, bottom, "inside"))
        labels.append(svg.text(where, bottom - 12, words, css="word text-learned", anchor=anchor))
    for row, mark in enumerate(data.marks):
        at = x.at(mark.step)
        where, anchor = (at + 8, "start") if at < (x.start + x.end) / 2 else (at - 8, "end")
        lines.append(svg.line(at, 8, at, bottom, "stopped"))
        labels.append(svg.text(where, 40 + 16 * (row % 8), mark.text, css="word text-forgot", anchor=anchor))
    if data.stopped_at is not None:
        at = x.at(data.stopped_at)
        where, anchor = (at + 8, "start") if at < (x.start + x.end) / 2 else (at - 8, "end")
        lines.append(svg.line(at, 8, at, bottom, "stopped"))
        labels.append(svg.text(where, 24, f"■ stopped at {data.stopped_at}", css="word text-forgot", anchor=anchor))
    return lines, labels


def _side_axis(y: svg.Scale, x: svg.Scale) -> list[str]:
    parts = []
    for tick in y.ticks(5):
        at = y.at(tick)
        parts += [
            svg.line(x.start, at, x.end, at, "grid"),
            svg.text(x.start - 8, at + 4, y.label(tick, 5), css="tick", anchor="end"),
        ]
    return parts


def _side_title(words: str, middle: float) -> str:
    return f'<g transform="translate(14 {middle}) rotate(-90)">{svg.text(0, 0, words, css="axis", anchor="middle")}</g>'


def _upright(x: float, low: float, high: float) -> list[str]:
    return [svg.line(x, low, x, high, "whisker"), svg.line(x - 4, low, x + 4, low, "whisker"),
            svg.line(x - 4, high, x + 4, high, "whisker")]  # fmt: skip
