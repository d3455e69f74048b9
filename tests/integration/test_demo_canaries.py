"""Criterion 3: the demo's chart is drawn from measured scores. Another canary file, another chart, and only where it changed."""

import json
import os
import shutil

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import msgspec
import pytest

from engine import client, settings
from engine.canaries.suite import BUNDLED
from engine.models.importing import import_model
from engine.plan import demo as planned
from engine.states import State
from engine.store import models, runs
from gui.charts.before_after import BeforeAfterChart
from gui.run.reading import read
from gui.run.verdict_words import view_of

CHOSEN = {"method": "full", "protect": "off", "lr": str(planned.FULL_LR)}


@pytest.fixture
def recipe(store, tiny_base):
    """The demo's recipe in its smallest size, on the tiny model."""
    import_model(store, str(tiny_base), name=planned.STARTER_NAME)
    verdict, guard = planned.ITEMS[-1]
    sizes = {
        "training.max_steps": planned.FEWEST_STEPS,
        "canaries.verdict_items": verdict,
        "canaries.guard_items": guard,
    }
    return settings.apply(planned.recipe(models.everything(store)[0], CHOSEN), sizes)


def chart_of(store, recipe, qtbot):
    """Run it and return the drawn chart's rows by capability."""
    run_id, job_id = client.queue_run(store, recipe, {})
    client.run_in_process(store, job_id)
    assert runs.get(store, run_id).state is State.FINISHED
    chart = BeforeAfterChart()
    qtbot.addWidget(chart)
    chart.table().set_rows([row for group in view_of(read(store, run_id)).groups for row in group])
    return {row.name: row for row in chart.rows}


def test_another_canary_file_changes_the_demos_chart(store, recipe, tmp_path, qtbot):
    asked = chart_of(store, recipe, qtbot)
    folder = tmp_path / "edited"
    shutil.copytree(BUNDLED / "standard", folder)
    path = folder / "arithmetic.jsonl"
    lines = []
    for number, line in enumerate(path.read_text("utf-8").splitlines()):
        answer = json.dumps(
            {"number": number, "unit": "none"}
        )  # in the manner of the training rows, but not one of them
        check = {"type": "exact", "values": [answer]}
        lines.append(json.dumps({**json.loads(line), "references": [answer], "check": check}))
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    canaries = msgspec.structs.replace(recipe.canaries, suite=str(folder))
    changed = chart_of(store, msgspec.structs.replace(recipe, canaries=canaries), qtbot)

    assert set(changed) == set(asked) == set(planned.CAPABILITIES)
    same = set(asked) - {"arithmetic"}
    assert {name: changed[name].change for name in same} == pytest.approx(
        {name: asked[name].change for name in same}, abs=1e-3
    )
    assert changed["arithmetic"].change < asked["arithmetic"].change - 0.15  # what was taught is not forgotten
    assert changed["arithmetic"].before != asked["arithmetic"].before
