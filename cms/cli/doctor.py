"""`doctor`: what would bite later, said now."""

import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import click
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, aliased

from cms import create_app, search
from cms.accounts.queries import any_owner
from cms.core.db import reading
from cms.extensions import db
from cms.jobs import leases
from cms.media.models import Media
from cms.media.storage import open_storage
from cms.posts import public
from cms.posts.media_use import faults
from cms.posts.models import Edition
from cms.web import now, runtime, settings
from cms.web.migrating import drift, pending_migrations
from cms.web.theme_checks import faults_of_own

Problems = Iterator[str]


@click.command()
def doctor() -> None:
    """Check that this installation is healthy; exit 1 and a line for each problem if not."""
    with create_app().app_context(), reading():
        found = 0
        for title, check in CHECKS:
            problems = list(_answers(check))
            found += len(problems)
            click.echo(f"{'ok ' if not problems else 'BAD'}  {title}")
            for problem in problems:
                click.echo(f"     {problem}")
    if found:
        raise click.ClickException(f"{found} problem(s) found.")


def _answers(check: Callable[[Session], Problems]) -> Problems:
    """A check that cannot even run is a problem by itself; the ones after it still have their say."""
    try:
        yield from check(db.session())
    except (DBAPIError, PoolTimeout, OSError) as error:
        yield str(error).splitlines()[0]
    finally:
        db.session.rollback()


def _database(session: Session) -> Problems:
    session.execute(text("SELECT 1"))
    if pending := pending_migrations():
        yield f"Migrations are pending ({', '.join(pending)}). Run: python3 manage.py db upgrade"


def _schema(_session: Session) -> Problems:
    if not pending_migrations() and (differences := drift()):
        yield differences


def _integrity(session: Session) -> Problems:
    if session.get_bind().dialect.name == "sqlite":
        for row in session.execute(text("PRAGMA integrity_check")).scalars():
            if row != "ok":
                yield row
        for row in session.execute(text("PRAGMA foreign_key_check")):
            yield f"{row[0]} {row[1]} refers to a row of {row[2]} that is not there."


def _owner(session: Session) -> Problems:
    if not any_owner(session):
        yield "There is no active owner. Run: python3 manage.py users create-owner"


def _editions(session: Session) -> Problems:
    other = aliased(Edition)
    overlapping = select(Edition.post_id).join(
        other,
        (other.post_id == Edition.post_id)
        & (other.id > Edition.id)
        & ((Edition.live_until.is_(None)) | (other.live_from < Edition.live_until))
        & ((other.live_until.is_(None)) | (Edition.live_from < other.live_until)),
    )
    for post_id in session.scalars(overlapping.distinct()):
        yield f"Post {post_id} has two editions at one time."


def _search(session: Session) -> Problems:
    for index in search.INDEXES:
        if count := search.missing(session, index):
            yield f"{count} of {index.table} are not indexed. Run: python3 manage.py search rebuild"
        if count := search.unlearnt_lately(session, index):
            yield f"{count} words are not found when they are mistyped. Run: python3 manage.py search rebuild"


def _uses(session: Session) -> Problems:
    if count := faults(session):
        yield f"{count} uses of files are not as the index says. Run: python3 manage.py media rebuild"


def _jobs(session: Session) -> Problems:
    backlog = leases.backlog(session, now())
    if backlog.failed:
        yield f"Jobs have failed: {backlog.failed}. Look at them under /admin/jobs/?status=failed."
    if backlog.late > leases.LATE:
        yield "Jobs have been due for more than ten minutes. Let `serve` or `python3 manage.py worker` run."


def _files(session: Session) -> Problems:
    storage = open_storage(runtime().config.storage_url)
    for media_id, digest in session.execute(select(Media.id, Media.digest)):
        if not storage.exists(digest):
            yield f"The file of media {media_id} is missing from the storage."


def _secrets(session: Session) -> Problems:
    """The key, and a database in a file: hashes and addresses are nobody else's business on a shared machine."""
    paths = [runtime().config.instance / "secret_key"]
    if session.get_bind().dialect.name == "sqlite":
        paths += [Path(row.file) for row in session.execute(text("PRAGMA database_list")) if row.file]
    for path in paths:
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield f"{path} can be read by others. Run: chmod 600 {path}"


def _folders(_session: Session) -> Problems:
    open_storage(runtime().config.storage_url).probe()
    yield from ()


def _theme(session: Session) -> Problems:
    """What `instance/theme/` has in it, looked at and then tried on the pages that everybody sees."""
    newest = [edition.path for edition in public.newest(session, now(), most=1).editions]
    yield from faults_of_own(settings(), ["/", "/search", "/no-such-page", *newest])


CHECKS: tuple[tuple[str, Callable[[Session], Problems]], ...] = (
    ("database and migrations", _database),
    ("tables agree with the models", _schema),
    ("integrity of the rows", _integrity),
    ("an owner", _owner),
    ("editions do not overlap", _editions),
    ("search index", _search),
    ("media folder", _folders),
    ("files of the library", _files),
    ("where files are used", _uses),
    ("jobs", _jobs),
    ("secrets", _secrets),
    ("theme of this installation", _theme),
)
