"""The little that the two databases spell differently, and what every seeding statement is made of."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    FromClause,
    Insert,
    Table,
    case,
    cast,
    func,
    insert,
    literal_column,
    select,
    text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import CTE

from cms.core.db import JSONType, UTCDateTime


class Moment(FunctionElement[Any]):
    """Seconds since 1970 as a time; NULL stays NULL."""

    type = UTCDateTime()
    inherit_cache = True


class Epoch(FunctionElement[int]):
    """A time as whole seconds since 1970."""

    type = BigInteger()
    inherit_cache = True


class Json(FunctionElement[Any]):
    """A JSON object of names and values by turns."""

    type = JSONType
    inherit_cache = True


@compiles(Moment)
def _moment(element: Moment, compiler: SQLCompiler, **options: Any) -> str:
    seconds = compiler.process(element.clauses, **options)
    if compiler.dialect.name == "sqlite":
        return f"(strftime('%Y-%m-%d %H:%M:%S', {seconds}, 'unixepoch') || '.000000')"
    return f"to_timestamp({seconds})"


@compiles(Epoch)
def _epoch(element: Epoch, compiler: SQLCompiler, **options: Any) -> str:
    moment = compiler.process(element.clauses, **options)
    if compiler.dialect.name == "sqlite":
        return f"CAST(strftime('%s', {moment}) AS INTEGER)"
    return f"floor(extract(epoch FROM {moment}))::bigint"


@compiles(Json)
def _json(element: Json, compiler: SQLCompiler, **options: Any) -> str:
    is_sqlite = compiler.dialect.name == "sqlite"
    pairs = ", ".join(compiler.process(_as_json(part) if is_sqlite else part, **options) for part in element.clauses)
    return f"{'json_object' if is_sqlite else 'jsonb_build_object'}({pairs})"


def _as_json(part: ColumnElement[Any]) -> ColumnElement[Any]:
    """SQLite has neither truth values nor documents of its own, and would write them as numbers and texts."""
    if isinstance(part.type, Boolean):
        return func.json(case((part, "true"), else_="false"))
    return func.json(part) if isinstance(part.type, type(JSONType)) else part


def whole(value: int) -> ColumnElement[int]:
    """A number written into the statement; wide enough to multiply."""
    return cast(literal_column(str(int(value))), BigInteger)


def json_object(values: Mapping[str, ColumnElement[Any]]) -> ColumnElement[Any]:
    """Names are our own identifiers."""
    parts: list[ColumnElement[Any]] = []
    for name, value in values.items():
        parts += [literal_column(f"'{name}'"), value]
    return Json(*parts)


def series(first: int, count: int) -> CTE:
    """A table of whole numbers, in its column `n`."""
    numbers = select(whole(first).label("n")).cte("numbers", recursive=True)
    return numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < first + count - 1))


def fill(
    table: Table,
    values: Mapping[str, ColumnElement[Any]],
    source: FromClause,
    where: ColumnElement[bool] | None = None,
) -> Insert:
    """INSERT … SELECT of these columns; all others get the defaults of their model."""
    query = select(*(value.label(f"into_{name}") for name, value in values.items())).select_from(source)
    if where is not None:
        query = query.where(where)
    return insert(table).from_select(list(values), query, include_defaults=True)


def take_ids(session: Session, table: Table, count: int) -> int:
    """The first of so many ids in a row that are this transaction's alone."""
    if session.get_bind().dialect.name == "sqlite":
        return int(session.scalar(select(func.coalesce(func.max(table.c.id), 0))) or 0) + 1
    sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
    last = session.execute(text(f"SELECT setval({sequence}, nextval({sequence}) + {count - 1})")).scalar_one()
    return int(last) - count + 1
