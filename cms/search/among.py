"""A condition that names many values, sent as one value however many they are."""

import json
from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import BindParameter, ColumnElement, Text, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import TypeEngine

Value = TypeVar("Value", int, str)
Column = ColumnElement[Value] | InstrumentedAttribute[Value]


def among(session: Session, column: Column[Value], values: Sequence[Value]) -> ColumnElement[bool]:
    """One of these."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    given = listed(values, is_sqlite=is_sqlite)
    return _among(column, bindparam("values", given, type_=_type(column, is_sqlite), unique=True), is_sqlite)


def among_given(column: Column[Value], name: str, *, is_sqlite: bool) -> ColumnElement[bool]:
    """One of those that a statement is given under this name, `listed`."""
    return _among(column, bindparam(name, type_=_type(column, is_sqlite)), is_sqlite)


def listed(values: Sequence[Any], *, is_sqlite: bool) -> str | list[Any]:
    return json.dumps(values) if is_sqlite else list(values)


def _among(column: Column[Value], values: BindParameter[Any], is_sqlite: bool) -> ColumnElement[bool]:
    if is_sqlite:
        return column.in_(select(func.json_each(values).table_valued("value").c.value))
    return column == any_(values)


def _type(column: Column[Value], is_sqlite: bool) -> TypeEngine[Any]:
    return Text() if is_sqlite else ARRAY(column.type)
