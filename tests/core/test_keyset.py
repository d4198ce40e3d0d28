"""Where a page of a list begins: each row is on one page, also where many rows share a value."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.core.keyset import beyond
from cms.taxonomy.models import Tag
from tests.conftest import NOON
from tests.factories import Make


@pytest.mark.parametrize("is_descending", [False, True])
def test_a_walk_meets_each_row_once_also_where_many_have_the_same_time(
    session: Session, make: Make, is_descending: bool
) -> None:
    tags = [make.tag() for _ in range(7)]
    for number, tag in enumerate(tags):
        tag.created_at = NOON + timedelta(minutes=number // 3)
    session.flush()
    order = [column.desc() if is_descending else column.asc() for column in (Tag.created_at, Tag.id)]
    query = select(Tag).order_by(*order).limit(2)

    met: list[Tag] = []
    page = session.scalars(query).all()
    while page:
        met += page
        place = (page[-1].created_at, page[-1].id)
        page = session.scalars(query.where(beyond(Tag.created_at, Tag.id, place, is_descending=is_descending))).all()

    assert met == sorted(tags, key=lambda tag: (tag.created_at, tag.id), reverse=is_descending)


def test_a_place_may_be_asked_of_the_database(session: Session, make: Make) -> None:
    first, second = make.tag(), make.tag()
    second.created_at = first.created_at
    session.flush()
    at = select(Tag.created_at).where(Tag.id == first.id).scalar_subquery()

    after = select(Tag).where(beyond(Tag.created_at, Tag.id, (at, first.id), is_descending=False))

    assert session.scalars(after).all() == [second]
