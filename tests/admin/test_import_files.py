"""Files as people and programs write them: read for what they are, or refused with a sentence."""

import pytest

from cms.admin import import_files
from cms.admin.exporting import safe_cell, without_guard
from cms.admin.import_files import FileRow, read_sheet
from cms.audit.imports import KnownRow, in_turn
from cms.core.errors import Invalid, TooLarge


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_dialect_of_csv_says_the_same(mark: str, delimiter: str, end: str) -> None:
    lines = [("name", "what, is; it"), ("Sea", '"a ""b"", c; d\te"'), ("", ""), ("Ü", "x")]
    text = mark + end.join(delimiter.join(cells) for cells in [("name", '"what, is; it"'), *lines[1:]]) + end

    sheet = read_sheet(text.encode())

    assert sheet.names == ["name", "what, is; it"]
    assert sheet.rows == [
        FileRow(2, {"name": "Sea", "what, is; it": 'a "b", c; d\te'}),
        FileRow(4, {"name": "Ü", "what, is; it": "x"}),
    ]


def test_a_row_is_named_by_the_line_on_which_it_begins() -> None:
    sheet = read_sheet(b'a,b\n"one\n\ntwo",1\n\nlast,2\n')

    assert [(row.line, row.cells["a"]) for row in sheet.rows] == [(2, "one\n\ntwo"), (6, "last")]


def test_a_short_row_says_nothing_of_the_columns_that_it_lacks_and_a_long_one_is_refused() -> None:
    short, padded, long = read_sheet(b"a,b\n1\n1,2,,\n1,2,3\n").rows

    assert short.cells == {"a": "1"}
    assert padded.cells == {"a": "1", "b": "2"}
    assert "more cells" in long.fault


@pytest.mark.parametrize("text", ["=1", "'=1", "''=1", "-1", "'", "'a", "\t1", " =1", "plain", ""])
def test_the_guard_of_an_export_is_taken_off_and_nothing_else(text: str) -> None:
    assert without_guard(safe_cell(text)) == text


def test_json_is_a_list_of_objects_or_an_object_with_one() -> None:
    rows = '[{"a": 1, "b": null, "c": true, "d": ["x", "y, z"]}, {"a": "two"}]'
    expected = [FileRow(1, {"a": "1", "b": "", "c": "True", "d": 'x, "y, z"'}), FileRow(2, {"a": "two"})]

    assert read_sheet(rows.encode()).rows == expected
    assert read_sheet(f'\ufeff{{"tags": {rows}, "version": 1}}'.encode()).rows == expected


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        (b"name,slug\r\n", "no row"),
        (b"[]", "no row"),
        ("name\nGrün".encode("latin-1"), "UTF-8"),
        ("name\nSea".encode("utf-16"), "UTF-8"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "UTF-8"),
        (b"PK\x03\x04\x00\x00", "CSV and JSON are taken"),
        (b"{", "not JSON: line 1"),
        (b'[{"a": 1}\n,]', "not JSON: line 2"),
        (b'{"a": 1}', "list of objects"),
        (b"[" * 100_000, "cannot be read"),
        (b"[" + b"9" * 10_000 + b"]", "cannot be read"),
        (b"name,Name\na,b\n", "Two columns"),
        (b'name\n"never closed\n', "Line 2 cannot be read"),
        (b'name\n"a"b\n', "Line 2 cannot be read"),
        (b"a" + b"," * 300 + b"\na\n", "more than 200 columns"),
    ],
)
def test_what_is_no_file_of_rows_is_refused_with_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        read_sheet(content)


@pytest.mark.parametrize("one", ['"text"', "1", "null", "[1]", '{"a": {"b": 1}}', '{"a": [[1]]}', r'{"a": "\ud800"}'])
def test_an_entry_that_is_no_row_is_refused_by_itself(one: str) -> None:
    bad, good = read_sheet(f'[{one}, {{"a": "fine"}}]'.encode()).rows

    assert bad.fault
    assert not bad.cells
    assert good == FileRow(2, {"a": "fine"})


def test_more_than_fits_is_refused_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_files, "MOST_ROWS", 2)
    for content in (b"a\n1\n2\n3\n", b'[{"a": 1}, {"a": 2}, {"a": 3}]'):
        with pytest.raises(TooLarge, match="at most 2 rows"):
            read_sheet(content)
    with pytest.raises(TooLarge):
        read_sheet(b"x" * (import_files.MOST_BYTES + 1))


def test_a_cell_of_two_megabytes_is_read_whole() -> None:
    (row,) = read_sheet(b"name\n" + b"x" * 2_000_000 + b"\n").rows

    assert len(row.cells["name"]) == 2_000_000


def test_what_others_build_on_comes_first_and_a_circle_does_not_hang() -> None:
    rows = [KnownRow(2, builds_on=4), KnownRow(3, builds_on=6), KnownRow(4, builds_on=5), KnownRow(5)]
    circle = [KnownRow(6, builds_on=3), KnownRow(7, builds_on=99)]

    assert [row.line for row in in_turn([*rows, *circle])] == [5, 4, 2, 6, 3, 7]
