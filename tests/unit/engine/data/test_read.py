"""Reading data files: every row is a row or a listed problem; files that cannot be trusted are refused with a place."""

import csv
import json
import os
import subprocess
import sys
import tracemalloc

import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.data.read import Problem, ReadLimits, Row, iter_rows, list_problems, read_rows
from engine.data.rows import excerpt
from engine.errors import UserError

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
ROWS = st.lists(st.dictionaries(TEXT, VALUES, max_size=4), min_size=1, max_size=6)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def refused(path, **limits):
    with pytest.raises(UserError) as caught:
        read_rows(path, limits=ReadLimits(**limits))
    assert caught.value.field == "data.path"
    assert caught.value.remedy
    return caught.value.message


def read_bytes(tmp_path, raw, name="rows.jsonl", **limits):
    path = tmp_path / name
    path.write_bytes(raw)
    return read_rows(path, limits=ReadLimits(**limits))


@QUICK
@given(rows=ROWS, ascii_only=st.booleans(), bom=st.booleans())
def test_json_lines_round_trip(tmp_path, rows, ascii_only, bom):
    text = "\n".join(json.dumps(row, ensure_ascii=ascii_only) for row in rows)
    # U+0000 is refused as a sign of UTF-16 only where it stands raw; json always escapes it
    result = read_bytes(tmp_path, (b"\xef\xbb\xbf" if bom else b"") + text.encode())
    assert result.problems == []
    assert [row.values for row in result.rows] == rows
    assert [row.line for row in result.rows] == list(range(1, len(rows) + 1))


@QUICK
@given(rows=ROWS, indent=st.sampled_from([None, 0, 3]), bom=st.booleans())
def test_json_list_round_trip(tmp_path, rows, indent, bom):
    text = json.dumps(rows, ensure_ascii=False, indent=indent)
    result = read_bytes(tmp_path, (b"\xef\xbb\xbf" if bom else b"") + text.encode(), "rows.json")
    assert result.format == "json"
    assert result.problems == []
    assert [row.values for row in result.rows] == rows


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=20)


@QUICK
@given(cells=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=5), delimiter=st.sampled_from(",;\t"))
def test_csv_round_trip(tmp_path, cells, delimiter):
    path = tmp_path / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL)
        writer.writerows([("prompt", "completion"), *cells])
    result = read_rows(path)
    assert result.problems == []
    assert [(row.values["prompt"], row.values["completion"]) for row in result.rows] == cells


@QUICK
@given(chunk=st.integers(1, 7))
def test_the_list_splitter_does_not_depend_on_where_chunks_end(tmp_path, chunk, monkeypatch):
    monkeypatch.setattr("engine.data.strict_json._CHUNK_BYTES", chunk)
    rows = [{"a": 'q"[]{},\\', "b": [{"c": "é€"}]}, {"a": "\n"}]
    result = read_bytes(tmp_path, json.dumps(rows, indent=1, ensure_ascii=False).encode(), "rows.json")
    # with chunks below 3 bytes there is no byte-order mark to lose here
    assert [row.values for row in result.rows] == rows
    assert [row.line for row in result.rows] == [2, 10]


def test_parquet(tmp_path):
    rows = [{"prompt": "a", "turns": [{"role": "user", "content": "é"}]}, {"prompt": None, "turns": None}]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "rows.parquet")
    result = read_rows(tmp_path / "rows.parquet")
    assert [row.values for row in result.rows] == rows
    assert [row.line for row in result.rows] == [1, 2]
    whole = (tmp_path / "rows.parquet").read_bytes()
    (tmp_path / "cut.parquet").write_bytes(whole[: len(whole) // 2])
    assert "cut.parquet is not a whole Parquet file" in refused(tmp_path / "cut.parquet")
    (tmp_path / "no.parquet").write_text("hello")
    assert "not a Parquet file" in refused(tmp_path / "no.parquet")


def test_parquet_under_caps(tmp_path):
    path = tmp_path / "rows.parquet"
    pyarrow.parquet.write_table(
        pyarrow.Table.from_pylist([{"a": "x" * 50, "b": 1.0}, {"a": "y", "b": float("nan")}]), path
    )
    result = read_rows(path, limits=ReadLimits(row_bytes=40))
    assert result.rows == []
    assert [(problem.line, problem.kind) for problem in result.problems] == [(1, "too_long"), (2, "not_finite")]
    assert "2 columns; at most 1" in refused(path, columns=1)
    assert "2 rows; at most 1" in refused(path, rows=1)
    deep = pyarrow.array([[[["x"]]]])
    pyarrow.parquet.write_table(pyarrow.table({"a": deep}), path)
    assert "nested deeper than 3" in refused(path, nesting=3)


def test_plain_text_rows_are_paragraphs_with_their_first_line(tmp_path):
    result = read_bytes(tmp_path, b"\xef\xbb\xbf\n\none\ntwo\r\n\n  \nthree", "notes.txt")
    assert [(row.line, row.values) for row in result.rows] == [(3, {"text": "one\ntwo"}), (7, {"text": "three"})]


@pytest.mark.parametrize(
    ("line", "kind", "field", "said"),
    [
        ('{"a": NaN}', "not_finite", "", "NaN"),
        ('{"a": -Infinity}', "not_finite", "", "-Infinity"),
        ('{"a": 1e999}', "not_finite", "", "1e999"),
        ('{"a": 1, "b": {"k": 1, "k": 2}}', "duplicate_key", "k", "the key 'k' twice"),
        ('{"a": 1', "json", "", "invalid JSON"),
        ("[1, 2]", "json", "", "a list"),
        ('"text"', "json", "", "a str"),
        ('{"a": "\\ud800"}', "text", "", "surrogate"),
        ("{'a': 1}", "json", "", "invalid JSON"),
        ('{"a": ' + "[" * 40 + "]" * 40 + "}", "nesting", "", "more"),
        ('{"a": ' + "[" * 200_000, "nesting", "", "more"),
        ('{"a": ' + "9" * 5000 + "}", "number", "", "5000 digits"),
        ("{" + ", ".join(f'"k{n}": 1' for n in range(300)) + "}", "columns", "", "300"),
        ("{" + '\\"' * 50_000, "json", "", "invalid JSON"),
    ],
)
def test_a_row_that_cannot_be_used_is_listed_with_line_and_reason(tmp_path, line, kind, field, said):
    result = read_bytes(tmp_path, b'{"a": 1}\n\n' + line.encode() + b'\n{"a": 2}\n')
    assert [row.line for row in result.rows] == [1, 4]
    (problem,) = result.problems
    assert (problem.line, problem.kind, problem.field) == (3, kind, field)
    assert said in problem.sentence()
    assert problem.sentence().startswith("line 3")


def test_brackets_inside_strings_are_not_nesting(tmp_path):
    assert len(read_bytes(tmp_path, json.dumps({"a": "[" * 500 + '"\\'}).encode()).rows) == 1


def test_wrong_encodings_name_byte_and_offset(tmp_path):
    def message(raw, name="rows.jsonl"):
        (tmp_path / name).write_bytes(raw)
        return refused(tmp_path / name)

    latin = '{"a": 1}\n{"a": "café"}\n'.encode("latin-1")
    assert "byte 0xe9 at offset 19 (line 2)" in message(latin)
    assert "UTF-16" in message('{"a": "b"}'.encode("utf-16"), "rows.json")
    assert "byte 0x00 at offset 1" in message('prompt,"b"'.encode("utf-16-le"), "rows.csv")
    assert "byte 0xc3 at offset 7 (line 1)" in message(b'{"a": "\xc3', "cut.jsonl")
    # a bad byte that a chunk's edge cuts in two
    start = b'{"a": "' + b"x" * ((1 << 20) - 8)
    assert f"byte 0xc3 at offset {len(start)}" in message(start + b'\xc3("}')


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.json", "rows.csv", "rows.txt", "rows.parquet"])
@pytest.mark.parametrize("raw", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_empty_files_are_refused(tmp_path, name, raw):
    path = tmp_path / name
    path.write_bytes(raw)
    with pytest.raises(UserError, match=r"is empty|has no rows|not a Parquet|must name the columns"):
        read_rows(path)


def test_wrong_paths(tmp_path):
    assert "does not exist" in refused(tmp_path / "nothing.jsonl")
    assert "is a folder" in refused(tmp_path)
    os.mkfifo(tmp_path / "pipe.jsonl")
    assert "not a regular file" in refused(tmp_path / "pipe.jsonl")
    (tmp_path / "rows.jsonl").write_bytes(b"\x1f\x8b\x08 packed")
    assert "packed (gzip)" in refused(tmp_path / "rows.jsonl")
    (tmp_path / "rows.docx").write_bytes(b"hello")
    assert "unknown kind of file" in refused(tmp_path / "rows.docx")


def test_the_first_bytes_decide_between_json_and_json_lines(tmp_path):
    assert read_bytes(tmp_path, b'{"a": 1}\n{"a": 2}', "rows.json").format == "jsonl"
    assert read_bytes(tmp_path, b' [{"a": 1}]', "rows.jsonl").format == "json"
    assert read_bytes(tmp_path, b'{"a": 1}', "rows.data").format == "jsonl"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b'[{"a": 1}', "the end of the file"),
        (b'[{"a": 1}] x', "other text"),
        (b'[{"a": 1},]', "an item between commas"),
        (b'[,{"a": 1}]', "an item between commas"),
        (b'[{"a": 1}}]', "brackets that match"),
        (b'[{"a": 1}][', "nothing else"),
        (b"[]", "has no rows"),
        (b"[ \n]", "has no rows"),
    ],
)
def test_broken_lists_are_refused(tmp_path, raw, said):
    (tmp_path / "rows.json").write_bytes(raw)
    assert said in refused(tmp_path / "rows.json")


def test_items_of_a_list_keep_their_lines_and_problems(tmp_path):
    result = read_bytes(
        tmp_path, b'[\n{"a": 1},\n\n  7, {"a": NaN},\n"' + b"x" * 99 + b'"\n]', "rows.json", row_bytes=40
    )
    assert [row.line for row in result.rows] == [2]
    assert [(problem.line, problem.kind) for problem in result.problems] == [
        (4, "json"),
        (4, "not_finite"),
        (5, "too_long"),
    ]


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.json", "rows.txt", "rows.csv"])
def test_a_line_without_end_is_never_held_in_memory(tmp_path, name):
    path = tmp_path / name
    opening = {"rows.jsonl": b'{"a": 1}\n{"a": "', "rows.json": b'[{"a": 1},\n"', "rows.csv": b'a,b\n1,"2'}.get(
        name, b"a\n\n"
    )
    with path.open("wb") as stream:
        stream.write(opening)
        for _ in range(64):
            stream.write(b"x" * (1 << 20))
        stream.write({"rows.jsonl": b'"}\n{"a": 2}\n', "rows.json": b'"]'}.get(name, b"\n"))
    tracemalloc.start()
    try:
        if name == "rows.csv":
            with pytest.raises(UserError, match=r"starts on line 2 is longer than 65,536 bytes"):
                read_rows(path, limits=ReadLimits(row_bytes=1 << 16))
        else:
            result = read_rows(path, limits=ReadLimits(row_bytes=1 << 16))
            assert [problem.kind for problem in result.problems] == ["too_long"]
            assert result.problems[0].line == (3 if name == "rows.txt" else 2)
            assert [row.line for row in result.rows] == ([1, 3] if name == "rows.jsonl" else [1])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 12 << 20


def test_csv_with_ragged_rows_and_bad_quotes(tmp_path):
    result = read_bytes(tmp_path, b'a,b\n1,2\n1,2,3\n"x"y,2\n"two\nlines",4\n\n5\n', "rows.csv")
    assert [(row.line, row.values) for row in result.rows] == [
        (2, {"a": "1", "b": "2"}),
        (5, {"a": "two\nlines", "b": "4"}),
    ]
    assert [(problem.line, problem.kind) for problem in result.problems] == [(3, "columns"), (4, "csv"), (8, "columns")]


def test_csv_headers(tmp_path):
    (tmp_path / "twice.csv").write_text("a,a\n1,2\n")
    assert "names the column 'a' twice" in refused(tmp_path / "twice.csv")
    assert read_bytes(tmp_path, b",a\n1,2\n", "rows.csv").columns == ("column_1", "a")
    assert read_bytes(tmp_path, b"a\tb,c\n1\t2\n", "rows.tsv").columns == ("a", "b,c")
    (tmp_path / "wide.csv").write_text("a,b,c\n1,2,3\n")
    assert "3 columns; at most 2" in refused(tmp_path / "wide.csv", columns=2)
    (tmp_path / "alone.csv").write_text("a,b\n")
    assert "has no rows" in refused(tmp_path / "alone.csv")


def test_too_many_rows_and_previews(jsonl):
    path = jsonl([{"a": n} for n in range(5)])
    assert "more than 4 rows" in refused(path, rows=4)
    preview = read_rows(path, first=2)
    assert (len(preview.rows), preview.has_more) == (2, True)
    assert not read_rows(path, first=5).has_more
    assert all(isinstance(found, Row) for found in iter_rows(path))


def test_long_lists_of_problems_say_how_many_more():
    problems = [Problem(line=n, kind="json", expected="x", found="y") for n in range(1, 26)]
    lines = list_problems(problems).splitlines()
    assert len(lines) == 21
    assert lines[-1] == "… and 5 more"


def test_excerpts_hide_nothing():
    assert excerpt("a\u202eb\x1b") == "a\\u202eb\\u001b"
    assert len(excerpt("x" * 500)) == 60


def test_reading_never_imports_torch_or_transformers():
    code = (
        "import sys, engine.data.read, engine.data.mapping, engine.data.template, pyarrow.parquet;"
        "print([name for name in ('torch', 'transformers', 'tokenizers') if name in sys.modules])"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )
