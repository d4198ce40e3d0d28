"""`db upgrade`, `db check`, `db downgrade`."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from alembic import command as alembic
from alembic.util.exc import CommandError
from sqlalchemy import URL

from cms import create_app
from cms.cli.application import drift, is_empty, pending_migrations
from cms.core.db import OrphansLeft
from cms.extensions import db, migrate
from cms.web import runtime


@click.group()
def database() -> None:
    """Migrate the database."""


@database.command()
@click.option("--no-backup", is_flag=True, help="Do not copy the database first.")
def upgrade(no_backup: bool) -> None:
    """Bring the database up to date, after a copy of it."""
    with create_app().app_context():
        pending = pending_migrations()
        if not pending:
            click.echo("The database is up to date.")
            return
        if not is_empty() and not no_backup:
            click.echo(f"Copied to {_back_up(runtime().config.instance / 'backups')}")
        with _said_in_a_line():
            alembic.upgrade(migrate.get_config(), "head")
        click.echo(f"Applied: {', '.join(pending)}")


@database.command()
def check() -> None:
    """Say whether the database is up to date and agrees with the models; exit 1 if not."""
    with create_app().app_context():
        pending = pending_migrations()
        if pending:
            raise click.ClickException(f"Not applied yet: {', '.join(pending)}. Run: python3 manage.py db upgrade")
        if differences := drift():
            raise click.ClickException(f"The tables differ from the models: {differences}")
        click.echo("The database is up to date and agrees with the models.")


@database.command()
@click.argument("revision")
@click.option("--no-backup", is_flag=True, help="Do not copy the database first.")
def downgrade(revision: str, no_backup: bool) -> None:
    """Go back to a revision, after a copy of the database; what only newer ones can hold is lost."""
    with create_app().app_context():
        if not is_empty() and not no_backup:
            click.echo(f"Copied to {_back_up(runtime().config.instance / 'backups')}")
        with _said_in_a_line():
            try:
                alembic.downgrade(migrate.get_config(), revision)
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
    """A copy that is whole even while somebody writes: SQLite's own backup, or pg_dump."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    url = db.engine.url
    if url.get_backend_name() == "sqlite":
        target = _private(folder / f"{stamp}.db")
        with sqlite3.connect(str(url.database)) as source, sqlite3.connect(target) as copy:
            source.backup(copy)
        source.close()
        copy.close()
        return target
    program = shutil.which("pg_dump")
    if program is None:
        raise click.ClickException("pg_dump is needed for a copy first. Install postgresql-client, or use --no-backup.")
    target = _private(folder / f"{stamp}.dump")
    result = subprocess.run(  # noqa: S603 - a program found on PATH, no shell
        [program, "--format=custom", f"--file={target}", f"--dbname={_without_password(url)}"],
        env=os.environ | ({"PGPASSWORD": str(url.password)} if url.password else {}),
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        target.unlink()
        said = result.stderr.strip().splitlines() or [f"pg_dump ended with {result.returncode}."]
        raise click.ClickException(f"The copy failed: {said[-1]}")
    return target


def _without_password(url: URL) -> str:
    """Everybody on a machine can read the arguments of its programs."""
    return URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query).render_as_string()


def _private(path: Path) -> Path:
    """Made first and empty, since what fills it asks nobody who may read."""
    path.touch(mode=0o600)
    return path
