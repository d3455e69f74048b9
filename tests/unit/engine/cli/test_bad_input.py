"""What a run refuses before it is queued: one sentence that names the field, no run, no job."""

import json

import pytest

from engine import settings
from engine.records import Recipe
from engine.store import jobs, runs


@pytest.fixture
def files(project, tmp_path):
    """A base, training rows, and files of general rows: harmless ones, canaries, and one that is no data."""
    project.add_base()
    rows = [
        {"prompt": f"Which shelf holds part {n} of the blue machine?", "completion": f"Shelf {n}."} for n in range(30)
    ]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    suite = [
        {"id": f"c-{n:03d}", "capability": "shelves", "kind": "reference", "cluster": f"c-{n:03d}", "split": "verdict",
         "prompt": f"Name the river that flows past the town number {n} today", "references": ["The Po."],
         "check": {"type": "exact", "values": ["The Po."]}, "source": "hand", "author": "test", "reviewer": ""}
        for n in range(30)
    ]  # fmt: skip
    (tmp_path / "suite.jsonl").write_text("".join(json.dumps(item) + "\n" for item in suite))
    canaries = [{"prompt": item["prompt"], "completion": "x"} for item in suite[:2]]
    mixed = rows[:10] + canaries
    (tmp_path / "canaries.jsonl").write_text("".join(json.dumps(row) + "\n" for row in mixed))
    (tmp_path / "harmless.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "noise.jsonl").write_text("nonsense\n")
    return project


def file_of(name):
    return ("--protect", "custom", "--kl-beta", "1", "--general-source", "file", "--general-path", name)


REFUSED = {
    "budget of no capability": (("--budgets", "magic=0.1"), "canaries.budgets", "no capability 'magic'"),
    "negative budget": (("--budgets", "shelves=-0.1"), "canaries.budgets", "LIMIT at least 0"),
    "capability of no suite": (("--capabilities", "magic"), "capabilities", "magic"),
    "negative weight": (("--protect", "custom", "--replay-weight", "-1"), "protection.replay.weight", "at least 0"),
    "negative strength": (("--protect", "custom", "--l2sp-strength", "-1"), "protection.l2sp.strength", "at least 0"),
    "negative radius": (("--protect", "custom", "--sam-rho", "-0.1"), "protection.sam.rho", "at least 0"),
    "replay of canaries": (file_of("canaries.jsonl"), "protection.general.path", "2 of its 12 rows overlap canaries"),
    "replay of nothing": (file_of("nowhere.jsonl"), "protection.general.path", "There is no file"),
    "replay of noise": (file_of("noise.jsonl"), "protection.general.path", "none of its rows can be used"),
    "file without a name": (file_of(""), "protection.general.path", "no file is named"),
    "share of nothing": (
        ("--protect", "custom", "--kl-beta", "1", "--general-share", "0"), "protection.general.share", "share is 0",
    ),
    "activation with full": (
        ("--method", "full", "--protect", "custom", "--activation-strength", "1"), "protection.activation.strength", "adapter",
    ),
    "EWC with an adapter": (("--protect", "custom", "--ewc-strength", "1"), "protection.ewc.strength", "adapter"),
    "EWC and L2-SP": (
        ("--method", "full", "--protect", "custom", "--ewc-strength", "1", "--l2sp-strength", "1"),
        "protection.ewc.strength", "both",
    ),
    "penalty on DoRA": (("--dora", "--protect", "custom", "--l2sp-strength", "1"), "protection.l2sp.strength", "DoRA"),
    "auto without beta": (("--protect", "custom", "--kl-auto"), "protection.kl.auto", "which is 0"),
    "two token weightings": (
        ("--protect", "custom", "--token-weighting-tau", "2", "--token-weighting-max-perplexity", "3"),
        "protection.token_weighting.tau", "left out or weighted",
    ),
    "protected prompt": (("--method", "prompt", "--protect", "custom", "--sam-rho", "1"), "protect", "changes no weight"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused_before_the_run_naming_the_field(palimpsest, files, name):
    words, field, said = REFUSED[name]
    told = palimpsest("run", "--data", "rows.jsonl", "--suite", "suite.jsonl", *words)
    assert told.exit_code == 2, told.output
    assert field in told.stderr
    assert said in told.stderr
    assert told.stderr.count("\n") == 1
    assert runs.everything(files.store) == []
    assert jobs.changed_since(files.store, 0) == []


def test_harmless_general_rows_are_taken(files, tmp_path):
    from engine.drafts import with_data_fingerprint

    changes = {
        "data.path": str(tmp_path / "rows.jsonl"), "canaries.suite": str(tmp_path / "suite.jsonl"), "protect": "custom",
        "kl_beta": 1.0, "general_source": "file", "general_path": str(tmp_path / "harmless.jsonl"),
    }  # fmt: skip
    assert with_data_fingerprint(settings.apply(Recipe(), changes)).data.fingerprint


def test_a_recipe_file_that_is_off_and_protected_is_refused(palimpsest, files, tmp_path):
    (tmp_path / "mine.toml").write_text('protect = "off"\n[protection.kl]\nbeta = 1.0\n')
    told = palimpsest("run", "mine.toml", "--data", "rows.jsonl", "--suite", "suite.jsonl")
    assert told.exit_code == 2
    assert "protect is off, but the recipe asks for protections" in told.stderr
    assert runs.everything(files.store) == []
