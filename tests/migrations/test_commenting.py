"""Revision 0021 lets tokens go on with what they could do."""

import sqlalchemy as sa

from tests.migrations.conftest import Database
from tests.migrations.rows import populate
from tests.migrations.schema import reflected


def scopes_of(database: Database) -> list[list[str]]:
    with database.engine.connect() as connection:
        tokens = reflected(connection).tables["api_tokens"]
        return list(connection.scalars(sa.select(tokens.c.scopes).order_by(tokens.c.id)))


def test_a_token_that_could_comment_still_can(database: Database) -> None:
    database.up_to("0020")
    with database.engine.begin() as connection:
        populate(connection)
        tokens = reflected(connection).tables["api_tokens"]
        connection.execute(tokens.update().values(scopes=[]))
        first = sa.select(sa.func.min(tokens.c.id)).scalar_subquery()
        connection.execute(tokens.update().where(tokens.c.id == first).values(scopes=["post.view"]))

    database.up_to("0021")
    assert scopes_of(database) == [["comment.create", "post.view"], ["comment.create"], ["comment.create"]]

    database.down_to("0020")
    assert scopes_of(database) == [["post.view"], [], []]
