"""What commands share: an application, its database in a known state, and a session to work in."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask
from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from cms import create_app
from cms.extensions import db
from cms.web import revisions


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


def is_empty() -> bool:
    """Whether the database has no table at all."""
    return not inspect(db.engine).get_table_names()


def require_migrated() -> None:
    """Refuse to work on an older schema."""
    with db.engine.connect() as connection:
        is_current = revisions.revision_of(connection) == revisions.newest()
    if not is_current:
        raise click.ClickException("The database is not up to date. Run: python3 manage.py db upgrade")


def migrate_if_empty(app: Flask) -> None:
    """A new installation is set up without being asked; an old one is left to `db upgrade`, which backs up first."""
    with app.app_context():
        if is_empty():
            from cms.web import migrating  # here, since it brings Alembic along

            migrating.upgrade()
        require_migrated()
