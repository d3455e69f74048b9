"""The trade-off picture as inline SVG: what was learned to the right, what was kept upwards, the limit dashed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from engine.export import svg
from engine.export.charts import CSS, SHAPES
from engine.verdict.tradeoff import MEASURES, gain_text

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from engine.sweeps import Summary
    from engine.verdict.tradeoff import Measure, Point

_LEFT, _RIGHT, _TOP, _BOTTOM, _WIDTH, _LABELS = 70.0, 700.0, 16.0, 396.0, 990, 716.0
_LINE = 18


def picture(made: Summary) -> Markup | None:
    """Draw the runs of a summary for a page; nothing where there is nothing to draw."""
    if not made.points or made.measure is None:
        return None
    summary = f"Learned against forgot, {len(made.points)} runs. {made.sentence}"
    # The pieces of the drawing were escaped one by one where they were made.
    return Markup(tradeoff(made.points, made.measure, made.front, made.recommended, summary))


def tradeoff(
    points: Sequence[Point], measure: Measure, front: Collection[int], recommended: int | None, summary: str
) -> str:
    """Draw one mark a run, shaped and coloured by its verdict; the front joined by a dashed step line, ★ on the choice.

    The upright axis is the worst capability's change in units of its limit, down is worse, −1 being the limit.
    """
    scale = 100.0 if MEASURES[measure][1] == "points" else 1.0
    x = svg.scale_over([0.0, *(scale * one.gain for one in points)], _LEFT, _RIGHT)
    y = svg.scale_over([0.0, -1.3, *(-one.worst for one in points)], _BOTTOM, _TOP)
    limit = y.at(-1)
    parts = [
        svg.box(_LEFT, limit, _RIGHT, _BOTTOM, "beyond"),
        svg.box(_LEFT, _TOP, _RIGHT, _BOTTOM, "panel"),
        *_axes(x, y, measure),
        svg.line(_LEFT, limit, _RIGHT, limit, "budget"),
        svg.text(_LEFT + 8, limit + 15, "the limit of the worst capability", css="tick"),
        *_base_mark(x, y),
        *_front_line([one for one in points if one.run_id in front], x, y, scale),
    ]
    for one in points:
        parts += _marked(one, x.at(scale * one.gain), y.at(-one.worst), is_chosen=one.run_id == recommended)
    parts += _labels(points, measure, {one.run_id: (x.at(scale * one.gain), y.at(-one.worst)) for one in points})
    return svg.picture(_WIDTH, _BOTTOM + 46, summary, parts)


def _axes(x: svg.Scale, y: svg.Scale, measure: Measure) -> list[str]:
    name, unit = MEASURES[measure]
    parts = []
    for tick in x.ticks(6):
        parts += [
            svg.line(x.at(tick), _TOP, x.at(tick), _BOTTOM, "grid"),
            svg.text(x.at(tick), _BOTTOM + 16, x.label(tick, 6), css="tick", anchor="middle"),
        ]
    for tick in y.ticks(5):
        parts += [
            svg.line(_LEFT, y.at(tick), _RIGHT, y.at(tick), "grid"),
            svg.text(_LEFT - 8, y.at(tick) + 4, y.label(tick, 5), css="tick", anchor="end"),
        ]
    middle = (_TOP + _BOTTOM) / 2
    upright = svg.text(0, 0, "Worst capability's change, in limits (↓ worse)", css="axis", anchor="middle")
    return [
        *parts,
        svg.text(
            (_LEFT + _RIGHT) / 2, _BOTTOM + 38, f"Learned: {name}, {unit} (better →)", css="axis", anchor="middle"
        ),
        f'<g transform="translate(20 {middle}) rotate(-90)">{upright}</g>',
    ]


def _base_mark(x: svg.Scale, y: svg.Scale) -> list[str]:
    at_x, at_y = x.at(0), y.at(0)
    return [
        svg.line(at_x - 6, at_y, at_x + 6, at_y, "zero"),
        svg.line(at_x, at_y - 6, at_x, at_y + 6, "zero"),
        svg.text(at_x + 8, at_y - 6, "base", css="tick"),
    ]


def _front_line(points: Sequence[Point], x: svg.Scale, y: svg.Scale, scale: float) -> list[str]:
    """Steps between the runs that no other beats: right, then down."""
    ordered = sorted(points, key=lambda one: one.gain)
    places = [(x.at(scale * one.gain), y.at(-one.worst)) for one in ordered]
    line: list[tuple[float, float]] = []
    for place in places:
        if line:
            line.append((place[0], line[-1][1]))
        line.append(place)
    return [svg.path(line, "faint")] if len(line) > 1 else []


def _marked(one: Point, x: float, y: float, *, is_chosen: bool) -> list[str]:
    mark = svg.mark(x, y, SHAPES[one.word], f"fill-{CSS[one.word]}", 6.5)
    return [svg.mark(x, y, "star", "fill-plain", 13), mark] if is_chosen else [mark]


def _labels(points: Sequence[Point], measure: Measure, places: dict[int, tuple[float, float]]) -> list[str]:
    """Names at the right, from top to bottom as the marks lie, each with a thin line to its own; none covers another."""
    parts = []
    free = _TOP + 6
    for one in sorted(points, key=lambda one: places[one.run_id][1]):
        x, y = places[one.run_id]
        at = max(free, min(y + 4, _BOTTOM))
        free = at + _LINE
        parts += [
            svg.line(x + 8, y, _LABELS - 4, at - 4, "faint"),
            svg.text(_LABELS, at, f"{one.label}: {gain_text(one.gain, measure)}", css="tick"),
        ]
    return parts
