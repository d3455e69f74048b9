"""`strength` and `drift`: what is refused before a job is queued, and how curve and drift read."""

import pytest

from engine.cli import strength as command
from engine.records import StrengthChange
from engine.store import jobs
from engine.store import strength as rows


def add_point(store, alpha, mean, **more):
    change = StrengthChange(name="facts", kind="nll", role="protect", n=15, mean=mean, budget=0.1)
    rows.add_point(
        store, run_id=1, step=40, alpha=alpha, blocks=more.get("blocks", {}), measurement_id=1, learned_nll=1 - alpha / 2,
        learned_exact=alpha, kl=alpha / 10, changes=[change],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("1@41",), "has no checkpoint at step 41"),
        (("1@40", "--apply", "strong"), "'strong' is not a number"),
        (("1@40", "--alphas", "0.5,2"), "between 0 (the base) and 1"),
        (("1@40", "--blocks", "first=1"), "not BLOCK=STRENGTH"),
        (("nothing",), "no run called"),
    ],
)
def test_what_cannot_be_is_refused_before_a_job_is_queued(palimpsest, trained, words, said):
    before = len(jobs.changed_since(trained.store, 0))
    told = palimpsest("strength", *words)
    assert told.exit_code == 2, told.output
    assert said in told.stderr
    assert len(jobs.changed_since(trained.store, 0)) == before


def test_the_curve_names_the_strongest_inside(trained, capsys):
    for alpha, mean in ((0.0, 0.0), (0.5, 0.09), (1.0, 0.5)):
        add_point(trained.store, alpha, mean)
    add_point(trained.store, 1.0, 0.0, blocks={"0": 0.5})
    command.tell_curve(rows.points(trained.store, 1, 40), "1@40")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[2:6]] == ["0", "0.5", "1", "1"]
    assert lines[3].split()[1:4] == ["0.750", "50", "%"]
    assert lines[4].endswith("no")
    assert lines[-1].startswith("Proposed: 0.5,")


def test_a_point_scored_again_replaces_the_old_one(trained):
    add_point(trained.store, 0.5, 0.3)
    add_point(trained.store, 0.5, 0.1)
    (found,) = rows.points(trained.store, 1, 40)
    assert found.changes[0].mean == 0.1
    assert found.is_inside


def test_drift_reads_block_by_block_with_its_caption(palimpsest, trained):
    rows.set_drift(
        trained.store, 1, 40,
        [(0, "mlp.up", "a", 3.0, 100.0), (0, "mlp.down", "b", 4.0, 0.0), (-1, "embed", "c", 0.0, 5.0)],
    )  # fmt: skip
    lines = palimpsest("drift", "1@40").stdout.splitlines()
    assert lines[2].split()[:3] == ["–", "0.000", "%"]
    assert lines[3].split()[:3] == ["0", "5.000", "%"]
    assert "not a verdict" in lines[-1]
    assert "mlp.up" in palimpsest("drift", "1", "--all").stdout
