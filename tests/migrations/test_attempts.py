"""Revision 0021 keeps what is known of the last attempt to send a message, there and back."""

import sqlalchemy as sa

from tests.migrations.conftest import Database
from tests.migrations.rows import populate
from tests.migrations.schema import reflected


def test_the_last_attempt_becomes_the_first_row_of_the_log(database: Database) -> None:
    database.up_to("0020")
    with database.engine.begin() as connection:
        populate(connection)
        before = reflected(connection).tables["webhook_deliveries"]
        told = (before.c.id, before.c.http_status, before.c.milliseconds, before.c.error, before.c.excerpt)
        first = sa.select(sa.func.min(before.c.id)).scalar_subquery()
        never = {"attempted_at": None, "http_status": None, "milliseconds": None, "error": "", "excerpt": ""}
        connection.execute(before.update().where(before.c.id == first).values(never))
        query = sa.select(*told, before.c.attempted_at).order_by(before.c.id)
        known = connection.execute(query).all()

    database.up_to("0021")
    with database.engine.connect() as connection:
        log = reflected(connection).tables["webhook_attempts"]
        kept = (log.c.delivery_id, log.c.http_status, log.c.milliseconds, log.c.error, log.c.excerpt, log.c.at)
        assert connection.execute(sa.select(*kept).order_by(log.c.id)).all() == known[1:]

    database.down_to("0020")
    with database.engine.connect() as connection:
        assert connection.execute(query).all() == known
