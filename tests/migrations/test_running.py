"""How a migration runs, whatever is in it: whole or not at all, one process at a time, and no child is lost."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from config import ROOT
from tests.migrations.conftest import Database
from tests.migrations.rows import ROWS, populate
from tests.migrations.schema import counts, described, orphans

AddRevision = Callable[..., Path]

#: Waits to be let go, so that all begin together.
RUNNER = """
import sys
from flask_migrate import upgrade
from cms import create_app
from cms.web.migrating import bind
app = create_app("development")
bind(app)
print("ready", flush=True)
sys.stdin.read()
with app.app_context():
    upgrade(sys.argv[1])
"""
RACERS = 3
CASCADING = """
op.create_table(
    "shelves", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("name", sa.String(20), nullable=False)
)
op.create_table(
    "books",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("shelf_id", sa.Integer(), sa.ForeignKey("shelves.id", ondelete="CASCADE"), nullable=False),
)
op.execute("INSERT INTO shelves (id, name) VALUES (1, 'Sea')")
op.execute("INSERT INTO books (id, shelf_id) VALUES (1, 1)")
"""
MADE_AGAIN = """
with op.batch_alter_table("shelves") as batch:
    batch.alter_column("name", type_=sa.String(40))
"""
#: Both tables have what no reflection sees: an index on an expression, triggers.
WIDER = """
for table in ("posts", "events"):
    with op.batch_alter_table(table) as batch:
        batch.{change}
"""


def ask(database: Database, query: str) -> Any:
    with database.engine.connect() as connection:
        return connection.execute(text(query)).scalar_one()


@pytest.fixture
def populated(database: Database) -> Database:
    """At the newest revision, with rows in every table."""
    database.up_to()
    with database.engine.begin() as connection:
        populate(connection)
    return database


def test_processes_that_migrate_at_once_end_with_one_history(
    database: Database, add_revision: AddRevision, tmp_path: Path
) -> None:
    """Several more revisions, so that one process could slip in between two of another."""
    for number in range(10):
        folder = add_revision(f'op.create_table("trial_{number}", sa.Column("id", sa.Integer(), primary_key=True))')
    settings = {"CMS_DATABASE_URL": database.url, "CMS_INSTANCE": str(tmp_path), "CMS_BASE_URL": "http://localhost"}
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RUNNER, str(folder)],
            cwd=ROOT,
            env=os.environ | settings,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _racer in range(RACERS)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"

    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.close()
        racer.stdin = None
    ended = [(racer.communicate(timeout=60)[1], racer.returncode) for racer in racers]

    assert ended == [("", 0)] * RACERS
    assert ask(database, "SELECT count(*) FROM alembic_version") == 1
    assert ask(database, "SELECT count(*) FROM trial_9") == 0


def test_a_migration_that_fails_leaves_nothing_behind(populated: Database, add_revision: AddRevision) -> None:
    with populated.engine.connect() as connection:
        before = described(connection), counts(connection)
    populated.folder = add_revision('op.execute("DELETE FROM attempts")\nop.drop_column("tags", "description")\n1 / 0')

    with pytest.raises(ZeroDivisionError):
        populated.up_to()

    with populated.engine.connect() as connection:
        assert (described(connection), counts(connection)) == before


@pytest.mark.parametrize("loss", ["DELETE FROM users", "UPDATE comments SET post_id = 999"])
def test_a_migration_that_would_lose_what_rows_refer_to_is_refused(
    populated: Database, add_revision: AddRevision, loss: str
) -> None:
    populated.folder = add_revision(f'op.execute("{loss}")')

    with pytest.raises((SystemExit, IntegrityError)):
        populated.up_to()

    with populated.engine.connect() as connection:
        assert orphans(connection) == []
        assert set(counts(connection).values()) == {ROWS}


def test_sqlite_says_how_many_rows_a_migration_would_orphan(
    sqlite: Database, add_revision: AddRevision, caplog: pytest.LogCaptureFixture
) -> None:
    sqlite.folder = add_revision(CASCADING)
    sqlite.up_to()
    add_revision('op.execute("DELETE FROM shelves")')

    with pytest.raises(SystemExit):
        sqlite.up_to()

    assert "the migration would leave 1 rows without what they refer to" in caplog.text
    assert ask(sqlite, "SELECT count(*) FROM shelves") == 1


def test_making_a_table_again_keeps_what_would_be_deleted_with_its_rows(
    database: Database, add_revision: AddRevision
) -> None:
    database.folder = add_revision(CASCADING)
    add_revision(MADE_AGAIN)

    database.up_to()

    assert ask(database, "SELECT count(*) FROM books") == 1


def test_making_a_table_again_keeps_its_triggers_and_every_index(
    populated: Database, add_revision: AddRevision
) -> None:
    with populated.engine.connect() as connection:
        before = described(connection)["rest"]
    populated.folder = add_revision(
        WIDER.format(change='add_column(sa.Column("extra", sa.Text()))'),
        WIDER.format(change='drop_column("extra")'),
    )

    populated.up_to()
    populated.down_to("-1")

    with populated.engine.connect() as connection:
        assert described(connection)["rest"] == before
        assert set(counts(connection).values()) == {ROWS}


def test_sqlite_checks_foreign_keys_again_once_it_has_migrated(sqlite: Database, add_revision: AddRevision) -> None:
    sqlite.up_to()
    assert ask(sqlite, "PRAGMA foreign_keys") == 1

    sqlite.folder = add_revision("1 / 0")
    with pytest.raises(ZeroDivisionError):
        sqlite.up_to()
    assert ask(sqlite, "PRAGMA foreign_keys") == 1


def test_postgresql_gives_a_long_migration_its_time_and_nobody_else(
    postgresql: Database, add_revision: AddRevision
) -> None:
    """What limits a statement of a request would end the building of an index on a large table."""
    usual = ask(postgresql, "SHOW statement_timeout")
    postgresql.folder = add_revision("assert op.get_bind().exec_driver_sql('SHOW statement_timeout').scalar() == '0'")

    postgresql.up_to()

    assert usual == ask(postgresql, "SHOW statement_timeout") != "0"
