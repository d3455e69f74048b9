import re
from html.parser import HTMLParser
from pathlib import Path

import filled_store as filled
import pytest

from engine.errors import UserError
from engine.export import charts, plain, svg
from engine.export.gather import gather
from engine.export.report import report_path, shareable, write_report
from engine.records import CanaryPlan, DataSpec, Recipe
from engine.states import State
from engine.store import events, runs, scores
from engine.verdict import sentences
from engine.verdict.decide import decide
from engine.verdict.records import CapabilityInput

VOID = {"meta", "link", "br", "hr", "img", "input"}


class Page(HTMLParser):
    """Checks that every element is closed in order, and keeps the tags, attributes and text."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.attributes, self.words = [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


@pytest.fixture
def written(store, tmp_path):
    def write(run_id):
        text = write_report(store, run_id, tmp_path / "out" / "report.html", private=[]).read_text("utf-8")
        return text, Page(text)

    return write


def test_page_is_whole_and_fetches_nothing(store, written):
    text, page = written(filled.full_run(store)[0])
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert not [value for name, value in page.attributes if name in {"src", "href", "srcset"} or name.startswith("on")]
    assert "url(" not in text
    assert "@import" not in text
    assert page.tags.count("svg") == 3  # likelihoods, divergence, timeline
    assert "prefers-color-scheme: dark" in text


def test_numbers_are_those_stored(store, written):
    run_id, verdict = filled.full_run(store)
    _, page = written(run_id)
    for one in verdict.capabilities:
        change = sentences.amount(one.mean_change, one.kind)
        assert f"{one.name} {sentences.GLYPHS[one.word]} {charts.WORDS[one.word]} {one.n} {change}" in page.text
        bounds = plain.interval(one.lower, one.upper, one.kind)
        assert page.text.count(f"{change} {bounds}") == 2  # picture and table
        assert one.reason in page.text
    assert verdict.pooled.reason in page.text
    for said in ("0 % → 96 %", "5 % → 98 %", "2.10 → 0.31", "held-out rows 80", "0.21 against 0.31", "88 % exact on 16",
                 "0 % → 92 % of 40 answers", "1 → 7 of 40", "predicted 3.0 GB, measured peak 2.8 GB (92 %",
                 "Unchanged: 7 files, 272.0 MB", "45,000 tokens in 5 min; 3 looks, 4 checkpoints"):  # fmt: skip
        assert said in page.text


def test_headline_names_what_was_forgotten_beside_what_was_learned(store, written):
    run_id, verdict = filled.full_run(store)
    text, page = written(run_id)
    assert verdict.word == "forgot"
    assert "▼ Forgot arithmetic" in page.text
    assert text.index("▲ Learned") < text.index("▼ Forgot: 1 of 6 capabilities") < text.index("Before and after")


def test_rows_are_sorted_worst_first(store, written):
    run_id, _ = filled.full_run(store)
    text, _ = written(run_id)
    changes = [row.verdict.mean_change / row.verdict.budget for row in gather(store, run_id).rows]
    assert changes == sorted(changes, reverse=True)
    table = text[text.index("<h2>Capabilities</h2>") :]
    names = re.findall(r'<tr><td class="name">([^<]+)</td>', table)[: len(changes)]
    assert names == [row.verdict.name for row in gather(store, run_id).rows]
    drawn = re.findall(r'class="name" text-anchor="end">([^<]+)<', text)
    assert drawn == [name for name in names if name != "open chat"] + ["open chat"]


def test_worst_answers_show_the_flips_by_name_and_leave_out_what_improved(store, written):
    run_id, verdict = filled.full_run(store)
    _, page = written(run_id)
    forgotten = [name for one in verdict.checked for name in one.flips.forgotten]
    assert forgotten == [f"arithmetic-{n:03d}" for n in range(5)]
    assert "5: " + ", ".join(forgotten) in page.text
    found = gather(store, run_id).answers
    assert [one.is_forgotten for one in found] == sorted((one.is_forgotten for one in found), reverse=True)
    assert {one.item_id for one in found if one.is_forgotten} == set(forgotten)
    assert all(one.change > 0 for one in found if not one.is_forgotten)


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "</svg><img src=x onerror=alert(1)>",
        "\u202eevil\u202c",
        "]]>--><style>*{}</style>",
        "\x1b[31m",
    ],
)
def test_hostile_names_and_answers_stay_text(store, written, monkeypatch, hostile):
    spec = filled.CAPABILITIES["word problems"]
    monkeypatch.setitem(filled.CAPABILITIES, hostile, spec)
    settings = {**filled.SETTINGS, "primaries": {**filled.SETTINGS["primaries"], hostile: "ref_nll"}}
    monkeypatch.setattr(filled, "SETTINGS", settings)
    run_id, _ = filled.full_run(store, hostile=hostile, name=f"run {hostile}", notes=hostile)
    text, page = written(run_id)
    assert not {"script", "img"} & set(page.tags)
    assert page.tags.count("style") == 1
    assert page.tags.count("svg") == 3
    assert not set(text) & set("\u202e\u202c\x1b")
    assert plain.visible(hostile) in page.text


def test_a_bound_equal_to_the_limit_is_cannot_tell_on_the_page(store, written):
    filled.add_base(store)
    run_id = filled.new_run(store)
    items = [f"i{n}" for n in range(30)]
    given = CapabilityInput(
        name="facts", before=[1.0] * 30, after=[1.1] * 30, budget=1.1 - 1.0, item_ids=items, cluster_ids=items
    )
    verdict = decide([given])
    assert verdict.capabilities[0].upper == verdict.capabilities[0].budget
    scores.add_verdict(store, run_id=run_id, step=1, split="verdict", overall=verdict.word, payload=verdict)
    _, page = written(run_id)
    assert "◆ Can't tell about facts" in page.text
    assert (
        "facts ◆ Can't tell 30 −0.10 [−0.10, −0.10] −0.1 nats/token protect We can't tell: the change is between"
        in page.text
    )


def test_no_local_path_and_no_user_reach_the_page(store, tmp_path):
    answer = f" see {store.home}/runs/1 and {Path.home() / 'x.txt'}"
    run_id, _ = filled.full_run(
        store,
        hostile=answer,
        canaries=CanaryPlan(suite="/home/ada/suites/mine.jsonl"),
        name="from C:\\Users\\ada\\rows",
    )
    text = write_report(store, run_id, tmp_path / "r.html").read_text("utf-8")
    assert "ada" not in Page(text).text.split()
    for local in ("/home/ada", "secret project", "Users", str(store.home), str(tmp_path), f"{Path.home()}/"):
        assert local not in text
    assert "…/tickets.jsonl" in text
    assert "…/mine.jsonl" in text


def test_shareable_recipe_keeps_everything_else():
    recipe = filled.recipe(
        base="starter", data=DataSpec(path="rows.jsonl", heldout_path=r"C:\data\held out.jsonl"), notes="ok"
    )
    shared = shareable(recipe)
    assert shared.data.path == "rows.jsonl"
    assert shared.data.heldout_path == "…/held out.jsonl"
    assert shared.training == recipe.training
    assert isinstance(shared, Recipe)


def test_run_that_only_waits(store, written):
    _, page = written(filled.new_run(store))
    assert "○ No verdict yet" in page.text
    assert "The run is not finished: Queued, step 0 of 75." in page.text
    assert "Not measured yet." in page.text
    assert "Before and after" not in page.text


def test_run_stopped_between_looks_shows_the_timeline_and_no_verdict(store, written):
    run_id = filled.new_run(store)
    filled.measure(store, run_id, "before", 0, 0.0)
    filled.add_steps(store, run_id, 30)
    filled.measure(store, run_id, "look", 15, 0.15)
    filled.measure(store, run_id, "look", 30, 1.0)
    filled.set_state(store, run_id, State.STOPPED)
    text, page = written(run_id)
    assert "○ No verdict" in page.text
    assert "The run ended as “Stopped” before anything could be compared." in page.text
    assert "■ stopped at 30" in page.text
    assert "★ last inside every limit: step 15" in page.text
    assert text.count("<svg") == 1
    assert "Not hashed again yet." in page.text


def test_scores_that_cannot_be_compared_are_said_not_drawn(store, written, monkeypatch):
    run_id = filled.new_run(store)
    filled.measure(store, run_id, "before", 0, 0.0)
    monkeypatch.setattr(filled, "SETTINGS", {**filled.SETTINGS, "precision": "bf16"})
    filled.measure(store, run_id, "look", 5, 0.1)
    filled.add_steps(store, run_id, 5)
    _, page = written(run_id)
    assert "The looks are not drawn: These scores cannot be compared: the precision was fp32, now bf16." in page.text


def test_a_damaged_base_is_said(store, written):
    run_id, _ = filled.full_run(store)
    runs.update(store, run_id, results={"base": {"unchanged": False, "files": 7}})
    _, page = written(run_id)
    assert "Not what it was" in page.text
    assert "Unchanged" not in page.text


def test_unknown_run_and_usual_place(store, tmp_path):
    with pytest.raises(UserError, match="no run 9"):
        write_report(store, 9, tmp_path / "r.html")
    assert not (tmp_path / "r.html").exists()
    assert report_path(store, 3) == store.home / "runs" / "3" / "report.html"


# ---- the drawing -----------------------------------------------------------------------------------------------------


def test_bounds_are_drawn_where_they_belong(store):
    run_id, _ = filled.full_run(store)
    row = gather(store, run_id).rows[0]
    drawn = charts.before_after([row], "one")
    one = row.verdict
    low, high = -one.upper, -one.lower
    scale = charts._change_scale([row], charts._RIGHT)
    assert scale.low < low < -one.mean_change < high < 0.0 < scale.high
    middle = 26 + charts.ROW / 2
    assert f'<line x1="{scale.at(low)}" y1="{middle}" x2="{scale.at(high)}" y2="{middle}"' in drawn
    assert (
        f'<line x1="{scale.at(-one.budget)}" y1="26.0" x2="{scale.at(-one.budget)}" y2="68.0" class="budget"/>' in drawn
    )


def test_smoothing_is_free_of_start_bias_and_zero_weight_changes_nothing():
    assert charts.smoothed([4.0, 4.0, 4.0]) == pytest.approx([4.0, 4.0, 4.0])
    assert charts.smoothed([1.0, 3.0], weight=0.5) == pytest.approx([1.0, (0.25 * 1 + 0.5 * 3) / 0.75])
    assert charts.smoothed([1.0, 5.0, 2.0], weight=0.0) == [1.0, 5.0, 2.0]


def test_thinning_keeps_spikes_and_order():
    points = [(n, float(n == 7777)) for n in range(20_000)]
    kept = charts.thinned(points)
    assert len(kept) <= charts.MOST_POINTS + 2
    assert (7777, 1.0) in kept
    assert [x for x, _ in kept] == sorted(x for x, _ in kept)


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [(0, 1, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]), (-0.06, 0.02, ["−0.06", "−0.04", "−0.02", "0.00", "0.02"]),
     (0, 100, ["0", "20", "40", "60", "80", "100"])],
)  # fmt: skip
def test_ticks_are_round_and_labelled_alike(low, high, labels):
    scale = svg.Scale(low=low, high=high, start=0, end=10)
    assert [scale.label(tick) for tick in scale.ticks()] == labels


@pytest.mark.parametrize(
    ("path", "name"),
    [("/a/b/rows.jsonl", "…/rows.jsonl"), (r"C:\Users\x\rows.csv", "…/rows.csv"), ("~/rows.csv", "…/rows.csv"),
     ("data/rows.csv", "data/rows.csv"), ("org/model", "org/model"), ("", "")],
)  # fmt: skip
def test_last_name(path, name):
    assert plain.last_name(path) == name


@pytest.mark.parametrize(
    ("text", "shown"),
    [("see /home/ada/x/y.csv now", "see …/y.csv now"), (r"D:\data\ada\f.txt", "…/f.txt"), ("nats/token and 1/2", "nats/token and 1/2"),
     ("https://example.org/a/b", "https://example.org/a/b"), ('path = "/srv/u/file"', 'path = "…/file"')],
)  # fmt: skip
def test_without_paths(text, shown):
    assert plain.without_paths(text) == shown


def test_advice_stands_on_the_page_with_its_evidence(store, written):
    run_id, _ = filled.full_run(store)
    _, page = written(run_id)
    assert "What to do next" in page.text
    assert "Rule format-capture" in page.text
    assert f"palimpsest next {run_id} --rule" in page.text
    assert "What to do next" not in written(filled.new_run(store))[1].text


def test_the_guards_trip_is_drawn_and_said(store, written):
    run_id, _ = filled.full_run(store)
    events.add(
        store, run_id=run_id, step=6, kind="beyond", capability="facts", sentence="Step 6: the first look beyond."
    )
    events.add(
        store, run_id=run_id, step=8, kind="tripped", capability="facts", sentence="Step 8: <facts> lost too much."
    )
    text, page = written(run_id)
    assert "■ guard: facts" in page.text
    assert "Step 6: the first look beyond." in page.text
    assert "&lt;facts&gt; lost too much" in text
    assert [mark.step for mark in gather(store, run_id).timeline.marks] == [8]
