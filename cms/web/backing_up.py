"""Backups as the worker makes them: on the schedule of the settings, and told to owners where they fail."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cms.accounts.queries import owners
from cms.backups import actions, checking, keeping, making
from cms.backups.databases import Refused
from cms.backups.shelf import Backup, Failure, Shelf
from cms.backups.site import Site, database_of, mark_of
from cms.core.db import reading
from cms.core.errors import CmsError, Conflict, NotFound
from cms.core.i18n import N_
from cms.extensions import db
from cms.jobs.leases import GiveUp, Retry
from cms.media.storage import open_storage
from cms.web import letters
from cms.web.languages import in_language_of_site
from cms.web.runtimes import runtime
from cms.web.visitors import now, settings
from cms.web.worker import handles, regularly

log = logging.getLogger(__name__)

FAILED = N_("The backup could not be made.")


def shelf() -> Shelf:
    return Shelf(runtime().config.backups)


def site() -> Site:
    """What this installation backs up, and where to."""
    config = runtime().config
    return Site(shelf(), database_of(db.engine.url), open_storage(config.storage_url), mark_of(config.secret_key))


@regularly
def _ask_if_due() -> None:
    """To look is a read, and takes no lock."""
    newest = next(iter(shelf().all()), None)
    made_at = newest.manifest.made_at if newest else None
    with reading():
        key = actions.key_if_due(db.session(), made_at, at=now(), hours=settings().backup_hours)
        db.session.rollback()
    if key is not None:
        actions.ask_for(db.session(), key, at=now())
        db.session.commit()


@handles(actions.MAKE)
def _make(job_id: int, _args: dict[str, Any]) -> None:
    """Checked by a job of its own; what is older than the settings keep goes."""
    kept = settings()
    db.session.rollback()
    with _told_where_it_fails(job_id):
        made = making.make(site(), at=now(), job_id=job_id)
        keeping.remove_old(shelf(), at=now(), days=kept.backup_days, weeks=kept.backup_weeks)
    actions.add_check(db.session(), made.name, at=now())
    db.session.commit()


@handles(actions.CHECK)
def _check(job_id: int, args: dict[str, Any]) -> None:
    db.session.rollback()
    with _told_where_it_fails(job_id):
        backup = shelf().get(args["name"])
        checked = checking.check(site(), backup, at=now())
        if checked.problems:
            raise Damaged(backup, checked.problems)


class Damaged(Exception):
    """A check found what it looks for."""

    def __init__(self, backup: Backup, problems: list[str]) -> None:
        super().__init__(f"{backup.name}: {' '.join(problems)}".replace("\n", " "))


@contextmanager
def _told_where_it_fails(job_id: int) -> Iterator[None]:
    """Owners get one letter for a job, at its first failure; another attempt follows where it can help."""
    try:
        yield
    except Conflict as busy:
        raise Retry(str(busy)) from busy
    except NotFound as gone:
        raise GiveUp(str(gone)) from gone
    except Damaged as damage:
        _tell(job_id, str(damage))
        raise GiveUp(N_("The backup is damaged."), str(damage)) from damage
    except (Refused, CmsError, OSError) as error:
        reason = str(error) or type(error).__name__
        _tell(job_id, reason)
        raise Retry(FAILED, reason) from error


def _tell(job_id: int, reason: str) -> None:
    known = shelf().failure()
    try:
        shelf().note_failure(Failure(now(), reason, job_id))
    except OSError:  # where nothing can be written, each attempt is told of
        log.exception("the failure of a backup could not be noted")
    if known is not None and known.job_id == job_id:
        return
    with in_language_of_site():
        letters.backup_failed(owners(db.session()), reason)
    db.session.commit()
