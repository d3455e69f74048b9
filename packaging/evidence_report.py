"""Write docs/evidence.md and its figures from measured cells: a pure function of them; what is missing is named."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING, Any

from engine.export import svg

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

Cell = dict[str, Any]
#: The recipe that is to learn as well as unprotected full fine-tuning and to forget less than half as much.
LORA_RECIPE = "LoRA, KL, three times the steps"
STEPS = 60
_GLYPHS = {"kept": "● kept", "forgot": "▼ forgot", "can't tell": "◆ can't tell"}
_SHAPES = {"kept": "circle", "forgot": "triangle", "can't tell": "diamond"}
_STYLE = (
    "<style>text{font:12px sans-serif;fill:#1a1a1a}.tick{fill:#595959}.grid{stroke:#e6e6e6}.zero{stroke:#595959}"
    ".budget{stroke:#b34d00;stroke-dasharray:5 4}.kept{fill:#0072b2}.forgot{fill:#d55e00}.unsure{fill:#8f4a77}"
    ".whisker{stroke:#8c8c8c;stroke-width:1.5}.panel{fill:none;stroke:#cccccc}</style>"
)
_CSS = {"kept": "kept", "forgot": "forgot", "can't tell": "unsure"}
#: Student's t, two-sided 95 %, by degrees of freedom, for the interval over seeds.
_T = {1: 12.71, 2: 4.30, 3: 3.18, 4: 2.78}


def write_report(folder: Path, cells: Sequence[Cell], missing: Sequence[str], old: Sequence[str] = ()) -> None:
    """Write evidence.md and evidence/*.svg into the docs folder."""
    pictures = folder / "evidence"
    pictures.mkdir(parents=True, exist_ok=True)
    (pictures / "retention.svg").write_text(_retention(cells), "utf-8")
    parts = [*_opening(cells, missing, old), *_table(cells), *_capabilities(cells), *_sliders(cells), *_claims(cells)]
    (folder / "evidence.md").write_text("\n".join(parts) + "\n", "utf-8")


def summary(cells: Sequence[Cell]) -> dict[str, Any]:
    """What the advice cites of each arm, as `engine.measured` reads it: means over the seeds, and counts of runs."""
    return {arm: _summed(group) for arm, group in _by_arm(cells)}


def _summed(group: Sequence[Cell]) -> dict[str, Any]:
    kl = [cell["kl"] for cell in group if cell["kl"] is not None]
    captured = [cell["sentinels"]["format_capture_after"] for cell in group if cell.get("sentinels")]
    sliders = [cell["slider"] for cell in group if cell.get("slider")]
    points = [point for slider in sliders for point in slider]
    return {
        "seeds": len(group),
        "steps": max(cell["steps"] for cell in group),
        "words": {word: sum(cell["word"] == word for cell in group) for word in dict.fromkeys(c["word"] for c in group)},
        "mean_change": _mean([mean_change(cell) for cell in group]),
        "kl": _mean(kl),
        "exact": _mean([cell["learned"]["exact_after"] for cell in group]),
        "fall": _mean([_fall(cell) for cell in group]),
        "captured": _mean(captured) if captured and None not in captured else None,
        "strengths_tried": len(sliders),
        "strengths_inside": {
            f"{alpha:g}": sum(point["is_inside"] for point in points if point["alpha"] == alpha)
            for alpha in sorted({point["alpha"] for point in points})
        },
    }  # fmt: skip


def _mean(values: Sequence[float]) -> float | None:
    return round(statistics.mean(values), 4) if values else None


def _opening(cells: Sequence[Cell], missing: Sequence[str], old: Sequence[str]) -> list[str]:
    lines = [
        "# What the protections do, measured",
        "",
        "Made by `make evidence`; every number below comes from a cell in `docs/evidence/cells/`, which holds the recipe it was",
        "measured with. The base is SmolLM2-135M-Instruct, the rows are the bundled support messages (narrow on purpose), and",
        "four capabilities named beforehand are measured with 60 verdict items each. Δ is the mean rise of the reference",
        "answers' negative log-likelihood in nats per token (up is worse). Intervals are 95 % over seeds (Student's t); with one",
        "seed there is none.",
        "",
    ]
    if not cells:
        return [*lines, "Nothing was measured yet.", ""]
    if missing:
        lines += [f"**Not measured yet** ({len(missing)}): {'; '.join(missing)}.", ""]
    if old:
        lines += [f"Measured with general rows that have changed since, to be measured anew: {'; '.join(old)}.", ""]
    return [*lines, "![Learned against lost, one mark a run](evidence/retention.svg)", ""]


def _table(cells: Sequence[Cell]) -> list[str]:
    lines = [
        "## Learning and retention side by side",
        "",
        "| arm | seeds | verdict | exact answers, held out | fields right | mean Δ, nats/token | KL to the base | time, s |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for arm, group in _by_arm(cells):
        words = ", ".join(_GLYPHS.get(cell["word"], cell["word"]) for cell in group)
        lines.append(
            f"| {arm} | {len(group)} | {words} | {_share(group, 'exact')} | {_share(group, 'keys')} | "
            f"{_spread([mean_change(cell) for cell in group])} | {_spread([c['kl'] for c in group if c['kl'] is not None])} | "
            f"{statistics.mean(cell['elapsed_s'] for cell in group):.0f} |"
        )
    return [*lines, ""]


def _capabilities(cells: Sequence[Cell]) -> list[str]:
    names = list(dict.fromkeys(one["name"] for cell in cells for one in cell["capabilities"]))
    lines = ["## Each capability", "", f"| arm, seed | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for arm, group in _by_arm(cells):
        for cell in group:
            found = {one["name"]: one for one in cell["capabilities"]}
            lines.append(f"| {arm}, {cell['seed']} | {' | '.join(_judged(found[name]) for name in names)} |")
    return [
        *lines,
        "",
        "Each entry: the word, the mean change and the bounds that decide it; positive is worse here.",
        "",
    ]


def _judged(one: dict[str, Any]) -> str:
    bounds = "" if one["lower"] is None else f" [{one['lower']:+.2f}, {one['upper']:+.2f}]"
    return f"{_GLYPHS.get(one['word'], one['word'])} {one['mean_change']:+.2f}{bounds}"


def _sliders(cells: Sequence[Cell]) -> list[str]:
    lines: list[str] = []
    for cell in cells:
        if not (points := cell.get("slider")):
            continue
        lines += [
            f"### {cell['arm']}, seed {cell['seed']}",
            "",
            "| strength | held-out loss | exact | KL to the base | mean Δ (guard set) | inside every budget |",
            "|---|---|---|---|---|---|",
        ]
        for point in points:
            exact = "" if point["learned_exact"] is None else f"{100 * point['learned_exact']:.0f} %"
            losses = [change["mean"] for change in point["changes"]]
            lines.append(
                f"| {point['alpha']:g} | {_number(point['learned_nll'])} | {exact} | {_number(point['kl'])} | "
                f"{_number(statistics.mean(losses) if losses else None)} | {'yes' if point['is_inside'] else 'no'} |"
            )
        lines.append("")
    return ["## The strength slider afterwards", "", *lines] if lines else []


def _claims(cells: Sequence[Cell]) -> list[str]:
    """What was promised, each compared with what was measured; a claim without its cells is not made."""
    groups = dict(_by_arm(cells))
    lines = ["## What this says", ""]
    for method in ("full", "LoRA"):
        off, standard = groups.get(f"{method}, off"), groups.get(f"{method}, standard")
        if not off or not standard:
            lines.append(f"- {method}, Standard against Off: not measured yet.")
            continue
        lines.append(f"- {method}, Standard against Off: {_compared(off, standard)}")
    if "full, off" in groups:
        lines += _against_full(groups["full, off"], groups)
    for arm, group in groups.items():
        if "harmless" in arm:
            lines.append(f"- {arm}: {_words(group)}.")
    for cell in groups.get("full, guard stops", []):
        said = cell["events"][-1]["sentence"] if cell["events"] else "the guard saw nothing"
        lines.append(
            f"- The guard, seed {cell['seed']}: {cell['state'].replace('_', '-')} at step {cell['steps']} of {STEPS}. {said}"
        )
    return [*lines, ""]


def _against_full(off: Sequence[Cell], groups: dict[str, list[Cell]]) -> Iterable[str]:
    """The LoRA recipe and every single protection beside full fine-tuning without any."""
    if recipe := groups.get(LORA_RECIPE):
        yield f"- {LORA_RECIPE}, against full without protection: {_recipe_compared(off, recipe)}"
    for arm in ("full, replay + KL", "full, L2-SP", "full, SAM", "full, token weighting"):
        if group := groups.get(arm):
            yield f"- {arm}, against full without protection: {_words(group)}; {_change_compared(off, group)}"


def _recipe_compared(off: Sequence[Cell], recipe: Sequence[Cell]) -> str:
    exact = [statistics.mean(cell["learned"]["exact_after"] for cell in group) for group in (off, recipe)]
    change = [statistics.mean(mean_change(cell) for cell in group) for group in (off, recipe)]
    return (
        f"exact answers {100 * exact[1]:.0f} % ({exact[1] / exact[0]:.2f} of its {100 * exact[0]:.0f} %) at a mean change of "
        f"{change[1]:+.2f} nats/token ({change[1] / change[0]:.2f} of its {change[0]:+.2f})."
    )


def _change_compared(off: Sequence[Cell], group: Sequence[Cell]) -> str:
    change = [statistics.mean(mean_change(cell) for cell in one) for one in (off, group)]
    exact = [statistics.mean(cell["learned"]["exact_after"] for cell in one) for one in (off, group)]
    return (
        f"mean change {change[0]:+.2f} → {change[1]:+.2f} nats/token, exact answers {100 * exact[0]:.0f} % → "
        f"{100 * exact[1]:.0f} %."
    )


def _words(group: Sequence[Cell]) -> str:
    """In how many runs each word was said."""
    words = dict.fromkeys(cell["word"] for cell in group)
    return ", ".join(f"{word} in {sum(cell['word'] == word for cell in group)} of {len(group)}" for word in words)


def _compared(off: Sequence[Cell], standard: Sequence[Cell]) -> str:
    lost = [statistics.mean(cell["kl"] for cell in group if cell["kl"] is not None) for group in (off, standard)]
    exact = [statistics.mean(cell["learned"]["exact_after"] for cell in group) for group in (off, standard)]
    fallen = [statistics.mean(_fall(cell) for cell in group) for group in (off, standard)]
    words = [one["word"] for cell in standard for one in cell["capabilities"] if one["role"] == "protect"]
    kept = sum(word == "kept" for word in words)
    return (
        f"KL to the base {lost[0]:.3f} → {lost[1]:.3f} nats/token ({lost[0] / lost[1]:.1f} times less), exact answers "
        f"{100 * exact[0]:.0f} % → {100 * exact[1]:.0f} %, fall of the held-out loss {fallen[0]:.2f} → {fallen[1]:.2f} "
        f"nats/token ({100 * fallen[1] / fallen[0]:.0f} % of it), {kept} of {len(words)} protected capabilities kept."
    )


def _fall(cell: Cell) -> float:
    return cell["learned"]["nll_before"] - cell["learned"]["nll_after"]


def _retention(cells: Sequence[Cell]) -> str:
    """Mean change of each run upwards = better, exact held-out answers to the right, shaped and coloured by verdict."""
    x = svg.scale_over([0.0, *(100 * cell["learned"]["exact_after"] for cell in cells)], 70, 560)
    y = svg.scale_over([0.2, *(-mean_change(cell) for cell in cells)], 360, 20)
    parts = [_STYLE, svg.box(70, 20, 560, 360, "panel"), *_axes(x, y)]
    labels = {}
    for cell in cells:
        at = x.at(100 * cell["learned"]["exact_after"]), y.at(-mean_change(cell))
        labels.setdefault(cell["arm"], at)
        parts.append(svg.mark(*at, _SHAPES.get(cell["word"], "ring"), _CSS.get(cell["word"], "tick")))
    parts += _labels(labels)
    return svg.picture(
        780, 410, "Exact held-out answers against the mean change of four capabilities, one mark a run", parts
    )


def _axes(x: svg.Scale, y: svg.Scale) -> Iterable[str]:
    for tick in x.ticks():
        yield svg.line(x.at(tick), 20, x.at(tick), 360, "grid")
        yield svg.text(x.at(tick), 376, x.label(tick), css="tick", anchor="middle")
    for tick in y.ticks():
        yield svg.line(70, y.at(tick), 560, y.at(tick), "grid")
        yield svg.text(62, y.at(tick) + 4, y.label(tick), css="tick", anchor="end")
    yield svg.line(70, y.at(0), 560, y.at(0), "zero")
    yield svg.text(315, 398, "exact answers on held-out rows, % (better →)", anchor="middle")
    yield (
        '<g transform="translate(18 190) rotate(-90)">'
        + svg.text(0, 0, "−Δ, nats/token (↑ better)", anchor="middle")
        + "</g>"
    )


def _labels(places: dict[str, tuple[float, float]]) -> Iterable[str]:
    free = 30.0
    for arm, (at_x, at_y) in sorted(places.items(), key=lambda item: item[1][1]):
        line = max(free, at_y + 4)
        free = line + 16
        yield svg.line(at_x + 8, at_y, 572, line - 4, "grid")
        yield svg.text(576, line, arm)


def _by_arm(cells: Sequence[Cell]) -> list[tuple[str, list[Cell]]]:
    arms = dict.fromkeys(cell["arm"] for cell in cells)
    return [(arm, sorted((c for c in cells if c["arm"] == arm), key=lambda cell: cell["seed"])) for arm in arms]


def mean_change(cell: Cell) -> float:
    """Mean over the capabilities of a cell's change in nats per token, positive = worse."""
    return statistics.mean(one["mean_change"] for one in cell["capabilities"])


def _share(group: Sequence[Cell], name: str) -> str:
    values = [cell["learned"][f"{name}_after"] for cell in group]
    return "" if None in values else _spread([100 * value for value in values], digits=0) + " %"


def _spread(values: Sequence[float], digits: int = 2) -> str:
    """Mean and, from two seeds on, its 95 % interval."""
    if not values:
        return ""
    mean = statistics.mean(values)
    if len(values) < 2:
        return f"{mean:.{digits}f}"
    half = _T.get(len(values) - 1, 1.96) * statistics.stdev(values) / math.sqrt(len(values))
    return f"{mean:.{digits}f} ± {half:.{digits}f}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
