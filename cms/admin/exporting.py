"""Lists as CSV and JSON files: scoped like the list, streamed, and harmless in a spreadsheet."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar

from flask import stream_with_context
from flask_admin import expose
from sqlalchemy import Engine, Select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cms.admin.columns import Column
from cms.admin.gate import Gated
from cms.audit.actions import plain
from cms.core.db import begin_as
from cms.core.decision import require
from cms.core.i18n import _
from cms.extensions import db

CHUNK = 500
Written = Callable[[Iterator[Any], tuple[Column, ...]], Iterator[str]]
#: What makes a spreadsheet take a text for a formula; the wide ones do so in Japan.
_FORMULA = ("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠")
_BREAKS_OUT = ("\t", "\r", "\n")


class Exporting(Gated):
    """GET `/admin/<area>/export/csv/` or `json/` with the same parameters as the list."""

    #: Columns of the file, where they are not those of the list.
    export_columns: ClassVar[tuple[Column, ...]] = ()

    @expose("/export/csv/")
    def export_csv(self) -> Response:
        """Every row of the list as asked for, whatever the page; the first line names the columns."""
        return self._file("csv", "text/csv", _as_csv)

    @expose("/export/json/")
    def export_json(self) -> Response:
        """The same as an array of objects; their keys are the names of the columns, whatever the language."""
        return self._file("json", "application/json", _as_json)

    def _file(self, ending: str, mimetype: str, written: Written) -> Response:
        require(self._held("see"))
        asked = self.read_asked()
        query = self.ordered(self.asked_query(asked), asked).options(*self.list_options())
        columns: tuple[Column, ...] = self.export_columns or self.columns
        lines = written(_records(db.engine, query), columns)
        answer = Response(stream_with_context(lines), mimetype=mimetype)
        answer.headers["Content-Disposition"] = f"attachment; filename={self.area}.{ending}"
        return answer


def _records(engine: Engine, query: Select[Any]) -> Iterator[Any]:
    """Reads on a connection of its own, which outlives the request's, and takes no write lock."""
    begin_as(may_write=False)
    with Session(engine) as session:
        yield from session.scalars(query.execution_options(yield_per=CHUNK))


def _as_csv(records: Iterator[Any], columns: tuple[Column, ...]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([_(column.label) for column in columns])
    yield "\ufeff" + buffer.getvalue()
    for record in records:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([safe_cell(column.value_of(record)) for column in columns])
        yield buffer.getvalue()


def _as_json(records: Iterator[Any], columns: tuple[Column, ...]) -> Iterator[str]:
    between = "["
    for record in records:
        row = {column.name: plain(column.value_of(record)) for column in columns}
        yield f"{between}\n{json.dumps(row, ensure_ascii=False)}"
        between = ","
    yield "[]\n" if between == "[" else "\n]\n"


def safe_cell(value: Any) -> str:
    """A value as text; an apostrophe goes before what a spreadsheet would run."""
    text = cell_text(value)
    is_number = isinstance(value, bool | int | float)
    return f"'{text}" if not is_number and _is_run(text) else text


def without_guard(cell: str) -> str:
    """The text that `safe_cell` put an apostrophe before."""
    return cell[1:] if cell.startswith("'") and _is_run(cell[1:]) else cell


def cell_text(value: Any) -> str:
    """A value as the text of a cell."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        value = ", ".join(str(item) for item in value)
    return str(value.value) if isinstance(value, Enum) else str(value)


def _is_run(text: str) -> bool:
    """Whether a spreadsheet runs it; behind apostrophes too, so that taking one off brings back what was there."""
    bare = text.lstrip("'")
    return bare.startswith(_BREAKS_OUT) or bare.lstrip().startswith(_FORMULA)
