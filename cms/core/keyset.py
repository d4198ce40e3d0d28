"""Pages of a list without counting from its top: each begins beyond the last row of the one before."""

from typing import Any

from sqlalchemy import ColumnElement, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute

Sorted = ColumnElement[Any] | InstrumentedAttribute[Any]


def beyond(column: Sorted, id: Sorted, place: tuple[Any, Any], *, is_descending: bool) -> ColumnElement[bool]:
    """The rows that follow a place, in the order of a column and then of the id; the place may be an expression.

    The column is compared by itself as well: both databases then begin in the middle of an index that lacks the id.
    """
    value, row_id = (_typed(one, like) for one, like in zip(place, (column, id), strict=True))
    here, there = tuple_(column, id), tuple_(value, row_id)
    if is_descending:
        return (here < there) & (column <= value)
    return (here > there) & (column >= value)


def _typed(value: Any, like: Sorted) -> ColumnElement[Any]:
    return value if isinstance(value, ColumnElement) else literal(value, like.type)
