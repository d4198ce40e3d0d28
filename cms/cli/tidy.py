"""`tidy`: what the owner does not want kept for ever goes, after the days that the settings say."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import click
from sqlalchemy.orm import Session

from cms.accounts.actions.sessions import forget_devices
from cms.audit import imports
from cms.cli.application import working_session
from cms.comments import emptying as comments
from cms.comments.erasing import forget_senders
from cms.comments.models import Comment
from cms.core.db import end_read
from cms.jobs import leases
from cms.media import emptying as files
from cms.media.storage import Storage, open_storage
from cms.posts import media_use
from cms.posts.actions import emptying as posts
from cms.redirects import ends
from cms.settings.queries import load
from cms.tokens import answers
from cms.web import now, runtime
from cms.webhooks import deliveries
from cms.workspace import unsaved

#: Rows of one transaction: others who write wait no longer than these take.
CHUNK = 100
#: How long a job that is over can be looked at.
JOBS_KEPT = timedelta(days=30)
#: After how many days a picture of somebody who was erased goes, where the trash is never emptied.
ERASED_DAYS = 30
#: Does the next rows that are older than the first moment, and says how many; the second moment is now.
Task = Callable[[Session, datetime, datetime], int]


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what would go, and keep it.")
def tidy(dry_run: bool) -> None:
    """Empty the trash and forget addresses after the days of the settings; `serve` does it every hour by itself."""
    with working_session() as session:
        storage = None if dry_run else open_storage(runtime().config.storage_url)
        done = tidy_up(session, at=now(), end_chunk=(lambda: None) if dry_run else session.commit, storage=storage)
        if dry_run:
            session.rollback()
            click.echo("Nothing was removed. This is what would go:")
        for what, count in done.items():
            click.echo(f"{what}: {count}")


def tidy_up(
    session: Session, *, at: datetime, end_chunk: Callable[[], None], storage: Storage | None = None
) -> dict[str, int]:
    """Do all that is due, chunk by chunk; how much of each there was. Without a storage, the bytes of files stay."""
    settings = load(session)
    end_read(session)
    done: dict[str, int] = {}
    for setting, what, task in TASKS:
        days = getattr(settings, setting)
        count = _all_of(task, session, at - timedelta(days=days), at, end_chunk) if days else 0
        done[what] = done.get(what, 0) + count
    done["jobs"] = _all_of(_forget_jobs, session, at - JOBS_KEPT, at, end_chunk)
    done["messages to webhooks"] = _all_of(_forget_messages, session, at - deliveries.KEPT, at, end_chunk)
    done["answers to programs"] = _all_of(_forget_answers, session, at - answers.KEPT, at, end_chunk)
    done["unsaved texts"] = _all_of(_forget_unsaved, session, at - unsaved.KEPT, at, end_chunk)
    _look_at_redirects(session, at, end_chunk)
    done["files that were imported"] = _all_of(_forget_imports, session, at, at, end_chunk)
    library = Files(session, settings.trash_days, at, end_chunk, storage)
    done["files"] = library.remove_trashed()
    done["smaller copies of files"] = library.remove_stale()
    return done


@dataclass(frozen=True)
class Files:
    """Rows first, and their bytes once that is committed: a crash between the two loses nothing but space."""

    session: Session
    days: int
    at: datetime
    end_chunk: Callable[[], None]
    storage: Storage | None

    def remove_trashed(self) -> int:
        """What nothing shows, after the days of the trash; pictures of people who were erased even without any."""
        before = self.at - timedelta(days=self.days) if self.days else None
        erased = self.at - timedelta(days=self.days or ERASED_DAYS)
        condition = media_use.may_go(self.at, trashed_before=before, erased_before=erased)
        total = 0
        while found := files.trashed_before(self.session, condition, most=CHUNK):
            digests = set[str]()
            for media in found:
                media_use.let_go(self.session, media.id)
                digests |= files.remove(self.session, media, at=self.at)
            self._end(digests)
            total += len(found)
        return total

    def remove_stale(self) -> int:
        total = 0
        while digests := files.remove_stale(self.session, at=self.at, most=CHUNK):
            self._end(digests)
            total += len(digests)
        return total

    def _end(self, digests: set[str]) -> None:
        self.end_chunk()
        if self.storage is not None:
            files.discard(self.session, self.storage, digests, at=self.at)


def _look_at_redirects(session: Session, at: datetime, end_chunk: Callable[[], None]) -> None:
    """Lists fill and empty as time passes, and tags and people get other addresses: what leads there is looked at."""
    last = ""
    while targets := ends.next_targets(session, last, most=CHUNK):
        ends.look_again(session, at=at, paths=targets)
        end_chunk()
        last = targets[-1]


def _all_of(task: Task, session: Session, before: datetime, at: datetime, end_chunk: Callable[[], None]) -> int:
    total = 0
    while count := task(session, before, at):
        end_chunk()
        total += count
    end_chunk()
    return total


def _remove_posts(session: Session, before: datetime, at: datetime) -> int:
    found = posts.trashed_before(session, before, most=CHUNK)
    for post in found:
        posts.remove(session, post, at=at)
    return len(found)


def _remove_talk(session: Session, before: datetime, at: datetime) -> int:
    return _remove_each(session, comments.below_trashed_before(session, before, most=CHUNK), at)


def _remove_comments(session: Session, before: datetime, at: datetime) -> int:
    return _remove_each(session, comments.trashed_before(session, before, most=CHUNK), at)


def _remove_each(session: Session, found: Sequence[Comment], at: datetime) -> int:
    for comment in found:
        comments.remove(session, comment, at=at)
    return len(found)


def _forget_senders(session: Session, before: datetime, _at: datetime) -> int:
    return forget_senders(session, before, most=CHUNK)


def _forget_devices(session: Session, before: datetime, _at: datetime) -> int:
    return forget_devices(session, before, most=CHUNK)


def _forget_jobs(session: Session, before: datetime, _at: datetime) -> int:
    return leases.forget(session, before, most=CHUNK)


def _forget_messages(session: Session, before: datetime, _at: datetime) -> int:
    return deliveries.forget(session, before, most=CHUNK)


def _forget_answers(session: Session, before: datetime, _at: datetime) -> int:
    return answers.forget(session, before, most=CHUNK)


def _forget_unsaved(session: Session, before: datetime, _at: datetime) -> int:
    return unsaved.forget_old(session, before, most=CHUNK)


def _forget_imports(session: Session, _before: datetime, at: datetime) -> int:
    return imports.forget_old(session, at, most=CHUNK)


TASKS: tuple[tuple[str, str, Task], ...] = (
    ("trash_days", "comments", _remove_talk),  # first, since a post cannot go before what was said about it
    ("trash_days", "posts and pages", _remove_posts),
    ("trash_days", "comments", _remove_comments),
    ("address_days", "addresses of comments", _forget_senders),
    ("address_days", "addresses of sign-ins", _forget_devices),
)
