"""Signs of broken writing, present and absent."""

import pytest

from engine.canaries.sentinels import (
    Generation,
    commonest_prefix,
    degenerate_signs,
    format_capture,
    length_ratio,
    main_script,
    repeated_share,
)

BASE = Generation(text="The capital of France is Paris, a city on the river Seine.")


def signs(text, base=BASE, **fields):
    return degenerate_signs(Generation(text=text, **fields), base)


def test_a_sound_answer_shows_no_sign():
    assert signs("Paris is the capital of France and lies on the Seine.") == ()
    assert degenerate_signs(BASE, BASE) == ()


@pytest.mark.parametrize("text", ["", "  \n\t"])
def test_empty(text):
    assert signs(text) == ("empty",)
    assert signs(text, base=Generation(text="")) == ()


def test_repeats():
    assert "repeats" in signs("so it goes on " * 12)
    assert "repeats" in signs("ha" * 60)
    assert "repeats" in signs("巴黎巴黎" * 20)
    assert "repeats" not in signs("row row row your boat gently down the stream")


@pytest.mark.parametrize(
    ("tokens", "share"),
    [([], 0), ([1, 2, 3], 0), ([1, 2, 3, 4], 0), ([1] * 8, 0.8), ([1, 2, 3, 4, 1, 2, 3, 4], 0.2)],
)
def test_repeated_share(tokens, share):
    assert repeated_share(tokens) == pytest.approx(share)


def test_exactly_half_is_not_more_than_half():
    tokens = [1, 1, 1, 1, 1, 2, 3, 4]  # 5 four-grams: 1111 twice, then three new ones
    assert repeated_share(tokens) == pytest.approx(0.2)
    assert repeated_share([1] * 5) == 0.5


def test_ran_to_limit_only_when_the_base_did_not():
    long = Generation(text=BASE.text, hit_limit=True)
    assert signs(BASE.text, hit_limit=True) == ("ran_to_limit",)
    assert signs(BASE.text, base=long, hit_limit=True) == ()


def test_length_band_is_closed():
    base = Generation(text="abcdef")
    assert signs("ab", base=base) == ()
    assert signs("a", base=base) == ("length",)
    assert signs("abcdefghijklmnopqr", base=base) == ()
    assert signs("abcdefghijklmnopqrs", base=base) == ("length",)
    assert length_ratio("a b", "") == 2


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Hello, Мир", "LATIN"),
        ("Привет", "CYRILLIC"),
        ("東京タワー", "CJK"),
        ("مرحبا", "ARABIC"),
        ("12 + 3!", None),
        ("", None),
        ("\x00\ue000", None),
    ],
)
def test_main_script(text, script):
    assert main_script(text) == script


def test_script_switch():
    assert signs("Столица Франции — Париж, город на реке Сене.") == ("script",)
    assert signs("17, 23, 31, 42, 58, 64, 70, 89, 91, 105, 118") == ()


def test_format_capture():
    targets = [["{", '"cat', "egory", i] for i in range(8)] + [["I", "am", "sorry"], ["No"]]
    outputs = [["{", '"cat', "egory"], ["{", '"cat'], ["Paris"], ["{", '"cat', "egory", "x"]]
    capture = format_capture(outputs, targets)
    assert capture.prefix == ("{", '"cat', "egory")
    assert capture.training_share == 0.8
    assert capture.output_share == 0.5


def test_format_capture_of_nothing():
    assert format_capture([], []).output_share == 0
    assert format_capture([["a"]], [["b"]]).output_share == 0
    assert commonest_prefix([[1, 2, 3], [4, 5, 6]]) == ((1, 2, 3), 0.5)
