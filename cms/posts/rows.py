"""Texts for readers, read as plain rows: entities of the ORM take three times as long to be made of the same.

Statements name columns of tables, never attributes of models, one of which would make the ORM read them.
"""

from collections.abc import Iterable
from dataclasses import fields
from itertools import accumulate, pairwise
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, Select, null, select

from cms.accounts.models import User
from cms.core.gathering import gathered
from cms.media.models import Media
from cms.media.shown import Image
from cms.posts.models import Edition, edition_tags
from cms.posts.shown import Entry, Label, Serial, Story, Writer
from cms.series.models import Series
from cms.taxonomy.models import Tag

EDITIONS = Edition.__table__
_USERS, _MEDIA, _SERIES, _TAGS = User.__table__, Media.__table__, Series.__table__, Tag.__table__

#: Of an edition itself: what is made of other tables comes last in both.
_LISTED = [field.name for field in fields(Entry)][:-3]
_TOLD = [field.name for field in fields(Story)][len(fields(Entry)) : -1]


def _columns(table: FromClause, names: Iterable[str]) -> list[ColumnElement[Any]]:
    return [table.c[name] for name in names]


def _labels() -> ColumnElement[list[list[Any]]]:
    own = edition_tags.c.edition_id == EDITIONS.c.id
    tags = select(*_columns(_TAGS, Label._fields)).join(edition_tags, edition_tags.c.tag_id == _TAGS.c.id)
    return gathered(tags.where(own).correlate(EDITIONS).order_by(_TAGS.c.name))


_SHOWN = (
    _columns(EDITIONS, _LISTED),
    _columns(_USERS, Writer._fields),
    _columns(_MEDIA, Image._fields),
    [_labels()],
    _columns(EDITIONS, _TOLD),
    _columns(_SERIES, Serial._fields),
)
#: Where each of these stands in a row.
_OWN, _WRITER, _IMAGE, _LABELS, _TEXT, _SERIAL = (
    slice(*place) for place in pairwise(accumulate(map(len, _SHOWN), initial=0))
)


def entries(*more: Any, of: FromClause = EDITIONS, tags: bool = True) -> Select[Any]:
    """Rows for `entry`, and `more` behind it, of editions that may be joined with something else.

    Without their `tags` where nobody shows them.
    """
    return _select([*_SHOWN[:3], [_labels() if tags else null()]], more, of)


def stories() -> Select[Any]:
    """Rows for `story`, to which columns may be added."""
    start = EDITIONS.outerjoin(_SERIES, _SERIES.c.id == EDITIONS.c.series_id)
    return _select(_SHOWN, (), start)


def _select(parts: Iterable[list[ColumnElement[Any]]], more: Iterable[Any], start: FromClause) -> Select[Any]:
    start = start.outerjoin(_USERS, _USERS.c.id == EDITIONS.c.author_id)
    start = start.outerjoin(_MEDIA, _MEDIA.c.id == EDITIONS.c.featured_media_id)
    return select(*(column for part in parts for column in part), *more).select_from(start)


def entry(row: Row[Any]) -> Entry:
    """What lists show, of a row of `entries`."""
    return Entry(*_listed(row))


def story(row: Row[Any]) -> Story:
    """A whole text, of a row of `stories`."""
    serial = row[_SERIAL]
    return Story(*(*_listed(row), *row[_TEXT], Serial._make(serial) if serial[0] is not None else None))


def _listed(row: Row[Any]) -> tuple[Any, ...]:
    image, [labels] = row[_IMAGE], row[_LABELS]
    return (
        *row[_OWN],
        Writer._make(row[_WRITER]),
        Image._make(image) if image[0] is not None else None,
        [Label._make(label) for label in labels or ()],
    )
