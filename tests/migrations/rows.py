"""Rows for every table there is at some revision, made from nothing but what the database says of its tables.

So a future revision is tried on populated tables without anybody writing rows for it.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Connection, Table, inspect

from tests.migrations.schema import reflected

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
#: So that one can lie below another that lies below a third.
ROWS = 3
#: `kind IN ('a', 'b')` as SQLite says it, `kind = ANY (ARRAY['a', 'b'])` as PostgreSQL does.
_ONE_OF = re.compile(r"^\W*(\w+).*?(?:\bIN|= ANY)\s*\((.*)\)")
_LITERAL = re.compile(r"'([^']*)'|\b(\d+)\b")


@dataclass(frozen=True)
class Row:
    table: Table
    key: Any
    #: Its references that are still empty.
    waiting: list[str]


def populate(connection: Connection) -> None:
    """Three more rows in every table, each column filled and each reference set, chains within a table too."""
    made: dict[str, list[Row]] = {}
    for table in _parents_first(reflected(connection)):
        _insert(connection, table, made)
    for rows in made.values():
        for number, row in enumerate(rows):
            _refer(connection, row, number, made)


def _parents_first(metadata: sa.MetaData) -> list[Table]:
    """Where tables refer to each other, the one that most wait for begins, with references that may be empty."""
    waiting, ordered = dict(metadata.tables), []

    def awaited(table: Table) -> int:
        return sum(table.name in _targets(other) for other in waiting.values())

    while waiting:
        ready = [table for table in waiting.values() if not _targets(table) & waiting.keys() - {table.name}]
        able = [table for table in waiting.values() if not _targets(table, needed=True) & waiting.keys()]
        table = ready[0] if ready else max(able, key=awaited)
        ordered.append(waiting.pop(table.name))
    return ordered


def _targets(table: Table, *, needed: bool = False) -> set[str]:
    columns = [column for column in table.columns if column.foreign_keys]
    return {_target(column) for column in columns if not (needed and column.nullable)}


def _target(column: "Column[Any]") -> str:
    [key] = column.foreign_keys
    return key.target_fullname.split(".")[0]


def _insert(connection: Connection, table: Table, made: dict[str, list[Row]]) -> None:
    before = connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
    choices = _choices(connection, table.name)
    made[table.name] = []
    for number in range(ROWS):
        values = {}
        for place, column in enumerate(table.columns):
            if column.foreign_keys:
                values[column.name] = _referred(column, number, made)
            elif column.name in choices:
                values[column.name] = choices[column.name][number % len(choices[column.name])]
            elif not _counts_itself(connection, column):
                values[column.name] = _value(column, before + number, place)
        key = connection.execute(table.insert(), values).inserted_primary_key
        made[table.name].append(Row(table, key[0] if key else None, [name for name in values if values[name] is None]))


def _referred(column: "Column[Any]", number: int, made: dict[str, list[Row]]) -> Any:
    """The row of the same number in another table, the one before in one's own; None where that is not there yet."""
    place = number - 1 if _target(column) == column.table.name else number
    rows = made.get(_target(column), [])
    return rows[place].key if 0 <= place < len(rows) else None


def _counts_itself(connection: Connection, column: "Column[Any]") -> bool:
    if not column.primary_key or not isinstance(column.type, sa.Integer):
        return False
    return connection.dialect.name == "sqlite" or column.server_default is not None or column.identity is not None


def _choices(connection: Connection, table: str) -> dict[str, list[Any]]:
    """The values of columns that a check limits to a few."""
    found = {}
    for check in inspect(connection).get_check_constraints(table):
        if one_of := _ONE_OF.match(check["sqltext"]):
            found[one_of[1]] = [int(digits) if digits else word for word, digits in _LITERAL.findall(one_of[2])]
    return found


def _value(column: "Column[Any]", number: int, place: int) -> Any:
    """Different in each row; a time is later than those in the columns before it."""
    text = f"{number} {column.name} é"
    match column.type:
        case sa.Boolean():
            return number % 2 == 0
        case sa.Integer():
            return number + 1
        case sa.Numeric() | sa.Float():
            return number / 8
        case sa.DateTime():
            return EPOCH + timedelta(days=number, hours=place)
        case sa.Date():
            return EPOCH.date() + timedelta(days=number)
        case sa.JSON():
            return {"text": text, "list": [number, None]}
        case sa.LargeBinary():
            return text.encode()
        case sa.String(length=int(length)):
            return text[:length]
        case _:
            return text


def _refer(connection: Connection, row: Row, number: int, made: dict[str, list[Row]]) -> None:
    """Set what had to wait. Nothing else is touched: some tables take rows and never let them be changed."""
    values = {name: _referred(row.table.c[name], number, made) for name in row.waiting}
    if any(values.values()):
        connection.execute(row.table.update().where(row.table.c.id == row.key), values)
