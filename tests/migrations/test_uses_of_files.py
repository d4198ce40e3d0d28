"""Revision 0005 reads where files are used from what is there."""

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from tests.migrations.conftest import Database
from tests.migrations.rows import populate
from tests.migrations.schema import reflected

COLUMNS = (("posts", "featured_media_id"), ("editions", "featured_media_id"), ("users", "avatar_id"))
BODY = "![a](/media/2/0123456789abcdef/a.webp) /media/77/ /media/12"
HTML = '<img src="/media/3/x/a.webp"> <img src="/media/3/x/a.webp">'


def uses(connection: Connection) -> set[tuple[int, str, int, str]]:
    rows = connection.execute(sa.text("SELECT media_id, subject_type, subject_id, field FROM media_uses"))
    return {tuple(row) for row in rows}


def test_every_reference_is_found_and_none_to_a_file_that_is_not_there(database: Database) -> None:
    database.up_to("0004")
    with database.engine.begin() as connection:
        populate(connection)
        connection.execute(sa.text("UPDATE posts SET body = :body WHERE id = 1"), {"body": BODY})
        connection.execute(sa.text("UPDATE editions SET body_html = :html WHERE id = 2"), {"html": HTML})
        logo = {"key": "logo_id", "value": 1, "updated_at": datetime(2026, 1, 1, tzinfo=UTC)}
        connection.execute(reflected(connection).tables["settings"].insert().values(logo))

    database.up_to("0005")

    with database.engine.connect() as connection:
        columns = {(row, table, row, field) for table, field in COLUMNS for row in (1, 2, 3)}
        texts = {(2, "posts", 1, "body"), (3, "editions", 2, "body_html")}
        found = uses(connection)
    assert found == columns | texts | {(1, "settings", 0, "logo_id")}
