"""The report of a comparison: a page that stands alone, and a table that gives the numbers back."""

import csv
import io
import re

import filled_store as filled
import pytest

from engine.export.comparison import write_comparison
from engine.records import Training
from engine.store import runs


@pytest.fixture
def two(store):
    """A run that forgot and one that only waits, at another rate and with a name that is no good anywhere."""
    forgot, _ = filled.full_run(store)
    return forgot, filled.new_run(store, name="=<b>waits</b>", training=Training(lr=5e-5))


def test_the_page_has_choice_picture_numbers_and_what_differs(store, two, tmp_path):
    page, _ = write_comparison(store, two, tmp_path / "report", private=[])
    text = page.read_text("utf-8")
    assert "★ triage-full" in text
    assert text.count("<svg") == 1
    assert "&lt;b&gt;waits" in text
    assert "(run 2: queued)" in text
    assert re.search(r"arithmetic −0\.\d+ \[−0\.\d+, −0\.\d+\] nats/token, n=62", text)
    assert re.search(r"training\.lr</code></td><td[^>]*>0\.0001</td><td[^>]*>5e-05", text)
    assert not re.search(r"https?://(?!www\.w3\.org)", text)
    for private in ("/home/ada", "secret project", "may.csv"):
        assert private not in text


def test_the_table_has_every_capability_with_n_and_bounds(store, two, tmp_path):
    _, table = write_comparison(store, two, tmp_path / "report", private=[])
    rows = list(csv.DictReader(io.StringIO(table.read_text("utf-8"))))
    assert {row["capability"] for row in rows} == {*filled.CAPABILITIES, ""}
    first = rows[0]
    assert (first["run"], first["n"], first["unit"], first["word"]) == ("triage-full", "62", "nats/token", "forgot")
    assert float(first["lower"]) < float(first["change"]) < float(first["upper"]) < float(first["limit"]) < 0
    assert float(first["gain"]) == pytest.approx(93.4)
    assert rows[-1]["run"] == "'=<b>waits</b>"  # no sheet runs it as a formula
    assert rows[-1]["verdict"] == ""


def test_runs_of_other_canaries_are_shown_and_nothing_is_recommended(store, two, tmp_path):
    other = filled.new_run(store, name="other")
    before, after = (
        filled.measure(store, other, moment, step, share)
        for moment, step, share in (("before", 0, 0.0), ("after", 75, 0.1))
    )
    filled.finish(store, other, before, after)
    with store.write() as connection:
        connection.execute("UPDATE measurements SET suite_hash = ? WHERE run_id = ?", ("8" * 64, other))
    text = write_comparison(store, [two[0], other], tmp_path, private=[])[0].read_text("utf-8")
    assert "Not comparable: canary suites standard 99999999 · standard 88888888." in text
    assert "No run recommended" in text


def test_runs_without_a_verdict_have_a_page_too(store, tmp_path):
    filled.add_base(store)
    run_id = filled.new_run(store)
    text = write_comparison(store, [run_id], tmp_path, private=[])[0].read_text("utf-8")
    assert "1 run compared" in text
    assert "<svg" not in text
    assert runs.get(store, run_id).state.word.lower() in text


def test_runs_of_one_name_are_told_apart(store, two, tmp_path):
    with store.write() as connection:
        connection.execute("UPDATE runs SET name = 'demo'")
    page, table = write_comparison(store, two, tmp_path / "report", private=[])
    names = {row["run"] for row in csv.DictReader(io.StringIO(table.read_text("utf-8")))}
    assert names == {f"demo #{one}" for one in two}
    assert all(name in page.read_text("utf-8") for name in names)
