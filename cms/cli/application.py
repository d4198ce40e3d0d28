"""What commands share: an application, its database in a known state, and a session to work in."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import click
from alembic import command as alembic
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from cms import create_app
from cms.extensions import db, migrate


@contextmanager
def working_session() -> Iterator[Session]:
    """A session on a migrated database; committed when the block ends well, rolled back when it does not."""
    app = create_app()
    with app.app_context():
        require_migrated()
        yield db.session()
        db.session.commit()


def learn_sizes(session: Session) -> None:
    """After much was written: until PostgreSQL's planner knows, it reads all of a table that it thinks is small.

    Its autovacuum would notice within a minute or so. SQLite plans by its indexes alone.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ANALYZE"))


def pending_migrations() -> list[str]:
    """Revisions that the database lacks, oldest first; needs an application context."""
    script = ScriptDirectory.from_config(migrate.get_config())
    with db.engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return [step.revision for step in reversed(list(script.iterate_revisions("head", current or "base")))]


def drift() -> str:
    """Where the tables of a migrated database differ from the models, in Alembic's words; empty where they agree."""
    config = migrate.get_config()
    config.stdout = io.StringIO()
    try:
        alembic.check(config)
    except CommandError as error:
        return str(error)
    return ""


def is_empty() -> bool:
    """Whether the database has no table at all."""
    return not inspect(db.engine).get_table_names()


def require_migrated() -> None:
    """Refuse to work on an older schema."""
    if pending_migrations():
        raise click.ClickException("The database is not up to date. Run: python3 manage.py db upgrade")


def migrate_if_empty(app: Flask) -> None:
    """A new installation is set up without being asked; an old one is left to `db upgrade`, which backs up first."""
    with app.app_context():
        if is_empty():
            upgrade()
        require_migrated()
