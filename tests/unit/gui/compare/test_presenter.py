"""What Compare says of several runs: lines, deltas, what differs, points. No Qt."""

import compared_runs as examples
import pytest

from engine.store import scores
from gui.compare import presenter
from gui.compare.reading import read, suggested


@pytest.fixture
def ids(store):
    return examples.fill(store)


@pytest.fixture
def reading(store, ids):
    return read(store, ids)


def test_five_runs_are_five_lines_and_the_base_with_deltas_against_it(reading):
    lines = presenter.lines(reading)
    assert [one.name for one in lines] == ["starter", *examples.RUNS]
    assert [one.is_baseline for one in lines] == [True, False, False, False, False, False]
    # exact answers rise from 5 % of fields right before: 96 % - 5 % after full, as the example's results say
    assert lines[1].gain_text == "+91.0"
    assert lines[1].against == f"worst {lines[1].loss * -1:+.1f} limits · gain +91.0".replace("-", "−")


def test_another_baseline_gives_other_deltas_and_the_base_is_measured_against_it_too(reading, ids):
    lines = presenter.lines(reading, ids[1])
    full, lora = lines[1], lines[2]
    assert lora.is_baseline
    assert lora.against == "baseline"
    assert full.against == f"worst −{full.loss - lora.loss:.1f} limits · gain +8.0"
    assert lines[0].against.endswith("gain −83.0")


def test_a_baseline_that_was_left_out_falls_back_to_the_base(reading):
    assert presenter.lines(reading, 999)[0].is_baseline


def test_the_recommended_run_learned_most_of_those_that_kept_everything(reading, ids):
    words = {one.name: one.word for one in presenter.lines(reading)}
    assert words["full-02"] == "forgot"
    assert words["lora-03"] == "kept"
    assert reading.recommended == ids[1]
    assert [one.name for one in presenter.lines(reading) if one.is_best] == ["lora-03"]
    assert reading.why.startswith("lora-03: +83 points with everything kept.")


def test_what_differs_lists_only_changed_settings(store, ids):
    said = [one.text for one in presenter.differences(read(store, ids[:2]))]
    assert said[0].startswith("Base, rows and canaries are the same")
    assert said[1:] == ["Method: Full → LoRA", "Learning rate: 0.0001 → 0.0002"]


def test_a_run_that_did_not_keep_everything_has_no_star(store, ids):
    reading = read(store, [ids[0], ids[2]])  # both forgot
    assert reading.recommended is not None
    assert not any(one.is_best for one in presenter.lines(reading))
    assert not any(row.is_best for row in presenter.tradeoff_rows(reading))


def set_in_recipe(store, run_id, **values):
    with store.write() as connection:
        for path, value in values.items():
            connection.execute(
                "UPDATE runs SET recipe = json_set(recipe, ?, ?) WHERE id = ?",
                ("$." + path.replace("__", "."), value, run_id),
            )


def test_of_more_than_two_runs_each_value_names_the_runs_that_have_it(store, ids):
    set_in_recipe(store, ids[0], training__lr=0.0, protection__kl__beta=0.1)
    said = [one.text for one in presenter.differences(read(store, ids[:4]))]
    assert "Method: Full (full-02) · LoRA (lora-03, lora-04) · QLoRA (4-bit) (qlora-01)" in said
    assert "Learning rate: the method's standard (full-02) · 0.0002 (lora-03, qlora-01) · 0.0001 (lora-04)" in said
    assert "KL to the base, weight: 0.1 (full-02) · off (lora-03, qlora-01, lora-04)" in said


def test_rows_in_files_called_alike_are_told_apart_by_their_folders(store, ids):
    set_in_recipe(store, ids[0], data__path="/rows/tickets/train.jsonl", data__fingerprint="1" * 64)
    set_in_recipe(store, ids[1], data__path="/rows/mails/train.jsonl", data__fingerprint="2" * 64)
    said = [one.text for one in presenter.differences(read(store, ids[:2]))]
    assert said[0] == "Different training rows: tickets/train.jsonl → mails/train.jsonl"
    set_in_recipe(store, ids[1], data__path="/rows/tickets/train.jsonl")
    said = [one.text for one in presenter.differences(read(store, ids[:2]))]
    assert said[0] == "Different training rows: train.jsonl 11111111 → train.jsonl 22222222"


def test_one_run_alone_differs_from_nothing(store, ids):
    assert presenter.differences(read(store, ids[:1])) == []


def test_another_version_of_the_canaries_is_a_warning_and_names_who_to_measure_again(store, ids):
    newer = examples.add(store, "lora-05", "lora", 0.1, 0.9, 2e-4, 100, 1e9, suite_hash="8" * 64)
    reading = read(store, [ids[1], newer])
    first = presenter.differences(reading)[0]
    assert first.level == "warning"
    assert "99999999" in first.text
    assert "88888888" in first.text
    assert presenter.outdated(reading) == [ids[1]]
    assert reading.recommended is None  # what is not comparable is not ranked
    assert "not measured on the same canaries" in reading.why
    assert not any(one.is_best for one in presenter.lines(reading))


@pytest.mark.parametrize(("field", "words"), [("base", "different bases"), ("data", "Different training rows")])
def test_another_base_or_other_rows_are_a_warning(store, ids, field, words):
    path = "$.base" if field == "base" else "$.data.path"
    with store.write() as connection:
        connection.execute("UPDATE runs SET recipe = json_set(recipe, ?, 'other') WHERE id = ?", (path, ids[0]))
        connection.execute("UPDATE runs SET recipe = json_set(recipe, '$.data.fingerprint', ?) WHERE id = ?",
                           ("0" * 64 if field == "data" else "d" * 64, ids[0]))  # fmt: skip
    warnings = [one.text for one in presenter.differences(read(store, ids[:2])) if one.level == "warning"]
    assert len(warnings) == 1
    assert words in warnings[0]


def test_points_carry_the_verdicts_own_bounds_and_limits(reading):
    rows = {row.run: row for row in presenter.tradeoff_rows(reading)}
    verdict = reading.compared[0].verdict
    arithmetic = next(one for one in verdict.capabilities if one.name == "arithmetic")
    drawn = next(one for one in rows["full-02"].retained if one.capability == "arithmetic")
    assert (drawn.change, drawn.lower, drawn.upper) == (-arithmetic.mean_change, -arithmetic.upper, -arithmetic.lower)
    assert drawn.limits == pytest.approx(arithmetic.mean_change / arithmetic.budget)
    code = next(one for one in rows["full-02"].retained if one.capability == "code")
    assert code.limits is None  # expendable: no limit, so it never is the worst
    assert [row.run for row in rows.values() if row.is_best] == ["lora-03"]


def test_a_run_without_a_verdict_has_a_line_and_no_point(store, ids):
    with store.write() as connection:
        connection.execute("DELETE FROM verdicts WHERE run_id = ?", (ids[0],))
    reading = read(store, ids)
    line = presenter.lines(reading)[1]
    assert line.word is None
    assert line.verdict == "✓ Finished"
    assert "full-02" not in {row.run for row in presenter.tradeoff_rows(reading)}


def test_the_last_judged_runs_are_suggested(store, ids):
    assert suggested(store) == ids[::-1]
    assert scores.newest_verdicts(store).keys() == set(ids)


def test_a_chosen_point_names_every_capability_with_n(reading):
    facts = dict(presenter.point_facts(reading.compared[1], reading))
    assert facts["Cost"] == "21 min · 11.0 GB"
    assert all("n=62" in facts[name] for name in ("arithmetic", "facts", "open chat"))


def test_a_run_that_failed_on_another_base_does_not_keep_the_others_from_being_ranked(store, ids):
    with store.write() as connection:
        connection.execute("DELETE FROM verdicts WHERE run_id = ?", (ids[0],))
        connection.execute(
            "UPDATE runs SET recipe = json_set(recipe, '$.base_fingerprint', 'x') WHERE id = ?", (ids[0],)
        )
    assert read(store, ids).recommended == ids[1]


def test_beside_a_chosen_run_stands_the_recommended_one_or_the_other_of_two(gui_project, five):
    reading = read(gui_project.store, five)
    by_name = {one.run.name: one for one in reading.compared}
    assert presenter.beside(by_name["full-02"], reading).run.name == "lora-03"
    assert presenter.beside(by_name["lora-03"], reading) is None  # the recommended one, and no single other
    two = read(gui_project.store, five[:2])
    assert presenter.beside(two.compared[1], two).run.name == "full-02"
