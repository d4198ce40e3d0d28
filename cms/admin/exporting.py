"""Lists as CSV files: scoped like the list, streamed, and harmless in a spreadsheet."""

import csv
import io
from collections.abc import Iterator
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
from cms.core.db import begin_as
from cms.core.decision import require
from cms.core.i18n import _
from cms.extensions import db

CHUNK = 500
#: What makes a spreadsheet take a text for a formula; the wide ones do so in Japan.
_FORMULA = ("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠")
_BREAKS_OUT = ("\t", "\r", "\n")


class Exporting(Gated):
    """GET `/admin/<area>/export/csv/` with the same parameters as the list."""

    #: Columns of the file, where they are not those of the list.
    export_columns: ClassVar[tuple[Column, ...]] = ()

    @expose("/export/csv/")
    def export_csv(self) -> Response:
        """Every row of the list as asked for, whatever the page."""
        require(self._held("see"))
        asked = self.read_asked()
        query = self.ordered(self.asked_query(asked), asked).options(*self.list_options())
        columns: tuple[Column, ...] = self.export_columns or self.columns
        header = [_(column.label) for column in columns]
        answer = Response(stream_with_context(_lines(db.engine, query, header, columns)), mimetype="text/csv")
        answer.headers["Content-Disposition"] = f"attachment; filename={self.area}.csv"
        return answer


def _lines(engine: Engine, query: Select[Any], header: list[str], columns: tuple[Column, ...]) -> Iterator[str]:
    """Reads on a connection of its own, which outlives the request's, and takes no write lock."""
    begin_as(may_write=False)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(header)
    yield "\ufeff" + buffer.getvalue()
    with Session(engine) as session:
        for record in session.scalars(query.execution_options(yield_per=CHUNK)):
            buffer.seek(0)
            buffer.truncate()
            writer.writerow([safe_cell(column.value_of(record)) for column in columns])
            yield buffer.getvalue()


def safe_cell(value: Any) -> str:
    """A value as text; an apostrophe goes before what a spreadsheet would run."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        value = ", ".join(str(item) for item in value)
    text = str(value.value) if isinstance(value, Enum) else str(value)
    return f"'{text}" if text.startswith(_BREAKS_OUT) or text.lstrip().startswith(_FORMULA) else text
