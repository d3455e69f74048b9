"""The suite that comes with the program keeps its own promises."""

from collections import Counter, defaultdict

import pytest

from engine.canaries.checkers import check_item
from engine.canaries.items import stem
from engine.canaries.suite import BUNDLED, bundled_suites, load_suite

SUITE = load_suite("standard")
NAMES = [capability.name for capability in SUITE.capabilities]


@pytest.fixture(params=NAMES)
def items(request):
    return SUITE.of(request.param)


def test_is_bundled_with_at_least_twelve_capabilities():
    assert "standard" in bundled_suites()
    assert len(NAMES) >= 12
    assert SUITE.licence == "CC0-1.0"
    assert {path.stem for path in (BUNDLED / "standard").glob("*.jsonl")} == set(NAMES)


def test_counts(items):
    splits = Counter(item.split for item in items)
    assert splits["verdict"] >= 60
    assert splits["guard"] >= 15
    assert sum(item.source == "hand" for item in items) >= 30


def test_titles_and_primaries_fit_the_kinds():
    for capability in SUITE.capabilities:
        kinds = {item.kind for item in SUITE.of(capability.name)}
        wanted = {"ref_nll": "reference", "choice_margin": "choice", "kl": "chat"}[capability.primary]
        assert wanted in kinds
        assert capability.title
        assert capability.description


def test_references_pass_their_own_check(items):
    failing = []
    for item in items:
        failing += [(item.id, r) for r in item.references if (result := check_item(item, r)) and not result.passed]
    assert failing == []


def test_prompts_do_not_pass_the_check_by_being_echoed(items):
    """Few contain checks may be fooled by an echo (science §6); regex and number checks decide by the last number."""
    checked = [item for item in items if item.check and item.check.type in {"exact", "json_schema"}]
    assert [item.id for item in checked if check_item(item, item.prompt).passed] == []


def test_no_prompt_or_stem_twice():
    assert [p for p, n in Counter(item.prompt for item in SUITE.items).items() if n > 1] == []
    stems = Counter(stem(item.prompt) for item in SUITE.items if item.source != "generator")
    assert {s: n for s, n in stems.items() if n > 1} == {}


def test_at_most_three_items_of_a_template_outside_generators():
    clusters = Counter(item.cluster for item in SUITE.items if item.source != "generator")
    assert {c: n for c, n in clusters.items() if n > 3} == {}


def test_no_cluster_straddles_splits_or_capabilities():
    places = defaultdict(set)
    for item in SUITE.items:
        places[item.cluster].add((item.capability, item.split))
    assert {cluster: where for cluster, where in places.items() if len(where) > 1} == {}


def test_choices_are_comparable_and_gold_is_spread(items):
    golds = Counter(item.gold for item in items if item.kind == "choice")
    for item in items:
        if item.kind == "choice":
            assert 3 <= len(item.choices) <= 5
    total = golds.total()
    assert total == 0 or max(golds.values()) <= 0.5 * total


def test_lengths(items):
    for item in items:
        assert 1 <= len(item.references) <= 3 or item.kind != "reference"
        assert all(len(reference.split()) <= 80 for reference in item.references), item.id
        assert len(item.prompt.split()) >= 3, item.id


def test_every_item_names_its_author_and_prompts_differ_between_splits():
    assert [item.id for item in SUITE.items if not item.author] == []
    guard = {item.prompt for item in SUITE.items if item.split == "guard"}
    assert guard.isdisjoint(item.prompt for item in SUITE.items if item.split == "verdict")
