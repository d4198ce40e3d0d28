"""Whether tables are those of this version is told without Alembic, and as Alembic would tell it."""

from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from cms.web import revisions
from config import ROOT


def test_the_newest_revision_is_the_head_of_the_history() -> None:
    assert ScriptDirectory(str(ROOT / "migrations")).get_heads() == [revisions.newest()]


def test_a_migrated_database_is_at_the_newest_one(engine: Engine) -> None:
    with engine.connect() as connection:
        assert revisions.revision_of(connection) == revisions.newest()
