"""`compare`: whom it asks, and what it says when one of them cannot."""

import pytest

from engine.cli import compare
from engine.errors import UserError

FINE = {"ref": "base:tiny", "fingerprint": "f" * 64, "answers": ["Lima."]}
GONE = {"ref": "1@40", "error": {"kind": "user", "message": "It is damaged.", "remedy": "Use an earlier one."}}


def test_a_third_model_is_looked_up_like_the_others(trained):
    assert compare._sides(trained.store, "base", "1@40", "base:tiny") == {
        "a": "base:tiny",
        "b": "1@40",
        "c": "base:tiny",
    }
    assert "c" not in compare._sides(trained.store, "base", "1@40", "")
    with pytest.raises(UserError):
        compare._sides(trained.store, "base", "1@40", "1@41")


def test_a_side_that_cannot_answer_is_told_after_the_others_were(capsys):
    with pytest.raises(UserError, match=r"B = 1@40 could not answer: It is damaged\.") as told:
        compare._tell({"sides": {"a": FINE, "b": GONE}}, ["Capital?"], (), with_answers=True)
    assert told.value.remedy == "Use an earlier one."
    said = capsys.readouterr().out
    assert "A Lima." in said
    assert "A = base tiny, fingerprint ffffffffffff…" in said
