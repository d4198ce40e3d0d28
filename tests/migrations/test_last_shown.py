"""Revision 0013 finds the last stretch that readers see of each post."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from tests.migrations.conftest import Database
from tests.migrations.rows import populate
from tests.migrations.schema import reflected

Stretch = tuple[int, int | None]
Noted = tuple[int | None, int | None, int | None]


def day(number: int | None) -> datetime | None:
    return datetime(2026, 5, number, tzinfo=UTC) if number is not None else None


@pytest.mark.parametrize(
    ("stretches", "noted"),
    [
        ([], (None, None, None)),
        ([(1, None)], (1, None, None)),
        ([(1, 4), (4, 6), (6, None)], (1, None, None)),
        ([(1, 4), (6, 9)], (6, 9, 4)),
        ([(1, 2), (3, 4), (6, 8), (8, 9)], (6, 9, 4)),
    ],
)
def test_an_edition_that_follows_another_at_once_belongs_to_its_stretch(
    database: Database, stretches: list[Stretch], noted: Noted
) -> None:
    database.up_to("0012")
    with database.engine.begin() as connection:
        populate(connection)
        tables = reflected(connection).tables
        posts, editions, tags = (tables[name] for name in ("posts", "editions", "edition_tags"))
        some = dict(connection.execute(sa.select(editions).limit(1)).mappings().one()) | {"post_id": 1}
        connection.execute(tags.delete())
        connection.execute(editions.delete())
        connection.execute(posts.update().values(shown_version=1 if stretches else None))
        for number, (begins, ends) in enumerate(stretches, 1):
            times = {"live_from": day(begins), "live_until": day(ends)}
            connection.execute(editions.insert().values(some | times | {"id": number, "path": f"/{number}"}))

    database.up_to("0013")

    with database.engine.connect() as connection:
        posts = reflected(connection).tables["posts"]
        times = (posts.c.shown_from, posts.c.shown_until, posts.c.shown_earlier_until)
        found = connection.execute(sa.select(*times).where(posts.c.id == 1)).one()
        assert tuple(moment.day if moment else None for moment in found) == noted
