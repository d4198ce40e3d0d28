"""Files of rows as people send them: CSV in whatever dialect, or JSON. Nothing here asks the database."""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cms.admin.exporting import without_guard
from cms.admin.post_form import joined
from cms.core.errors import Invalid, TooLarge
from cms.core.i18n import _, listed
from cms.core.text import excerpt

MEGABYTES = 8
MOST_BYTES = MEGABYTES * 1024 * 1024
MOST_ROWS = 10_000
MOST_COLUMNS = 200
#: What stands between cells, the likeliest first.
DELIMITERS = ",;\t"
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_QUOTED = re.compile(r'"[^"]*"')

csv.field_size_limit(
    MOST_BYTES
)  # of the whole process: whether a cell is too long for its field is for the form to say


@dataclass(frozen=True)
class FileRow:
    """Cells by the name of their column, and the line on which they begin; for JSON, the number of the object."""

    line: int
    cells: dict[str, str] = field(default_factory=dict)
    fault: str = ""


@dataclass(frozen=True)
class Sheet:
    """A file that could be read."""

    kind: str
    names: list[str]
    rows: list[FileRow]


def read_sheet(content: bytes) -> Sheet:
    """The rows of a file; Invalid where it is none, TooLarge where there are too many."""
    if len(content) > MOST_BYTES:
        raise TooLarge(_("A file has at most %(most)s MB. Cut it into several.", most=MEGABYTES))
    text = _decoded(content)
    if not text.strip():
        raise Invalid(_("This file is empty."))
    sheet = _read_json(text) if text.lstrip()[0] in "[{" else _read_csv(text)
    if not sheet.rows:
        raise Invalid(_("There is no row in this file."))
    return sheet


def _decoded(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(_("This file is not text in UTF-8. Save it as “CSV UTF-8” and try again.")) from None
    if "\0" in text:
        raise Invalid(_("This is not a file of text. CSV and JSON are taken."))
    return text


def _read_csv(text: str) -> Sheet:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows: list[FileRow] = []
    names: list[str] | None = None
    for line, cells in _numbered(lines):
        if not any(cell.strip() for cell in cells):
            continue
        if names is None:
            names = _unique([cell.strip() for cell in cells])
        else:
            rows.append(_row(line, names, cells))
            _refuse_many(rows)
    return Sheet("csv", [name for name in names or [] if name], rows)


def _numbered(lines: Any) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line on which it begins."""
    while True:
        line = lines.line_num + 1
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error:
            fault = _(
                "Line %(line)s cannot be read: a quotation mark is missing, or stands in the wrong place.", line=line
            )
            raise Invalid(fault) from None
        yield line, cells


def _row(line: int, names: list[str], cells: list[str]) -> FileRow:
    if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
        return FileRow(line, fault=_("There are more cells in this row than columns in the first."))
    named = {name: without_guard(cell) for name, cell in zip(names, cells, strict=False) if name}
    return _checked(FileRow(line, named))


def _delimiter(text: str) -> str:
    """The one that the first row has most of."""
    head = _QUOTED.sub("", text.lstrip().partition("\n")[0])
    return max(DELIMITERS, key=head.count)


def _unique(names: list[str]) -> list[str]:
    if len(names) > MOST_COLUMNS:
        raise Invalid(_("There are more than %(most)s columns in this file.", most=MOST_COLUMNS))
    folded = [name.casefold() for name in names if name]
    twice = next((name for name in names if name and folded.count(name.casefold()) > 1), None)
    if twice is not None:
        raise Invalid(_("Two columns are called “%(name)s”.", name=excerpt(twice, 80)))
    return names


def _read_json(text: str) -> Sheet:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as fault:
        raise Invalid(_("This is not JSON: line %(line)s cannot be read.", line=fault.lineno)) from None
    except (ValueError, RecursionError):
        raise Invalid(_("This JSON cannot be read.")) from None
    if isinstance(found, dict):
        lists = [value for value in found.values() if isinstance(value, list)]
        found = lists[0] if len(lists) == 1 else None
    if not isinstance(found, list):
        raise Invalid(_("A JSON file has to be a list of objects."))
    rows: list[FileRow] = []
    names: dict[str, None] = {}
    for number, one in enumerate(found, 1):
        rows.append(_checked(_object(number, one)))
        _refuse_many(rows)
        names |= dict.fromkeys(rows[-1].cells)
    return Sheet("json", list(names), rows)


def _object(number: int, one: Any) -> FileRow:
    if not isinstance(one, dict):
        return FileRow(number, fault=_("This is not an object."))
    named = [(name.strip(), value) for name, value in one.items()]
    nested = [name for name, value in named if not _is_plain(value)]
    if nested:
        names = listed(excerpt(name, 80) for name in nested[:3])
        return FileRow(number, fault=_("There is something other than a text or a number in: %(names)s.", names=names))
    return FileRow(number, {name: _text_of(value) for name, value in named if name})


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(item, str | int | float) for item in value)
    return value is None or isinstance(value, str | int | float)


def _text_of(value: Any) -> str:
    if isinstance(value, list):
        return joined([str(item) for item in value])
    return "" if value is None else str(value)


def _checked(row: FileRow) -> FileRow:
    """What no database keeps is no row."""
    if any(_NO_TEXT.search(name) or _NO_TEXT.search(cell) for name, cell in row.cells.items()):
        return FileRow(row.line, fault=_("There are characters in this row that no text can have."))
    return row


def _refuse_many(rows: list[FileRow]) -> None:
    if len(rows) > MOST_ROWS:
        raise TooLarge(_("A file has at most %(most)s rows. Cut it into several.", most=MOST_ROWS))
