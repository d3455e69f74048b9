"""Comparisons across a changed tuple are refused, naming the part and how it changed."""

import msgspec
import pytest

from engine.errors import UserError
from engine.verdict.comparable import MeasurementSettings, changed_parts, require_comparable

SETTINGS = MeasurementSettings(
    prompts_hash="a" * 64,
    template_hash="b" * 64,
    tokenizer_hash="c" * 64,
    precision="fp32",
    quantisation="none",
    attention_kernel="sdpa",
    batch_layout="right-padded, 8 by length",
    versions={"torch": "2.13.0", "transformers": "5.23.0"},
)


def test_equal_settings_pass_also_after_a_round_trip():
    copy = msgspec.convert(msgspec.to_builtins(SETTINGS), MeasurementSettings)
    require_comparable(SETTINGS, copy)
    assert changed_parts(SETTINGS, copy) == []


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("prompts_hash", "d" * 64, "the prompts were aaaaaaaaaaaa, now dddddddddddd"),
        ("template_hash", "d" * 64, "the chat template was bbbbbbbbbbbb, now dddddddddddd"),
        ("tokenizer_hash", "", "the tokenizer was cccccccccccc, now none"),
        ("precision", "bf16", "the precision was fp32, now bf16"),
        ("quantisation", "nf4", "the quantisation was none, now nf4"),
        ("attention_kernel", "eager", "the attention kernel was sdpa, now eager"),
        ("batch_layout", "1", "the batch layout was right-padded, 8 by length, now 1"),
        ("versions", {"torch": "2.13.0", "transformers": "6.0"}, "the version of transformers was 5.23.0, now 6.0"),
        ("versions", {"torch": "2.13.0"}, "the version of transformers was 5.23.0, now not recorded"),
    ],
)
def test_each_changed_part_is_named(field, value, said):
    with pytest.raises(UserError) as refused:
        require_comparable(SETTINGS, msgspec.structs.replace(SETTINGS, **{field: value}))
    assert refused.value.message == f"These scores cannot be compared: {said}."
    assert "Measure the base again" in refused.value.remedy


def test_every_field_is_watched():
    watched = set()
    for field in MeasurementSettings.__struct_fields__:
        value = {"x": "1"} if field == "versions" else "something else"
        if changed_parts(SETTINGS, msgspec.structs.replace(SETTINGS, **{field: value})):
            watched.add(field)
    assert watched == set(MeasurementSettings.__struct_fields__)


def test_several_parts_are_all_named():
    other = msgspec.structs.replace(SETTINGS, precision="bf16", quantisation="nf4")
    assert len(changed_parts(SETTINGS, other)) == 2
