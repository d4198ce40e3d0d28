"""`db upgrade`, `db check`, `db downgrade`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from alembic.util.exc import CommandError

from cms import create_app
from cms.backups.databases import Refused
from cms.backups.shelf import name_at
from cms.backups.site import database_of
from cms.cli.application import is_empty
from cms.core.db import OrphansLeft
from cms.extensions import db
from cms.web import migrating, runtime


@click.group()
def database() -> None:
    """Migrate the database."""


@database.command()
@click.option("--no-backup", is_flag=True, help="Do not copy the database first.")
def upgrade(no_backup: bool) -> None:
    """Bring the database up to date, after a copy of it."""
    with create_app().app_context():
        pending = migrating.pending_migrations()
        if not pending:
            click.echo("The database is up to date.")
            return
        if not is_empty() and not no_backup:
            click.echo(f"Copied to {_back_up(runtime().config.backups)}")
        with _said_in_a_line():
            migrating.upgrade()
        click.echo(f"Applied: {', '.join(pending)}")


@database.command()
def check() -> None:
    """Say whether the database is up to date and agrees with the models; exit 1 if not."""
    with create_app().app_context():
        pending = migrating.pending_migrations()
        if pending:
            raise click.ClickException(f"Not applied yet: {', '.join(pending)}. Run: python3 manage.py db upgrade")
        if differences := migrating.drift():
            raise click.ClickException(f"The tables differ from the models: {differences}")
        click.echo("The database is up to date and agrees with the models.")


@database.command()
@click.argument("revision")
@click.option("--no-backup", is_flag=True, help="Do not copy the database first.")
def downgrade(revision: str, no_backup: bool) -> None:
    """Go back to a revision, after a copy of the database; what only newer ones can hold is lost."""
    with create_app().app_context():
        if not is_empty() and not no_backup:
            click.echo(f"Copied to {_back_up(runtime().config.backups)}")
        with _said_in_a_line():
            try:
                migrating.downgrade(revision)
            except CommandError as error:
                raise click.ClickException(f"There is no revision {revision} to go back to.") from error
        click.echo(f"The database is at {revision}.")


@contextmanager
def _said_in_a_line() -> Iterator[None]:
    """What `migrations/env.py` refuses; the database is as it was."""
    try:
        yield
    except OrphansLeft as error:
        raise click.ClickException(f"Taken back: {error}.") from error


def _back_up(folder: Path) -> Path:
    """The database alone, for the way back from a migration."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = database_of(db.engine.url)
    target = folder / f"{name_at(datetime.now(UTC))}{Path(database.file).suffix}"
    try:
        database.copy(target)
    except Refused as refusal:
        target.unlink(missing_ok=True)
        raise click.ClickException(f"The copy failed: {refusal}") from refusal
    return target
