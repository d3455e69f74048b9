"""Strengths as numbers: of a weight by its name, as typed, and which one is proposed."""

import pytest

from engine.errors import UserError
from engine.records import StrengthChange, StrengthPoint
from engine.verdict.strength import Strength, block_of, checked, proposed, read_blocks


def point(alpha, *means, blocks=None, role="protect"):
    changes = [
        StrengthChange(name=f"c{i}", kind="nll", role=role, n=15, mean=mean, budget=0.1) for i, mean in enumerate(means)
    ]
    return StrengthPoint(
        id=1,
        run_id=1,
        step=2,
        alpha=alpha,
        blocks=blocks or {},
        measurement_id=1,
        changes=tuple(changes),
        created_at=0,
        rev=1,
    )


@pytest.mark.parametrize(
    ("name", "block"),
    [
        ("model.layers.12.mlp.up_proj.weight", 12),
        ("base_model.model.model.layers.3.self_attn.q_proj.lora_B.weight", 3),
        ("transformer.h.7.attn.c_attn.weight", 7),
        ("model.embed_tokens.weight", None),
        ("lm_head.weight", None),
    ],
)
def test_the_block_of_a_weight(name, block):
    assert block_of(name) == block


def test_a_block_may_differ():
    strength = Strength(alpha=0.5, blocks={"3": 0.25})
    assert strength.of("model.layers.3.mlp.up_proj.weight") == 0.25
    assert strength.of("model.layers.4.mlp.up_proj.weight") == 0.5
    assert strength.of("model.norm.weight") == 0.5


def test_names_of_versions_tell_strengths_apart():
    names = {Strength(alpha=a, blocks=b).variant for a in (0.5, 0.25) for b in ({}, {"1": 0.5}, {"1": 0.25})}
    assert len(names) == 6
    assert Strength(alpha=0.5).variant == "x0.5"


def test_blocks_as_typed():
    assert read_blocks("0-2=0.5, 7=1") == {"0": 0.5, "1": 0.5, "2": 0.5, "7": 1.0}
    assert read_blocks("") == {}
    for wrong in ("x=1", "1", "1-2", "1=-1"):
        with pytest.raises(UserError) as caught:
            read_blocks(wrong)
        assert caught.value.field == "blocks"


@pytest.mark.parametrize(
    ("alpha", "blocks", "field"), [(1.1, {}, "alpha"), (-0.1, {}, "alpha"), (0.5, {"1": 2.0}, "blocks")]
)
def test_strengths_out_of_range_are_refused(alpha, blocks, field):
    with pytest.raises(UserError) as caught:
        checked(alpha, blocks)
    assert caught.value.field == field


def test_the_strongest_inside_every_budget_is_proposed():
    points = [
        point(0.0, 0, 0),
        point(0.25, 0.02, 0.01),
        point(0.5, 0.1, -0.3),
        point(0.75, 0.11, 0),
        point(1.0, 0.9, 0.9),
    ]
    assert proposed(points).alpha == 0.5
    assert proposed([*points, point(1.0, 0.0, blocks={"0": 0.5})]).alpha == 0.5
    assert proposed(points[:1]) is None
    assert proposed([point(1.0, 5.0, role="expendable")]).alpha == 1.0
