"""`backup create|list|verify|restore`."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from cms import create_app
from cms.backups import actions, checking, keeping, making, restoring
from cms.backups.databases import Refused
from cms.backups.shelf import Backup, Shelf
from cms.backups.site import Site
from cms.cli.application import is_empty
from cms.core.shutter import Shutter
from cms.extensions import db
from cms.web import backing_up, migrating, now, recording, runtime, settings
from cms.web.worker import is_working

MEGABYTE = 1_000_000


@click.group()
def backup() -> None:
    """Make backups, check them, and put one back."""


folder = click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Another folder of backups than CMS_BACKUP_FOLDER.",
)


@backup.command()
@folder
def create(folder: Path | None) -> None:
    """Back up the database and all files, while the site serves."""
    with _site(folder) as site:
        if is_empty():
            raise click.ClickException("There is nothing here to back up.")
        made = making.make(site, at=now())
        click.echo(f"Made {_line(made)}")
        for digest in made.manifest.missing:
            click.echo(f"Missing in the storage: {digest}", err=True)
        kept = settings()
        if gone := keeping.remove_old(site.shelf, at=now(), days=kept.backup_days, weeks=kept.backup_weeks):
            click.echo(f"Older backups that went: {gone}")


@backup.command("list")
@folder
def show(folder: Path | None) -> None:
    """All backups, the newest first."""
    with _site(folder) as site:
        for one in site.shelf.all():
            click.echo(_line(one))


@backup.command()
@click.argument("name", required=False)
@folder
def verify(name: str | None, folder: Path | None) -> None:
    """Put the database back for a trial and read every file; the newest backup unless one is named."""
    with _site(folder) as site:
        one = _chosen(site.shelf, name)
        checked = checking.check(site, one, at=now())
        if checked.problems:
            raise click.ClickException(" ".join((f"{one.name} is damaged.", *checked.problems)).replace("\n", " "))
        tried = (
            "put back for a trial" if checked.restored else "listed, since this role may make no database to try it in"
        )
        click.echo(f"{one.name} is whole: {one.manifest.files} files read, the database {tried}.")


@backup.command()
@click.argument("name", required=False)
@click.option("--replace", "replaces", is_flag=True, help="Put it in the place of the site that is here.")
@click.option("--revoke-tokens", "revokes", is_flag=True, help="Let no access token of that time open anything.")
@folder
def restore(name: str | None, replaces: bool, revokes: bool, folder: Path | None) -> None:
    """Put a backup back, the newest unless one is named; stop `serve` and `worker` first."""
    with _site(folder) as site:
        if is_working(instance := runtime().config.instance):
            raise click.ClickException(f"Something serves {instance} just now. Stop it first.")
        one = _chosen(site.shelf, name)
        db.engine.dispose()
        with _nothing_from_disk():
            done = restoring.restore(
                site, one, at=now(), replace=replaces, keep_tokens=not revokes, is_known=migrating.is_known
            )
        recording.forget_noted()
        click.echo(f"{one.name} is back: {done.files - done.missing} files. Everybody has to sign in again.")
        if done.aside:
            click.echo(f"What was here before is kept: {done.aside}")
        if done.missing:
            click.echo(f"Files that no copy of was there: {done.missing}", err=True)
        if not done.is_same_key:
            click.echo("CMS_SECRET_KEY is another than it was: see docs/backups.md for what that costs.", err=True)
        if done.tokens:
            click.echo(f"Access tokens that open something again, whatever was revoked since: {done.tokens}", err=True)
        if migrating.pending_migrations():
            click.echo("It is of an earlier version. Run: python3 manage.py db upgrade")
        else:
            actions.note_restored(db.session(), one, at=now())
            db.session.commit()


@contextmanager
def _site(folder: Path | None) -> Iterator[Site]:
    with create_app().app_context():
        site = backing_up.site()
        try:
            yield replace(site, shelf=Shelf(folder.resolve())) if folder else site
        except Refused as refusal:
            raise click.ClickException(str(refusal)) from refusal


@contextmanager
def _nothing_from_disk() -> Iterator[None]:
    """What nginx serves by itself is of the site that was there before."""
    stored = runtime().config.stored_pages
    held = Shutter(stored).shut() if stored else None
    try:
        yield
    finally:
        if held is not None:
            held.close()


def _chosen(shelf: Shelf, name: str | None) -> Backup:
    if name is not None:
        return shelf.get(name)
    newest = next(iter(shelf.all()), None)
    if newest is None:
        raise click.ClickException(f"There is no backup in {shelf.root}.")
    return newest


def _line(one: Backup) -> str:
    state = "not checked"
    if one.checked is not None:
        state = "damaged" if one.checked.problems else f"checked {one.checked.at:%Y-%m-%d %H:%M}"
    return f"{one.name}  {one.manifest.size / MEGABYTE:,.1f} MB  {one.manifest.files} files  {state}"
