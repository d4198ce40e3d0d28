"""Tries that count against a limit, kept in the database: they survive a restart and are the same for every process."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from cms.accounts.models import Attempt
from cms.core.errors import TooOften
from cms.core.i18n import ngettext

KEEP = timedelta(days=1)


@dataclass(frozen=True)
class Limit:
    """At most so many tries of one kind within a span of time; the next one is refused."""

    kind: str
    most: int
    within: timedelta


@dataclass(frozen=True)
class Tally:
    """One limit for one account, address or pair; the digest is keyed, so that a backup names nobody."""

    limit: Limit
    digest: str


def take(session: Session, tallies: Iterable[Tally], *, at: datetime) -> list[int]:
    """Count a try against every tally at once, or refuse with TooOften and count none.

    The caller commits before the slow work, so that tries side by side see one another, and gives back what was no
    failure. Returns what `give_back` wants.
    """
    ordered = sorted(tallies, key=lambda tally: (tally.limit.kind, tally.digest))
    for tally in ordered:
        _lock(session, tally)
    for tally in ordered:
        _refuse_full(session, tally, at)
    attempts = [Attempt(kind=tally.limit.kind, digest=tally.digest, at=at) for tally in ordered]
    session.add_all(attempts)
    session.execute(delete(Attempt).where(Attempt.at < at - KEEP))
    session.flush()
    return [attempt.id for attempt in attempts]


def give_back(session: Session, taken: Iterable[int]) -> None:
    """A right answer counts nothing."""
    session.execute(delete(Attempt).where(Attempt.id.in_(list(taken))).execution_options(synchronize_session=False))


def _refuse_full(session: Session, tally: Tally, at: datetime) -> None:
    oldest = _oldest_that_counts(session, tally, at)
    if oldest is None:
        return
    seconds = max(1, ceil((oldest + tally.limit.within - at).total_seconds()))
    minutes = ceil(seconds / 60)
    raise TooOften(
        ngettext("Too many tries. Wait a minute.", "Too many tries. Wait %(num)s minutes.", minutes),
        retry_after=seconds,
    )


def _oldest_that_counts(session: Session, tally: Tally, at: datetime) -> datetime | None:
    """When the try was made whose end of counting would make room for another; None where there is room."""
    newest = session.scalars(
        select(Attempt.at)
        .where(Attempt.kind == tally.limit.kind, Attempt.digest == tally.digest, Attempt.at > at - tally.limit.within)
        .order_by(Attempt.at.desc())
        .limit(tally.limit.most)
    ).all()
    return newest[-1] if len(newest) == tally.limit.most else None


def _lock(session: Session, tally: Tally) -> None:
    """SQLite has one writer; on PostgreSQL tries side by side must wait for one another to be counted."""
    if session.get_bind().dialect.name == "postgresql":
        key = f"{tally.limit.kind}/{tally.digest}"
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
