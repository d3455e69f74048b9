"""`next`: advice after a run on the command line, and the recipe it writes."""

import pytest

from engine.records import recipe_from_toml
from engine.states import State
from engine.store import runs, scores
from engine.verdict.decide import decide
from engine.verdict.records import CapabilityInput

LEARNED = {"learned": {"n": 80, "exact_before": 0.0, "exact_after": 0.96, "nll_before": 3.2, "nll_after": 0.08}}


@pytest.fixture
def forgot(project):
    """Run 1: full fine-tuning without protection that learned its task and forgot facts."""
    project.add_base()
    project.add_run(state=State.FINISHED, method="full", protect="off")
    ids = [f"i{n}" for n in range(24)]
    one = CapabilityInput(
        name="facts", before=[1.0] * 24, after=[1.8 + n % 3 / 50 for n in range(24)], item_ids=ids, cluster_ids=ids
    )
    scores.add_verdict(project.store, run_id=1, step=40, split="verdict", overall="forgot", payload=decide([one]))
    runs.update(project.store, 1, results=LEARNED)
    return project


def test_show_tells_what_to_do_next_with_its_evidence(palimpsest, forgot):
    said = palimpsest("show", "1").stdout
    assert "Next: The task was learned and facts was forgotten: first turn this run's strength down" in said
    assert "docs/advice.md#forgot-learned" in said
    assert palimpsest("next", "1").stdout in said


def test_the_advised_recipe_is_written_and_reads_back(palimpsest, forgot, tmp_path):
    written = tmp_path / "recipe.toml"
    assert palimpsest("next", "1", "--out", written).exit_code == 0
    recipe = recipe_from_toml(written.read_text("utf-8"))
    assert (recipe.method, recipe.protect, recipe.name) == ("full", "standard", "")
    assert recipe.protection.kl.beta > 0


def test_an_unknown_rule_is_refused_by_name(palimpsest, forgot, tmp_path):
    refused = palimpsest("next", "1", "--rule", "cant-tell", "--out", tmp_path / "recipe.toml")
    assert refused.exit_code == 2
    assert "There are: forgot-learned." in refused.stderr


def test_a_run_without_a_verdict_gets_no_advice(palimpsest, trained):
    assert "Nothing to advise" in palimpsest("next", "1").stdout
