"""The project's budgets: set, shown, taken over by recipes, and refused for capabilities that do not exist."""

import msgspec
import pytest

from engine import budgets
from engine.canaries.suite import load_suite
from engine.drafts import measured_spread, suite_facts
from engine.errors import UserError
from engine.records import Budget, CanaryPlan, Recipe
from engine.store import budgets as rows
from engine.store import runs, scores


def recipe(**canaries):
    return Recipe(canaries=CanaryPlan(**canaries))


def written(store, **canaries):
    return budgets.resolved(store, recipe(**canaries)).canaries.budgets


def test_set_show_and_clear(palimpsest, store):
    done = palimpsest("budgets", "set", "code", "--role", "tolerate", "--limit", "0.4", "--reason", "we write prose")
    assert done.exit_code == 0, done.output
    shown = palimpsest("budgets").stdout
    assert "code" in shown
    assert "tolerate" in shown
    assert "we write prose" in shown
    assert rows.everything(store)[0].budget == Budget(role="tolerate", limit=0.4, reason="we write prose")
    assert palimpsest("budgets", "clear", "code").exit_code == 0
    assert rows.everything(store) == []
    assert palimpsest("budgets", "clear", "code").exit_code == 2


def test_an_unknown_capability_is_refused_by_name(palimpsest, store):
    told = palimpsest("budgets", "set", "magic")
    assert told.exit_code == 2
    assert "'magic'" in told.stderr
    assert "arithmetic" in told.stderr


def test_a_recipe_takes_over_what_it_says_nothing_of(store):
    rows.put(store, "code", Budget(role="expendable", reason="prose only"))
    rows.put(store, "facts", Budget(limit=0.05))
    rows.put(store, "of-another-suite", Budget(limit=0.05))
    found = written(store, budgets={"facts": Budget(limit=0.2)})
    assert found == {"code": Budget(role="expendable", reason="prose only"), "facts": Budget(limit=0.2)}


def test_a_single_purpose_gives_up_all_but_safety_and_can_be_taken_back(store):
    rows.put(store, "facts", Budget(limit=0.05))
    single = budgets.resolved(store, recipe(purpose="single", budgets={"code": Budget(limit=0.3)}))
    found = single.canaries.budgets
    assert "safety" not in found
    assert found["code"] == Budget(limit=0.3)
    assert {name for name, budget in found.items() if budget.role == "expendable"} == set(found) - {"code"}
    assert budgets.resolved(store, single) == single
    general = msgspec.structs.replace(single, canaries=msgspec.structs.replace(single.canaries, purpose="general"))
    assert budgets.resolved(store, general).canaries.budgets == {"code": Budget(limit=0.3), "facts": Budget(limit=0.05)}


def test_a_run_keeps_the_budgets_of_the_day_it_was_queued(store):
    rows.put(store, "code", Budget(limit=0.3, reason="agreed in May"))
    run_id = runs.create(store, recipe())
    rows.put(store, "code", Budget(limit=0.9))
    assert runs.get(store, run_id).recipe.canaries.budgets == {"code": Budget(limit=0.3, reason="agreed in May")}


def test_a_budget_of_a_capability_that_does_not_exist_names_the_field(store):
    with pytest.raises(UserError, match="magic") as refused:
        runs.create(store, recipe(budgets={"magic": Budget()}))
    assert refused.value.field == "canaries.budgets"
    assert runs.everything(store) == []


def test_a_plan_takes_the_spread_of_the_last_comparable_run(project):
    project.add_base()
    project.add_run(method="full")
    run_id = project.add_run()
    payload = {"capabilities": [{"name": "facts", "sd": 0.42}, {"name": "code", "sd": 0.0}]}
    scores.add_verdict(project.store, run_id=run_id, step=1, split="verdict", overall="kept", payload=payload)
    same = runs.get(project.store, run_id).recipe
    assert measured_spread(project.store, same) == {"facts": 0.42}
    assert measured_spread(project.store, msgspec.structs.replace(same, method="full")) == {}
    (facts,) = [one for one in suite_facts(load_suite("standard"), {"facts": 0.42}).capabilities if one.name == "facts"]
    assert facts.sd == 0.42
