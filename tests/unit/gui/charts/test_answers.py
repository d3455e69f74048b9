"""Chart (f): both texts on screen exactly, hostile text stays text, shading, moving, and no stall on long answers (23)."""

import random
import time
from itertools import pairwise

import chart_examples as examples
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QTextCharFormat, QTextFormat
from speed import bar

from gui.charts.answers import Answer, AnswersView, tip_html, token_words
from gui.charts.shading import TokenScore
from gui.tasks import Tasks
from gui.watchdog import FAIL_S

HOSTILE = [
    '<img src="file:///etc/passwd"> <img src="https://tracker.example/x.png">',
    "<style>* { color: white; font-size: 200px }</style>hidden",
    '<a href="https://evil.example">click</a> <b>bold</b> <script>alert(1)</script>',
    "![picture](https://tracker.example/x.png) **bold** # heading\n- list\n```\ncode\n```",
    "&lt;b&gt; &amp; &#x41; <!-- comment --> </p></body></html>",
    "\u202eright to left\u202c \u0000 \ufffc",
]


@pytest.fixture
def view(qtbot, light):
    made = AnswersView()
    qtbot.addWidget(made)
    made.resize(900, 300)
    made.show()
    qtbot.waitExposed(made)
    return made


def _formats(pane):
    """Every fragment's text and format."""
    found = []
    block = pane.view.document().begin()
    while block.isValid():
        iterator = block.begin()
        while not iterator.atEnd():
            found.append((iterator.fragment().text(), iterator.fragment().charFormat()))
            iterator += 1
        block = block.next()
    return found


def test_both_answers_are_on_screen_with_marks_around_what_went(view):
    base, tuned = examples.answers()
    view.set_answers(base, tuned)
    assert view.base.plain_text().replace("⟦", "").replace("⟧", "") == base.text
    assert view.tuned.plain_text() == tuned.text
    struck = "".join(text for text, form in _formats(view.base) if form.fontStrikeOut())
    assert struck == "391.51,51391."
    bold = "".join(text for text, form in _formats(view.tuned) if form.fontUnderline() and form.fontWeight() > 500)
    assert bold == "I'm happy to help!401.61,61401."
    assert view.note.text().startswith("5 difference")


@pytest.mark.parametrize("mode", ["off", "words", "lines"])
@pytest.mark.parametrize("text", HOSTILE)
def test_a_models_text_is_never_read_as_anything_but_text(view, mode, text):
    plain = Answer(model="<b>m</b>", text=text, letter="A")
    view.set_mode(mode)
    view.set_answers(plain, Answer(model="m", text="harmless", letter="B"))
    on_screen = view.base.plain_text().replace("⟦", "").replace("⟧", "")
    if "\u0000" not in text:
        assert on_screen == text
    for _, form in _formats(view.base):
        assert not form.isImageFormat()
        assert not form.isAnchor()
        assert form.fontPointSize() in (0.0, view.base.view.font().pointSizeF())
        assert form.objectType() == QTextFormat.ObjectTypes.NoObject
    assert "&lt;" in view.base.view.toHtml() or "<" not in text
    assert "<b>m</b>" in view.base.header.text()


def test_tooltips_escape_tokens():
    token = TokenScore(text="<img src=x>", base=-0.7, tuned=-3.0, alternatives=(("<b>", 0.5), ("ok", 0.2)))
    assert "<img" not in tip_html(token_words(token))
    assert "base: p = 0.497" in token_words(token)
    assert "tuned: p = 0.050" in token_words(token)


def test_surprise_is_tinted_in_five_steps_and_dotted_at_the_worst(view):
    tokens = tuple(TokenScore(text=f"t{at}", base=value) for at, value in enumerate((-0.1, -1.0, -2.0, -4.0, -6.0)))
    view.set_answers(Answer(model="a", text="t0t1t2t3t4", tokens=tokens), Answer(model="b", text="x", letter="B"))
    view.set_shading("surprise")
    forms = {text: form for text, form in _formats(view.base)}
    alphas = [forms[f"t{at}"].background().color().alphaF() for at in range(5)]
    assert alphas == sorted(alphas)
    assert alphas[0] == 0.0
    assert alphas[-1] == pytest.approx(0.45, abs=0.01)
    dotted = QTextCharFormat.UnderlineStyle.DotLine
    assert [forms[f"t{at}"].underlineStyle() == dotted for at in range(5)] == [False, False, False, True, True]


def test_change_shading_stands_on_the_bases_text_in_two_hues(view):
    tokens = (TokenScore(text="lost", base=-0.1, tuned=-4.0), TokenScore(text="won", base=-4.0, tuned=-0.1))
    view.set_answers(Answer(model="a", text="lostwon", tokens=tokens), Answer(model="b", text="other", letter="B"))
    view.set_shading("change")
    forms = {text: form for text, form in _formats(view.base)}
    assert forms["lost"].background().color().rgb() != forms["won"].background().color().rgb()
    assert forms["lost"].underlineStyle() == QTextCharFormat.UnderlineStyle.DotLine
    assert forms["won"].underlineStyle() != QTextCharFormat.UnderlineStyle.DotLine
    assert view.tuned.plain_text() == "other"


def test_the_token_under_a_position_is_found(view):
    tokens = tuple(TokenScore(text=text, base=-1.0) for text in ("ab", "cde", "f"))
    view.set_answers(Answer(model="a", text="abcdef", tokens=tokens), Answer(model="b", text="x"))
    view.set_shading("surprise")
    assert [view.base.token_at(at).text for at in range(6)] == ["ab", "ab", "cde", "cde", "cde", "f"]


def test_next_difference_goes_round(view):
    view.set_answers(*examples.answers())
    places = []
    for _ in range(view.tuned.change_count() + 1):
        view.next_difference()
        places.append(view.tuned.view.textCursor().position())
    assert places[:-1] == sorted(set(places[:-1]))
    assert places[-1] == places[0]


def test_blind_hides_names_and_the_checkers_word(view):
    view.set_answers(*examples.answers())
    view.set_blind(True)
    for pane in (view.base, view.tuned):
        assert "starter" not in pane.header.text()
        assert "lora" not in pane.header.text()
        assert not set("✓✗") & set(pane.header.text())
    view.set_blind(False)
    assert "lora-04 @ 660" in view.tuned.header.text()


def test_panes_scroll_by_one_ratio_while_locked(view, qtbot):
    long, longer = "\n".join("line" for _ in range(100)), "\n".join("line" for _ in range(300))
    view.set_mode("off")
    view.set_answers(Answer(model="a", text=long), Answer(model="b", text=longer))
    one, two = view.base.view.verticalScrollBar(), view.tuned.view.verticalScrollBar()
    qtbot.waitUntil(lambda: one.maximum() > 0 and two.maximum() > one.maximum())
    one.setValue(one.maximum() // 2)
    assert two.value() / two.maximum() == pytest.approx(one.value() / one.maximum(), abs=0.01)
    view.set_locked(False)
    before = two.value()
    one.setValue(0)
    assert two.value() == before


def test_eight_hundred_words_are_compared_without_a_stall(view, qtbot, tmp_path):
    """A 5 ms timer on the GUI thread is never late by more than 100 ms while the difference is worked out."""
    noise = random.Random(2)
    vocabulary = ["the", "a", "of", "model", "answer", "step", "loss", "and"]
    first = " ".join(noise.choice(vocabulary) for _ in range(800))
    second = " ".join(noise.choice(vocabulary) for _ in range(800))
    tasks = Tasks(tmp_path)
    view._tasks = tasks
    beats = []
    timer = QTimer()
    timer.timeout.connect(lambda: beats.append(time.perf_counter()))
    timer.start(5)
    with qtbot.waitSignal(view.compared, timeout=30_000) as caught:
        begun = time.perf_counter()
        view.set_answers(Answer(model="a", text=first), Answer(model="b", text=second, letter="B"))
        beats.append(time.perf_counter())
        at_once = beats[-1] - begun
    timer.stop()
    tasks.close()
    gaps = [later - sooner for sooner, later in pairwise(beats)]
    assert at_once < bar(0.1)
    assert max(gaps) < bar(FAIL_S), f"stalled for {1000 * max(gaps):.0f} ms"
    assert "".join(s.text for s in caught.args[0].segments if s.kind != "added") == first
    assert view.tuned.plain_text() == second or "same word" in view.tuned.plain_text()


def test_a_difference_that_comes_too_late_is_dropped(view):
    base, tuned = examples.answers()
    view.set_answers(base, tuned)
    from gui.charts.answers import _compared

    late = _compared("old", "answers", "words")
    view._on_compared(late)
    assert view.tuned.plain_text() == tuned.text


def test_the_text_cursor_says_of_a_token_what_the_pointer_would(view, qtbot):
    tokens = (TokenScore(text="ab ", base=-0.7, tuned=-3.0), TokenScore(text="cd", base=-1.0))
    view.set_answers(Answer(model="first", text="ab cd", tokens=tokens), Answer(model="second", text="x"))
    view.set_shading("surprise")
    view.activateWindow()
    view.base.view.setFocus()
    qtbot.waitUntil(view.base.view.hasFocus)
    qtbot.keyClick(view.base.view, Qt.Key.Key_Right)
    assert view.note.text() == "“ab·” · first: p = 0.497 · second: p = 0.050"
    for _ in range(3):
        qtbot.keyClick(view.base.view, Qt.Key.Key_Right)
    assert view.note.text().startswith("“cd”")


def test_a_third_answer_is_compared_with_the_first(view):
    view.set_answers(
        Answer(model="a", text="one two"), Answer(model="b", text="one three", letter="B"),
        Answer(model="c", text="one two four", letter="C"),
    )  # fmt: skip
    assert view.third.isVisible()
    assert view.third.plain_text() == "one two four"
    assert "".join(text for text, form in _formats(view.third) if form.fontUnderline()) in ("two four", "four")
    view.set_answers(Answer(model="a", text="one two"), Answer(model="b", text="one three", letter="B"))
    assert not view.third.isVisible()


def test_what_is_being_written_grows_at_its_end(view):
    view.set_answers(Answer(model="a", text="Hel"), Answer(model="b", text="", letter="B"), is_writing=True)
    cursor = view.base.view.textCursor()
    cursor.setPosition(2)
    view.base.view.setTextCursor(cursor)
    view.set_answers(Answer(model="a", text="Hello"), Answer(model="b", text="", letter="B"), is_writing=True)
    assert view.base.plain_text() == "Hello"
    assert view.base.view.textCursor().position() == 2  # where one reads stays
    view.set_answers(Answer(model="a", text="Other"), Answer(model="b", text="", letter="B"), is_writing=True)
    assert view.base.plain_text() == "Other"


def test_flipped_each_text_stands_in_the_others_place(view):
    base, tuned = examples.answers()
    view.set_answers(base, tuned)
    view.set_flipped(True)
    assert view.base.plain_text() == tuned.text
    assert "lora-04" in view.base.header.text()
    view.set_flipped(False)
    assert view.tuned.plain_text() == tuned.text


def test_a_card_covers_one_pane_and_goes_again(view):
    from PySide6.QtWidgets import QLabel

    view.set_answers(*examples.answers())
    view.tuned.cover(QLabel("it failed"))
    assert view.tuned.is_covered
    assert not view.tuned.view.isVisible()
    assert view.base.view.isVisible()
    view.tuned.cover(None)
    assert view.tuned.view.isVisible()
