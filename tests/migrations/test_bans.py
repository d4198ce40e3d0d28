"""Revision 0024 keeps of several bans on one target that which lasts longest, and those on others as they are."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from tests.migrations.conftest import Database
from tests.migrations.schema import reflected

SOON, LATER = (datetime(2026, 3, day, tzinfo=UTC) for day in (2, 9))


def put(database: Database, *rows: tuple[str | None, str | None, datetime | None]) -> None:
    with database.engine.begin() as connection:
        bans = reflected(connection).tables["bans"]
        for email, network, until in rows:
            values = {"email": email, "network": network, "until": until, "reason": "", "created_at": SOON}
            connection.execute(bans.insert().values(**values))


def kept(database: Database) -> list[int]:
    with database.engine.connect() as connection:
        bans = reflected(connection).tables["bans"]
        return list(connection.scalars(sa.select(bans.c.id).order_by(bans.c.id)))


def test_of_several_bans_the_longest_stays(database: Database) -> None:
    database.up_to("0023")
    put(
        database,
        ("a@example.com", None, SOON),
        ("a@example.com", None, None),
        ("a@example.com", None, LATER),
        (None, "192.0.2.0/24", LATER),
        (None, "192.0.2.0/24", SOON),
        (None, "198.51.100.0/24", SOON),
        ("b@example.com", None, SOON),
        ("b@example.com", None, SOON),
    )

    database.up_to("0024")

    assert kept(database) == [2, 4, 6, 8]
    with pytest.raises(IntegrityError):
        put(database, ("b@example.com", None, None))
    database.down_to("0023")
    put(database, ("b@example.com", None, None))
    assert kept(database)[:4] == [2, 4, 6, 8]
