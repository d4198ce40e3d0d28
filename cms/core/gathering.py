"""Many rows as one value, so that what belongs to a row comes with it and is not asked for by itself."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import JSON, Boolean, ScalarSelect, Select, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from cms.core.db import UTCDateTime

_Made = Callable[[Any], Any]


class _Gathered(FunctionElement[list[list[Any]]]):
    """These columns of each row, as a list of lists in JSON."""

    type = JSON()
    inherit_cache = True


def gathered(rows: Select[Any]) -> ScalarSelect[list[list[Any]]]:
    """A column that holds all rows of a query, in their order; of none, an empty list or None."""
    return select(_Gathered(*rows.subquery().c)).scalar_subquery()


def read_by(rows: Select[Any]) -> Callable[[Iterable[Any]], list[Any]]:
    """Makes of one gathered row what the query would have answered by itself: JSON knows no moments."""
    made = [(place, make) for place, column in enumerate(rows.selected_columns) if (make := _made_of(column.type))]
    return partial(_read, made)


def _read(made: list[tuple[int, _Made]], row: Iterable[Any]) -> list[Any]:
    cells = list(row)
    for place, make in made:
        if cells[place] is not None:
            cells[place] = make(cells[place])
    return cells


def _made_of(kind: TypeEngine[Any]) -> _Made | None:
    """None for what JSON hands back as it is."""
    if isinstance(kind, UTCDateTime):
        return _moment
    return bool if isinstance(kind, Boolean) else None  # SQLite has numbers for them


def _moment(spelled: str) -> datetime:
    """PostgreSQL spells the zone, SQLite has none."""
    moment = datetime.fromisoformat(spelled)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


@compiles(_Gathered)
def _on_postgresql(element: _Gathered, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_agg(json_build_array({compiler.process(element.clauses, **options)}))"


@compiles(_Gathered, "sqlite")
def _on_sqlite(element: _Gathered, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_group_array(json_array({compiler.process(element.clauses, **options)}))"
