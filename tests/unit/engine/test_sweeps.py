"""Sweeps: the cells of a recipe, what is refused before anything is queued, taking over finished runs, the summary."""

import msgspec
import pytest

from engine import presets, sweeps
from engine.errors import UserError
from engine.plan import Hardware, RowFacts, SuiteFacts, plan
from engine.protection import Kl, Protection
from engine.records import Recipe, Training
from engine.states import State
from engine.store import jobs, runs, scores
from engine.store import sweeps as rows
from engine.verdict.decide import decide
from engine.verdict.records import CapabilityInput

CONFIG = {
    "hidden_size": 64, "intermediate_size": 160, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "vocab_size": 420, "tie_word_embeddings": True,
}  # fmt: skip
ALL = sweeps.DEFAULT_METHODS


def planned(recipe, disk_free=10**12):
    hardware = Hardware(kind="cpu", name="cpu", free_bytes=10**10, total_bytes=10**10, disk_free_bytes=disk_free)
    facts = RowFacts(count=50, heldout=10, p50=20, p95=30, max=40, mean=22.0)
    return plan(recipe, config=CONFIG, parameters=100_000, rows=facts, hardware=hardware, suite=SuiteFacts())


def queue(store, cells, recipe=None, methods=ALL, grid=None):
    plans = [planned(cell.recipe) for cell in cells]
    return sweeps.queue(store, recipe or Recipe(base="tiny"), cells, plans, methods=methods, grid=grid or {})


def test_every_method_gets_its_own_rate_and_preset():
    recipe = presets.resolved(Recipe(base="tiny", method="lora", training=Training(lr=5e-4)))
    prompt, full, lora, qlora = sweeps.make_cells(recipe, ALL, {})
    assert [cell.label for cell in (prompt, full, lora, qlora)] == ["prompt", "full", "lora", "qlora"]
    assert lora.recipe == recipe
    assert (full.recipe.training.lr, qlora.recipe.training.lr) == (0.0, 0.0)
    assert full.recipe.protection == presets.resolved(Recipe(method="full")).protection
    assert qlora.recipe.protection == lora.recipe.protection
    assert prompt.recipe.protection == Protection()


def test_a_grid_varies_only_what_it_concerns():
    grid = sweeps.parse_grid(["adapter.rank=8,16", "lr=1e-4,3e-4"])
    assert grid == {"adapter.rank": (8, 16), "training.lr": (1e-4, 3e-4)}
    cells = sweeps.make_cells(Recipe(base="tiny"), ALL, grid)
    counts = {method: sum(cell.recipe.method == method for cell in cells) for method in ALL}
    assert counts == {"prompt": 1, "full": 2, "lora": 4, "qlora": 4}
    assert cells[-1].label == "qlora, rank 16, lr 0.0003"
    assert len({cell.recipe.hash() for cell in cells}) == len(cells)


def test_presets_as_a_grid_are_written_out_for_each_method():
    cells = sweeps.make_cells(Recipe(base="tiny"), ("full", "lora"), sweeps.parse_grid(["protect=off,careful"]))
    off, careful = cells[2].recipe, cells[3].recipe
    assert (off.protection, off.protect) == (Protection(), "off")
    assert careful.protection.kl.beta > 0
    assert careful.training.lr < 2e-4
    assert cells[1].recipe.protection.kl.beta > cells[0].recipe.protection.kl.beta


def test_single_protections_may_vary():
    cells = sweeps.make_cells(
        presets.resolved(Recipe(base="tiny")), ("lora",), sweeps.parse_grid(["protection.kl.beta=0.5,1"])
    )
    assert [cell.recipe.protection.kl.beta for cell in cells] == [0.5, 1.0]


@pytest.mark.parametrize(
    ("methods", "grid", "field", "said"),
    [
        ("full,magic", [], "methods", "no method 'magic'"),
        (" ", [], "methods", "No method"),
        ("full", ["adapter.rank=8,16"], "adapter.rank", "no effect on full"),
        ("prompt", ["training.lr=1e-4"], "training.lr", "no effect on prompt"),
        ("full", ["training.speed=1,2"], "training.speed", "no setting"),
        ("full", ["method=lora"], "method", "cannot vary"),
        ("full", ["training.lr"], "training.lr", "names no values"),
        ("full", ["training.lr=fast"], "training.lr", "expected a number"),
        ("full", ["lr=1e-5", "training.lr=1e-6"], "training.lr", "twice"),
        ("lora", ["adapter.rank=0,8"], "adapter.rank", "expected"),
        ("full", ["protection.activation.strength=1"], "protection.activation.strength", "thin matrices"),
        ("full", ["batch_size=4,8", "micro_batch=3"], "training.micro_batch", "does not divide"),
    ],
)
def test_bad_sweeps_are_refused_naming_the_field(methods, grid, field, said):
    with pytest.raises(UserError, match=said) as refused:
        sweeps.make_cells(Recipe(base="tiny"), sweeps.parse_methods(methods), sweeps.parse_grid(grid))
    assert refused.value.field == field


def test_own_protections_that_a_method_cannot_have_are_refused():
    own = Recipe(base="tiny", method="lora", protect="custom", protection=Protection(kl=Kl(beta=1.0)))
    assert [cell.recipe.protection.kl.beta for cell in sweeps.make_cells(own, ALL, {})] == [0, 1, 1, 1]
    dear = msgspec.structs.replace(
        own,
        protection=msgspec.structs.replace(own.protection, activation=type(own.protection.activation)(strength=1.0)),
    )
    with pytest.raises(UserError) as refused:
        sweeps.make_cells(dear, ALL, {})
    assert refused.value.field == "protection.activation.strength"


def test_a_sweep_bigger_than_the_disk_is_refused_with_both_figures(project):
    cells = sweeps.make_cells(Recipe(base="tiny"), ("full", "lora"), {})
    plans = [planned(cell.recipe) for cell in cells]
    needed = sum(one.disk.total_bytes for one in plans)
    enough = [planned(cell.recipe, disk_free=needed) for cell in cells]
    sweeps.require_room(project.store, cells, enough)
    short = [planned(cell.recipe, disk_free=needed - 1) for cell in cells]
    with pytest.raises(UserError, match=r"2 runs need about .* of disk; .* are free") as refused:
        sweeps.require_room(project.store, cells, short)
    assert refused.value.field == "checkpoints.keep"


def set_state(store, run_id, state):
    with store.write() as connection:
        connection.execute("UPDATE runs SET state = ? WHERE id = ?", (state, run_id))
        connection.execute("UPDATE jobs SET state = ? WHERE run_id = ?", (state, run_id))


def test_a_sweep_asked_for_again_goes_on_where_it_was(project):
    project.add_base()
    store = project.store
    cells = sweeps.make_cells(Recipe(base="tiny"), ALL, {})
    sweep_id = queue(store, cells)
    first = [cell.run_id for cell in rows.cells(store, sweep_id)]
    assert first == [1, 2, 3, 4]
    assert [job.kind for job in jobs.unfinished(store)] == ["train"] * 4 + ["sweep"]
    for run_id, state in zip(first, (State.FINISHED, State.INTERRUPTED, State.CANCELLED, State.QUEUED), strict=True):
        set_state(store, run_id, state)
    assert queue(store, cells) == sweep_id
    again = rows.cells(store, sweep_id)
    assert [cell.run_id for cell in again] == [1, 2, 5, 4]  # only the cancelled one begins anew
    assert runs.get(store, 2).state is State.QUEUED
    assert jobs.latest_for_run(store, 2).payload["resume"] is True
    assert [cell.is_reused for cell in again] == [True, True, False, True]


def test_a_finished_run_of_the_same_recipe_is_taken_over_by_another_sweep(project):
    project.add_base()
    store = project.store
    queue(store, sweeps.make_cells(Recipe(base="tiny"), ("lora",), {}))
    set_state(store, 1, State.FINISHED)
    other = queue(store, sweeps.make_cells(Recipe(base="tiny"), ("lora", "full"), {}))
    assert [(cell.run_id, cell.is_reused) for cell in rows.cells(store, other)] == [(1, True), (2, False)]
    assert len(rows.everything(store)) == 2


def finish(store, run_id, change, exact):
    ids = [f"i{n}" for n in range(60)]
    one = CapabilityInput(
        name="facts",
        before=[1.0] * 60,
        after=[1.0 + change + n % 2 / 100 for n in range(60)],
        item_ids=ids,
        cluster_ids=ids,
    )
    verdict = decide([one])
    scores.add_verdict(store, run_id=run_id, step=1, split="verdict", overall=verdict.word, payload=verdict)
    learned = {"n": 9, "exact_before": 0.0, "exact_after": exact, "nll_before": 2.0, "nll_after": 1.0}
    runs.update(store, run_id, results={"learned": learned})
    set_state(store, run_id, State.FINISHED)


def test_the_summary_recommends_and_says_what_is_missing(project):
    project.add_base()
    store = project.store
    sweep_id = queue(store, sweeps.make_cells(Recipe(base="tiny"), ALL, {}))
    finish(store, 1, 0.0, 0.4)
    finish(store, 2, 0.9, 1.0)
    finish(store, 3, 0.02, 0.9)
    set_state(store, 4, State.FAILED)
    made = sweeps.summarise(store, rows.get(store, sweep_id))
    assert (made.measure, made.recommended, made.front) == ("exact", 3, (1, 3))
    assert made.sentence.startswith(
        "lora: +90 points with everything kept. Of the 2 runs that kept everything it learned most"
    )
    assert made.missing == ("qlora (run 4: failed)",)
    assert [one.word for one in made.points] == ["kept", "forgot", "kept"]


def test_a_sweep_without_any_result_says_so(project):
    project.add_base()
    sweep_id = queue(project.store, sweeps.make_cells(Recipe(base="tiny"), ("lora",), {}))
    made = sweeps.summarise(project.store, rows.get(project.store, sweep_id))
    assert (made.recommended, made.points) == (None, ())
    assert made.missing == ("lora (run 1: queued)",)


def test_the_rest_is_cancelled_and_what_is_missing_is_queued_again_before_the_summing_up(project):
    project.add_base()
    store = project.store
    sweep_id = queue(store, sweeps.make_cells(Recipe(base="tiny"), ALL, {}))
    for run_id, state in ((1, State.FINISHED), (2, State.TRAINING)):
        set_state(store, run_id, state)
    assert sweeps.cancel_rest(store, sweep_id) == (3, 4)
    assert [runs.get(store, one).state.value for one in (1, 2, 3, 4)] == [
        "finished",
        "training",
        "cancelled",
        "cancelled",
    ]
    assert jobs.unfinished(store)[-1].kind == "sweep"  # what there is is still summed up
    first_job = rows.get(store, sweep_id).job_id
    set_state(store, 2, State.FAILED)
    assert sweeps.resume(store, sweep_id) == (2, 5, 6)
    assert [cell.run_id for cell in rows.cells(store, sweep_id)] == [1, 2, 5, 6]
    assert runs.get(store, 5).recipe_hash == runs.get(store, 3).recipe_hash
    assert runs.get(store, 5).plan == runs.get(store, 3).plan
    assert jobs.get(store, first_job).state is State.CANCELLED
    assert [job.kind for job in jobs.unfinished(store)] == ["train"] * 3 + ["sweep"]
    assert sweeps.resume(store, sweep_id) == ()  # nothing is missing but what waits already
    assert len(jobs.unfinished(store)) == 4


def test_a_run_in_the_trash_is_queued_anew_when_its_sweep_goes_on(project):
    project.add_base()
    store = project.store
    sweep_id = queue(store, sweeps.make_cells(Recipe(base="tiny"), ("full", "lora"), {}))
    set_state(store, 1, State.FINISHED)
    set_state(store, 2, State.FINISHED)
    runs.trash(store, 2, at=1.0)
    assert sweeps.resume(store, sweep_id) == (3,)
    assert rows.of_run(store, 3).id == rows.of_run(store, 1).id == sweep_id
    assert rows.of_run(store, 2) is None


def test_only_the_named_runs_are_queued_again(project):
    project.add_base()
    store = project.store
    sweep_id = queue(store, sweeps.make_cells(Recipe(base="tiny"), ("full", "lora", "qlora"), {}))
    set_state(store, 1, State.FAILED)
    cancelled = sweeps.cancel_rest(store, sweep_id)
    assert cancelled == (2, 3)
    assert sweeps.resume(store, sweep_id, cancelled) == (4, 5)
    assert runs.get(store, 1).state is State.FAILED


def test_a_sweep_taken_back_stops_its_own_runs_and_can_be_queued_again(project):
    project.add_base()
    store = project.store
    queue(store, sweeps.make_cells(Recipe(base="tiny"), ("lora",), {}))
    set_state(store, 1, State.FINISHED)
    sweep_id = queue(store, sweeps.make_cells(Recipe(base="tiny"), ("lora", "full", "qlora"), {}))
    set_state(store, 2, State.TRAINING)
    assert sweeps.take_back(store, sweep_id) == (2, 3)
    assert [one.id for one in runs.everything(store)] == [1]  # what was there before stays
    assert runs.get(store, 3).state is State.CANCELLED
    assert jobs.take_requests(store, jobs.latest_for_run(store, 2).id) == ["stop"]
    assert jobs.get(store, rows.get(store, sweep_id).job_id).state is State.CANCELLED
    assert sweeps.resume(store, sweep_id) == (4, 5)


def test_a_grid_beyond_the_most_is_refused_before_it_is_made():
    rates = ",".join(f"{number}e-6" for number in range(1, 102))
    with pytest.raises(UserError, match="303 runs; 200 is the most") as refused:
        sweeps.make_cells(Recipe(base="tiny"), ("full", "lora", "qlora"), sweeps.parse_grid([f"training.lr={rates}"]))
    assert refused.value.field == "grid"
