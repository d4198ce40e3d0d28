"""Pages of a list: each begins below the last row of the one before, however far down that is."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute

from cms.core.errors import marked
from cms.core.i18n import _
from cms.core.keys import derived_key
from cms.core.keyset import beyond
from cms.extensions import db
from cms.web import runtime

#: Parameters that do not make it another list.
BESIDE = frozenset({"cursor", "limit", "fields"})


@dataclass(frozen=True)
class Order:
    """A column with an index that ends in the id; `is_descending` for the newest first."""

    column: InstrumentedAttribute[Any]
    id: InstrumentedAttribute[int]
    is_descending: bool = False

    def terms(self) -> tuple[Any, ...]:
        columns = (self.column, self.id)
        return tuple(column.desc() for column in columns) if self.is_descending else columns


@dataclass(frozen=True)
class Page:
    """Rows, and the cursor of the page after."""

    items: Sequence[Any]
    next: str | None


def page(query: Select[Any], order: Order, asked: dict[str, Any]) -> Page:
    """The page that was asked for, from one query."""
    most: int = asked["limit"]
    if "cursor" in asked:
        place = _read(asked["cursor"], order)
        query = query.where(beyond(order.column, order.id, place, is_descending=order.is_descending))
    found = db.session.scalars(query.order_by(*order.terms()).limit(most + 1)).all()
    return Page(found[:most], _written(found[most - 1], order) if len(found) > most else None)


def _written(row: Any, order: Order) -> str:
    value = getattr(row, order.column.key)
    told = value.isoformat() if isinstance(value, datetime) else value
    return str(_signer().dumps([_list_name(), told, getattr(row, order.id.key)]))


def _read(text: str, order: Order) -> tuple[Any, int]:
    """Only what was written for this very list."""
    try:
        name, value, row_id = _signer().loads(text)
    except (BadSignature, ValueError, TypeError):
        name = None
    if name != _list_name():
        raise marked({"cursor": _("This cursor is not of this list. Begin with the first page.")})
    return datetime.fromisoformat(value) if order.column.type.python_type is datetime else value, row_id


def _list_name() -> str:
    asked = sorted(pair for pair in request.args.items(multi=True) if pair[0] not in BESIDE)
    return hashlib.sha256(repr((request.path, asked)).encode()).hexdigest()[:12]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(derived_key(runtime().config.secret_key, "cursors"))
