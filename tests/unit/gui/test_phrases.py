"""What the engine says in German: sentences with values, several at once, and text that is not the engine's stays."""

import json
import time

import pytest

from engine import measured, presets, settings
from engine.durable import disk_full
from engine.errors import UserError
from engine.plan.advice import _saves
from engine.plan.records import Remedy
from engine.records import Recipe
from engine.verdict import sentences, tradeoff
from engine.verdict.advice import advise
from engine.verdict.decide import decide
from engine.verdict.records import CapabilityInput
from gui.i18n import FOLDER, Language, said
from gui.phrases import Phrases


@pytest.fixture
def phrases(tmp_path):
    place = tmp_path / "engine_xx.json"
    place.write_text(json.dumps({
        "Try again.": "NOCHMAL.",
        "the base": "DIE BASIS",
        "{0} is at {1} now.": "{1} IST JETZT DER ORT VON {0}.",
        "{0} were": "{0} WURDEN",
        "Lost: {0}": "VERLOREN: {0}",
        "Kept {0}; the rest ({1}) is gone.": "BEHALTEN {0}; DER REST ({1}) IST FORT.",
    }), "utf-8")  # fmt: skip
    made = Phrases()
    made.read(place)
    return made


@pytest.fixture
def german(qapp):
    language = Language(qapp)
    language.wear("de")
    yield
    language.wear("en")


@pytest.mark.parametrize(
    ("english", "other"),
    [
        ("Try again.", "NOCHMAL."),
        ("try again.", "try again."),
        ("The base", "DIE BASIS"),
        ("The base is at /a b/c now.", "/a b/c IST JETZT DER ORT VON DIE BASIS."),
        ("X is at Y now. Try again.", "Y IST JETZT DER ORT VON X. NOCHMAL."),
        ("Something else happened. Try again.", "Something else happened. NOCHMAL."),
        ("Something else\nTry again.", "Something else\nNOCHMAL."),
        ("Lost: a, b were", "VERLOREN: a, b WURDEN"),
        ("a, b were", "a, b were"),
        ("Kept 3 of {1}; the rest (4) is gone.", "BEHALTEN 3 of {1}; DER REST (4) IST FORT."),
        ("  Try again. ", "  NOCHMAL. "),
        ("Nothing of it", "Nothing of it"),
        ("1.20", "1.20"),
        ("", ""),
    ],
)
def test_a_text_is_translated_as_far_as_it_is_known(phrases, english, other):
    assert phrases.said(english) == other


def test_without_a_file_every_text_stays(phrases, tmp_path):
    phrases.read(tmp_path / "none.json")
    assert phrases.said("Try again.") == "Try again."


def test_english_and_the_language_for_tests_leave_what_the_engine_says(qapp):
    language = Language(qapp)
    for code in ("en", "pseudo"):
        language.wear(code)
        assert said("Check the path.") == "Check the path."
    language.wear("de")
    assert said("Check the path.") == "Prüfen Sie den Pfad."
    language.wear("en")
    assert said("Check the path.") == "Check the path."


def test_a_long_unknown_text_is_read_in_reasonable_time():
    german = Phrases()
    german.read(FOLDER / "engine_de.json")
    text = " and (x, y; z.) ".join(f"A sentence of {number} words, yes: it is." for number in range(2000))
    began = time.perf_counter()
    assert german.said(text) == text
    assert time.perf_counter() - began < 60


def _spoken():
    """What the engine's own functions say, with a value that must stay."""
    point = tradeoff.Point(
        run_id=7,
        label="mine",
        method="lora",
        word="kept",
        gain=0.5,
        worst=0.2,
        worst_name="facts",
        mean=0.1,
        trains=False,
    )
    remedy = Remedy(title="LoRA of rank 16", changes={}, saving_bytes=3_200_000_000, peak_bytes=10**9, fits=False)
    full = disk_full(FOLDER / "step-40")
    yield sentences.reason("can't tell", 0.4, 0.6, kind="binary", unit="points", budget=0.05), "−60.0"
    yield sentences.reason("forgot", 0.4, None, kind="nll", unit="nats/token", budget=0.1), "−0.40"
    yield sentences.few_clusters_reason(3), "3"
    yield sentences.noise_reason("−0.2", 0.01, "nats/token"), "−0.2"
    yield tradeoff.recommend([point], "exact").sentence, "mine"
    yield _saves(remedy), "3.2 GB"
    yield f"{measured.rates()}.", f"{measured.arms()['full, off'].mean_change:.1f}"
    yield f"{measured.standard_against_off('full')}; {measured.strengths('full')}.", "1e-4"
    yield full.sentence(), "step-40"
    with pytest.raises(UserError) as refused:
        settings.apply(Recipe(), {"training.lr": "much"})
    yield refused.value.sentence(), "'much'"
    yield from ((text, value) for text, value in _advised())


def _advised():
    """Advice after a run with its evidence: a loss under every method and protection, and what the canaries leave open."""
    learned = {"learned": {"exact_before": 0.0, "exact_after": 0.9, "nll_before": 2.0, "nll_after": 0.3}}
    unlearned = {"learned": {"exact_before": 0.02, "exact_after": 0.1}, "sentinels": {"format_capture_after": 0.5}}
    for method in ("lora", "full", "prompt"):
        for protect in ("off", "standard", "careful"):
            recipe = Recipe(method=method, protect=protect if method != "prompt" else "off")
            for results in (learned, unlearned):
                for change in (0.6, 2.0, 0.0, 0.1):
                    for one in advise(_verdict(change), results, recipe):
                        yield one.sentence, "facts" if "facts" in one.sentence else ""
                        yield one.evidence, ""


def _verdict(change, n=60):
    moves = [change + 0.3 * (-1 if index % 2 else 1) for index in range(n)]
    ids = [str(index) for index in range(n)]
    return decide([CapabilityInput(
        name="facts", kind="nll", score="ref_nll", role="protect", before=[2.0] * n, after=[2.0 + move for move in moves],
        item_ids=ids, cluster_ids=ids,
    )])  # fmt: skip


#: Words of English sentences that no German one has.
ENGLISH = {"the", "of", "and", "is", "were", "with", "that", "it", "to", "this", "what", "no", "be", "for"}


def _is_german(text):
    words = {word.strip(".,:;()").casefold() for word in text.split()}
    return not (words & ENGLISH) and "{0" not in text and "{1" not in text


def test_what_the_engine_really_says_is_german_with_its_values(german):
    for english, value in _spoken():
        assert value in said(english), english
        assert _is_german(said(english)), said(english)


def test_every_settings_help_and_every_preset_is_german(german):
    for one in settings.settings():
        assert said(one.help) != one.help, one.path
        assert _is_german(said(one.help).replace("weight decay", "")), said(one.help)
        assert said(one.expected()) != one.expected()
    for name in presets.NAMES:
        assert _is_german(said(presets.preset(name).about))


def test_a_name_that_is_a_word_of_the_engine_stays_at_the_top(german):
    assert said("kept") == "behalten"
    assert said("Training: Schritt 3, kept") == "Training: Schritt 3, kept"
