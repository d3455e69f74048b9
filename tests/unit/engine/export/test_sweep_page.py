"""The sweep's page: the choice, the picture and the table, whole and without anything from outside."""

import itertools
import re

import filled_store as filled

from engine.export.sweep import write_sweep_page
from engine.export.tradeoff import tradeoff
from engine.records import Recipe
from engine.store import runs, sweeps
from engine.verdict.tradeoff import Point


def make_sweep(store):
    """A sweep of one finished run that forgot and one that only waits."""
    forgot, _ = filled.full_run(store)
    waiting = filled.new_run(store, name="waits")
    sweep_id = sweeps.create(
        store, name="two <b>ways</b>", key="k", recipe=Recipe(base="starter"), methods=("full",), grid={}
    )
    for position, (label, run_id) in enumerate((("full", forgot), ("full, lr 1e-05", waiting))):
        sweeps.put_cell(
            store, sweep_id, position=position, label=label, recipe_hash="h", run_id=run_id, is_reused=False
        )
    return sweep_id, forgot


def test_the_page_shows_choice_picture_table_and_what_is_missing(store, tmp_path):
    sweep_id, forgot = make_sweep(store)
    page = write_sweep_page(store, sweep_id, tmp_path / "sweep.html", private=[]).read_text("utf-8")
    assert f"★ Run {forgot}" in page
    assert "No run surely kept everything" in page
    assert page.count("<svg") == 1
    assert "+93 points" in page
    assert "full, lr 1e-05 (run 2: queued)" in page
    assert "two &lt;b&gt;ways" in page
    assert not re.search(r"https?://(?!www\.w3\.org)", page)


def test_a_sweep_without_results_has_no_picture(store, tmp_path):
    filled.add_base(store)
    run_id = filled.new_run(store)
    sweep_id = sweeps.create(store, name="", key="k", recipe=Recipe(), methods=("full",), grid={})
    sweeps.put_cell(store, sweep_id, position=0, label="full", recipe_hash="h", run_id=run_id, is_reused=False)
    page = write_sweep_page(store, sweep_id, tmp_path / "sweep.html", private=[]).read_text("utf-8")
    assert "No run recommended" in page
    assert "<svg" not in page
    assert runs.get(store, run_id).state.word.lower() in page


def point(run_id, gain, worst, word):
    return Point(
        run_id=run_id,
        label=f"r{run_id}",
        method="lora",
        word=word,
        gain=gain,
        worst=worst,
        worst_name="facts",
        mean=worst,
    )


def test_marks_lie_where_they_belong_and_no_label_covers_another():
    points = [
        point(1, 0.5, 0.2, "kept"),
        point(2, 0.9, 0.8, "kept"),
        point(3, 1.0, 4.0, "forgot"),
        point(4, 1.0, 4.0, "forgot"),
    ]
    drawn = tradeoff(points, "exact", (1, 2), 2, "s")
    assert drawn.count('class="fill-kept"') == 2
    assert drawn.count('class="fill-forgot"') == 2
    circles = [
        tuple(map(float, found)) for found in re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"[^>]*fill-kept', drawn)
    ]
    assert circles[0][0] < circles[1][0]  # more learned lies to the right
    assert circles[0][1] < circles[1][1]  # more lost lies lower
    labels = [float(y) for y in re.findall(r'<text x="716\.0" y="([\d.]+)"', drawn)]
    assert len(labels) == 4
    assert all(below - above >= 18 for above, below in itertools.pairwise(labels))
    assert drawn.count("polyline") == 1
    assert tradeoff(points[:1], "exact", (1,), 1, "s").count("polyline") == 0
