"""The verdict as the page says it: words, buttons and offers follow from the stored verdict alone."""

import msgspec

from engine.store import runs
from engine.verdict.decide import decide
from engine.verdict.records import CapabilityInput
from gui.run import verdict_words
from gui.run.verdict_words import offer, view_of


def test_the_headline_names_word_capability_change_bounds_and_limit(reading):
    view = view_of(reading)
    assert view.headline.startswith("▼ Forgot arithmetic: −0.")
    assert "between −" in view.headline
    assert view.headline.endswith("limit −0.1)")
    assert "1 forgot, 1 changed, 2 kept, 1 can't tell." in view.summary
    assert "0 % → 96 % on 80 held-out rows" in view.summary


def test_the_chart_draws_the_bounds_the_engine_returned(reading):
    stored = {one.name: one for one in reading.facts.verdict.capabilities}
    rows = [row for group in view_of(reading).groups for row in group]
    assert {row.name for row in rows} == set(stored)
    for row in rows:
        assert (row.word, row.better, row.worse) == (
            stored[row.name].word,
            stored[row.name].lower,
            stored[row.name].upper,
        )


def test_every_capability_that_cannot_be_told_is_offered_what_would_settle_it(reading):
    unsure = [one for one in reading.facts.verdict.capabilities if one.word == "can't tell"]
    offers = view_of(reading).offers
    assert [one.capability for one in offers] == [one.name for one in unsure]
    for verdict, one in zip(unsure, offers, strict=True):
        assert one.add == (0 if verdict.is_too_close else verdict.n_needed - verdict.n)


def test_a_change_at_the_limit_says_that_no_number_of_canaries_would_do():
    before = [1.0 + 0.01 * n for n in range(60)]
    after = [value + 0.1 + (0.4 if n % 2 else -0.4) for n, value in enumerate(before)]
    names = [str(n) for n in range(60)]
    given = CapabilityInput(name="facts", before=before, after=after, item_ids=names, cluster_ids=names)
    (found,) = decide([given], noise_floor=0.0).capabilities
    assert found.word == "can't tell"
    assert "too close to the limit" in offer(found).text
    assert offer(found).add == 0


def test_the_way_back_is_the_best_checkpoint_inside_the_limits(reading):
    buttons = {one.key: one for one in view_of(reading).buttons}
    assert buttons["roll_back"].ref == "1@15"
    assert buttons["roll_back"].is_primary
    assert "step 15" in buttons["roll_back"].text
    assert buttons["make_current"].ref == "1@75"
    assert {"try_again", "strength", "keep"} <= buttons.keys()


def test_without_such_a_checkpoint_it_is_the_base(reading):
    import dataclasses

    facts = msgspec.structs.replace(reading.facts, checkpoints=reading.facts.checkpoints[-1:])
    buttons = {one.key: one for one in view_of(dataclasses.replace(reading, facts=facts)).buttons}
    assert buttons["roll_back"].ref == "base:starter"


def test_the_model_that_is_current_is_not_offered_again(reading):
    import dataclasses

    view = view_of(dataclasses.replace(reading, current="1@75"))
    assert view.is_current
    assert "make_current" not in {one.key for one in view.buttons}


def test_a_run_without_a_verdict_says_why(store, reading):
    facts = msgspec.structs.replace(reading.facts, verdict=None)
    import dataclasses

    view = view_of(dataclasses.replace(reading, facts=facts))
    assert view.word is None
    assert view.headline == "No verdict: the canaries were not measured after training."
    run = runs.get(store, reading.facts.run.id)
    assert not verdict_words.can_measure_now(run, facts.checkpoints)  # it is finished: nothing was missed


def test_what_stands_beside_the_verdict_is_told_with_its_numbers(reading):
    said = dict(view_of(reading).beside)
    assert "n=80" in said["▲ Learned"]
    assert said["Flips"] == "5 right → wrong, 0 wrong → right of 12 checked answers"
    assert said["Base"].startswith("unchanged, 7 files")
    assert "predicted 3.0 GB" in said["Peak memory"]


def test_how_it_was_decided_names_items_method_suite_and_versions(reading):
    text = "\n".join(view_of(reading).decided)
    assert "arithmetic: 62 items from 62 sources" in text
    assert "Suite standard, version 999999999999" in text
    assert "torch 2.14.0" in text


def test_with_the_base_current_and_nothing_to_go_back_to_trying_again_comes_first(reading):
    import dataclasses

    facts = msgspec.structs.replace(reading.facts, checkpoints=reading.facts.checkpoints[-1:])
    buttons = view_of(dataclasses.replace(reading, facts=facts, current="base:starter")).buttons
    assert [one.key for one in buttons if one.is_primary] == ["try_again"]


def test_thousands_of_canaries_are_said_but_not_offered(reading):
    found = next(one for one in reading.facts.verdict.capabilities if one.word == "can't tell")
    unsure = msgspec.structs.replace(found, is_too_close=False)
    many = offer(msgspec.structs.replace(unsure, n_needed=unsure.n + 2201))
    assert "2201 more" in many.text
    assert many.add == 0
    assert offer(msgspec.structs.replace(unsure, n_needed=unsure.n + 100)).add == 100
