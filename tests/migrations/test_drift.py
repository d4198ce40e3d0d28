"""The tables that the history makes are those that the models describe, on both databases."""

import re
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import Connection, MetaData, text

from cms.core.db import Base
from tests.migrations.conftest import Database
from tests.migrations.schema import described

#: Written by migrations alone: the search index, and what keeps the record from being changed.
NOT_IN_MODELS = re.compile(r"search_|events_are_kept")


def copied() -> MetaData:
    """What PostgreSQL is told later, SQLAlchemy never tells SQLite again: it notes that on the constraint itself."""
    metadata = MetaData(naming_convention=Base.metadata.naming_convention)
    for table in Base.metadata.tables.values():
        table.to_metadata(metadata)
    return metadata


def of_models(connection: Connection) -> dict[str, Any]:
    """The same description, without what no model describes."""
    found = described(connection)
    parts = {
        part: {key: value for key, value in found[part].items() if not NOT_IN_MODELS.search(str(key))}
        for part in found.keys() - {"rest"}
    }
    return parts | {"rest": [line for line in found["rest"] if not NOT_IN_MODELS.search(line[1])]}


def test_a_comparison_with_the_models_finds_nothing_to_do(database: Database) -> None:
    database.up_to()

    database.check()


def test_the_history_ends_where_the_models_begin_down_to_the_last_check(database: Database) -> None:
    """Alembic's own comparison knows nothing of checks, and so nothing of the values of an enumeration."""
    database.up_to()
    with database.engine.connect() as connection:
        migrated = of_models(connection)
    database.down_to("base")

    with database.engine.begin() as connection:
        copied().create_all(connection)
        made = of_models(connection)

    assert migrated == made


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE tags ADD COLUMN colour varchar(20)",
        "DROP INDEX ix_tags_name_id",
    ],
)
def test_a_comparison_notices_what_somebody_changed_by_hand(
    database: Database, change: str, caplog: pytest.LogCaptureFixture
) -> None:
    database.up_to()
    with database.engine.begin() as connection:
        connection.execute(text(change))

    with pytest.raises(SystemExit):
        database.check()
    assert "New upgrade operations detected" in caplog.text


def test_a_comparison_is_no_migration_and_minds_no_row(sqlite: Database) -> None:
    sqlite.up_to()
    with closing(sqlite3.connect(sqlite.engine.url.database)) as database, database:  # keys are not checked here
        database.execute("INSERT INTO redirect_hits (redirect_id, hits) VALUES (9, 0)")

    sqlite.check()
