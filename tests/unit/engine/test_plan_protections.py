"""What protections cost, worked out by hand, and that every one of them says it."""

import pytest

from engine import settings
from engine.errors import UserError
from engine.plan import explain, plan, protection_sentence
from engine.plan.protecting import GENERAL_TOKENS, KL_CHUNK_TOKENS, PIECE_BYTES
from engine.records import Recipe
from engine.training.protections import base_tensors, divergence
from engine.training.protections.general import BUNDLED
from tests.unit.engine import test_plan
from tests.unit.engine.test_plan import CPU, GPU, PARAMETERS, ROWS, STARTER, SUITE

SETTING = {
    "kl": {"kl_beta": 1}, "replay": {"replay_weight": 1}, "prompt_kl": {"prompt_kl_beta": 1}, "l2sp": {"l2sp_strength": 0.1},
    "activation": {"activation_strength": 1}, "ewc": {"ewc_strength": 1}, "sam": {"sam_rho": 0.1},
    "token_weighting": {"token_weighting_tau": 4.0},
}  # fmt: skip


def made(method="lora", hardware=CPU, parameters=PARAMETERS, **changes):
    recipe = settings.apply(Recipe(protect="custom", method=method), changes)
    return plan(recipe, config=STARTER, parameters=parameters, rows=ROWS, hardware=hardware, suite=SUITE)


def costs(planned):
    found = {}
    for cost in planned.protections:
        found.setdefault(cost.name, []).append(cost)
    return found


def test_kl_by_hand():
    """One general row for every four, 75 tokens against 70; 4 operations a weight and token, and 2 for the base's pass."""
    found = costs(made(kl_beta=1))
    rows, teacher = found["kl"]
    assert rows.time_share == pytest.approx(0.25 * GENERAL_TOKENS / 70)
    assert teacher.time_share == pytest.approx(rows.time_share * 2 / 4)
    assert found["general rows"][0].once_share == pytest.approx(
        256 * 64 * 8 * PARAMETERS / (75 * 8 * 70 * 4 * PARAMETERS)
    )
    assert "general rows" not in costs(made(kl_beta=1, general_source="bundled"))


def test_kl_on_prompts_by_hand():
    """The base's pass (2 of 4 operations a weight), and 4 more for each weight of the output head on prompt tokens."""
    (prompts,) = costs(made(prompt_kl_beta=1))["prompt_kl"]
    assert prompts.time_share == pytest.approx((2 * PARAMETERS + 4 * 49152 * 576) / (4 * PARAMETERS))
    assert 0.6 < prompts.time_share < 0.8


def test_sam_by_hand():
    (sam,) = costs(made("full", sam_rho=2, sam_every_steps=4))["sam"]
    assert (sam.time_share, sam.size_bytes) == (0.25, 8 * PARAMETERS)


def test_osf_by_hand():
    """q_proj of the starter is 576 × 576: at .5 half of its directions are trained, 288 × (576 + 576 + 1) numbers."""
    planned = made(kind="osf", targets="q_proj")
    assert planned.trainable == 30 * 288 * 1153
    (osf,) = costs(planned)["osf"]
    # the start beside it (a square weight's strong directions follow from it), the whole weight and its gradient
    assert osf.size_bytes == 4 * planned.trainable + 8 * 30 * 576**2
    assert osf.once_share == pytest.approx(30 * 22 * 576**3 / (75 * 8 * 70 * 4 * PARAMETERS))
    (wide,) = costs(made(kind="osf", targets="k_proj", preserved=0.25))["osf"]  # 576 → 192: 144 of 192 are trained
    assert wide.size_bytes == 4 * 30 * (144 * (576 + 192 + 1) + 48 * 576) + 8 * 30 * 576 * 192


def test_corda_by_hand():
    found = costs(made(start="corda", targets="q_proj", general_rows=100))
    (corda,) = found["corda"]
    assert corda.size_bytes == 4 * made(targets="q_proj").trainable
    tokens, plain = 100 * GENERAL_TOKENS, 75 * 8 * 70 * 4 * PARAMETERS
    work = 2 * tokens * PARAMETERS + 30 * 2 * 576**2 * tokens + 30 * 22 * 576**3
    assert corda.once_share == pytest.approx(work / plain)
    assert found["general rows"], "the base answers general prompts first"
    assert "corda" not in costs(made("full", start="corda"))


@pytest.mark.parametrize("changes", [{"kind": "osf"}, {"start": "corda"}])
def test_adapters_that_keep_directions_tell_their_cost_and_memory(changes):
    plain, made_so = made(kind="lora"), made(**changes)
    name = next(iter(changes.values()))
    assert f"  {name}: " in explain(made_so)
    assert made_so.time.high_s > plain.time.high_s
    (cost,) = costs(made_so)[name]
    part = made_so.memory.part(f"protection_{name}")
    assert part is not None
    assert part.size_bytes == cost.size_bytes


def test_ewc_and_l2sp_by_hand():
    (ewc,) = costs(made("full", ewc_strength=1))["ewc"]
    assert ewc.size_bytes == 4 * PARAMETERS
    every, rarely = (costs(made("full", l2sp_strength=0.1, l2sp_every_steps=m))["l2sp"][0] for m in (1, 5))
    assert every.time_share == pytest.approx(5 * rarely.time_share)
    assert every.time_share == pytest.approx(75 * 60 / (75 * 8 * 70 * 6))


@pytest.mark.parametrize("name", sorted(SETTING))
@pytest.mark.parametrize("method", ["full", "lora", "qlora"])
def test_each_protection_tells_its_cost_and_makes_the_run_longer(name, method):
    if (name, method == "full") in {("activation", True), ("ewc", False)}:
        with pytest.raises(UserError):
            made(method, **SETTING[name])
        return
    plain, protected = made(method), made(method, **SETTING[name])
    assert any(name in cost.name for cost in protected.protections)
    assert protected.time.high_s > plain.time.high_s
    extra = sum(cost.size_bytes for cost in protected.protections)
    phases = [next(p for p in one.memory.phases if p.name == "training") for one in (plain, protected)]
    overlap = [sum(part.size_bytes for part in phase.parts if part.key == "overlap") for phase in phases]
    assert bool(overlap[1]) == (
        name not in ("kl", "replay")
    )  # a second pass over general rows meets the first's gradients
    training = [phase.size_bytes - 1.05 * none for phase, none in zip(phases, overlap, strict=True)]
    assert training[1] - training[0] == pytest.approx(1.05 * extra, rel=0.01, abs=4)
    told = explain(protected)
    assert "Protection: custom" in told
    assert all(f"  {cost.name}: {cost.what}" in told for cost in protected.protections)
    assert protection_sentence(protected).startswith("Protection custom: ")


def test_standard_is_planned_where_nothing_is_said():
    standard = plan(Recipe(), config=STARTER, parameters=PARAMETERS, rows=ROWS, hardware=CPU, suite=SUITE)
    assert standard.protect == "standard"
    assert {cost.name for cost in standard.protections} == {"general rows", "kl"}
    assert "+80 % time a step" in protection_sentence(standard)
    off = test_plan.planned(Recipe())
    assert off.protections == ()
    assert protection_sentence(off) == "Protection off: forgetting is only measured."
    assert "Protection:" not in explain(off)


def test_reading_the_base_over_the_bus_costs_more():
    cpu, gpu = (costs(made("full", hardware=hardware, l2sp_strength=0.1))["l2sp"][0] for hardware in (CPU, GPU))
    assert gpu.time_share > 10 * cpu.time_share


def test_ewc_of_a_large_model_is_refused_in_the_plan():
    with pytest.raises(UserError, match="28 GB"):
        made("full", parameters=7_000_000_000, ewc_strength=1)


def test_the_numbers_are_those_of_the_code():
    assert PIECE_BYTES == base_tensors.PIECE_BYTES
    assert KL_CHUNK_TOKENS == divergence.CHUNK_TOKENS
    from engine.plan.protecting import BUNDLED_ROWS

    assert len(BUNDLED.read_text("utf-8").splitlines()) == BUNDLED_ROWS
