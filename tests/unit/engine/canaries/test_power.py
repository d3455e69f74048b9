"""What a suite can decide, against the formula of science §2."""

import pytest

from engine.canaries.items import Canary, Capability, Suite
from engine.canaries.power import power_text, suite_power
from engine.canaries.suite import load_suite


def item(number, kind="reference", capability="facts", cluster=None, split="verdict"):
    name = f"{capability}-{kind}-{number}"
    parts = {"references": ("x",)} if kind == "reference" else {"choices": ("a", "b"), "gold": 0}
    return Canary(
        id=name,
        capability=capability,
        kind=kind,
        prompt="Q",
        cluster=cluster or name,
        split=split,
        source="hand",
        **parts,
    )


def suite(*items):
    facts = Capability(name="facts", title="Facts", primary="ref_nll")
    return Suite(name="s", version="1", capabilities=(facts,), items=items)


def test_smallest_budget_is_2_487_sd_over_root_n():
    (row,) = suite_power(suite(*(item(i) for i in range(64))), sd={"facts": 0.4})
    assert row.items == row.clusters == 64
    assert row.power.smallest_budget_called_kept == pytest.approx(2.487 * 0.4 / 8, abs=1e-9)
    assert not row.power.can_keep


def test_clusters_count_once_and_guard_and_other_kinds_not_at_all():
    items = [item(i, cluster=f"c{i % 30}") for i in range(60)]
    items += [item(i, split="guard") for i in range(100, 110)] + [item(i, kind="choice") for i in range(5)]
    (row,) = suite_power(suite(*items))
    assert (row.items, row.clusters, row.power.n) == (60, 30, 30)
    assert row.power.is_sd_assumed


def test_an_empty_capability_is_said_not_hidden():
    rows = suite_power(suite())
    assert rows[0].power is None
    assert "no items" in power_text(rows)


def test_smallest_drop_counts_every_capability():
    standard = load_suite("standard")
    rows = suite_power(standard)
    assert {row.power.alpha_lower for row in rows} == {0.05 / len(standard.capabilities)}


def test_budgets_given_are_used():
    (row,) = suite_power(suite(*(item(i) for i in range(60))), budgets={"facts": 0.5})
    assert row.power.budget == 0.5
    assert row.power.can_keep


def test_table_of_the_standard_suite():
    standard = load_suite("standard")
    lines = power_text(suite_power(standard)).splitlines()
    assert lines[0].split()[:3] == ["capability", "primary", "items"]
    assert [line.split()[0] for line in lines[1 : 1 + len(standard.capabilities)]] == [
        c.name for c in standard.capabilities
    ]
    assert "s_d assumed" in lines[-1]
