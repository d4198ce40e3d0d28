"""Every revision of the history, up and down, on both databases: nothing is lost on the way and nothing is left over.

What is tried here is read from `migrations/versions`: a new revision is covered as soon as its file is there.
"""

from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text

from tests.migrations.conftest import MIGRATIONS, Database
from tests.migrations.rows import ROWS, populate
from tests.migrations.schema import counts, described, orphans

HISTORY = [(it.revision, it.down_revision or "base") for it in ScriptDirectory(MIGRATIONS).walk_revisions()][::-1]


def schema(database: Database) -> dict[str, Any]:
    with database.engine.connect() as connection:
        return described(connection)


def rows(database: Database) -> dict[str, int]:
    with database.engine.connect() as connection:
        assert orphans(connection) == []
        return counts(connection)


def filled(database: Database) -> dict[str, int]:
    """Put rows into every table that there is."""
    with database.engine.begin() as connection:
        populate(connection)
    return rows(database)


def assert_kept(before: dict[str, int], after: dict[str, int]) -> None:
    """Of the tables that are there on both sides, each has as many rows as it had."""
    both = before.keys() & after.keys()
    assert {name: after[name] for name in both} == {name: before[name] for name in both}


def test_the_history_is_one_line() -> None:
    script = ScriptDirectory(MIGRATIONS)

    assert len(script.get_heads()) == len(script.get_bases()) == 1
    assert all(isinstance(below, str) for _revision, below in HISTORY)


@pytest.mark.parametrize(("revision", "below"), HISTORY)
def test_a_revision_keeps_every_row_up_and_down(database: Database, revision: str, below: str) -> None:
    if below != "base":
        database.up_to(below)
    old, old_schema = filled(database), schema(database)

    database.up_to(revision)
    new_schema = schema(database)
    reached = rows(database)
    assert_kept(old, reached)
    new = filled(database)
    assert new == {name: count + ROWS for name, count in reached.items()}

    database.down_to(below)
    gone = rows(database)
    assert schema(database) == old_schema
    assert gone.keys() == old.keys()
    assert_kept(new, gone)

    again = filled(database)
    database.up_to(revision)
    assert schema(database) == new_schema
    assert_kept(again, rows(database))


def test_an_empty_database_goes_all_the_way_up_and_down_and_up_again(database: Database) -> None:
    empty = schema(database)
    database.up_to()
    whole = schema(database)

    database.down_to("base")
    assert schema(database) == empty
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT * FROM alembic_version")).all() == []

    database.up_to()
    assert schema(database) == whole
    assert set(rows(database).values()) == {0}


def test_a_populated_database_goes_all_the_way_down_and_up_again(database: Database) -> None:
    database.up_to()
    whole = schema(database)
    filled(database)

    database.down_to("base")
    database.up_to()

    assert schema(database) == whole
    assert set(filled(database).values()) == {ROWS}


def test_going_where_one_is_changes_nothing(database: Database) -> None:
    database.up_to()
    before = filled(database)

    database.up_to()

    assert_kept(before, rows(database))
