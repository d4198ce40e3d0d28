"""How often one sender may comment: 5 a minute and 30 an hour, counted in the database so that every process agrees."""

import math
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from cms.accounts.models import Attempt
from cms.core.errors import TooOften
from cms.core.i18n import ngettext

KIND = "comment"
LIMITS = ((timedelta(minutes=1), 5), (timedelta(hours=1), 30))


def count(session: Session, digest: str, *, at: datetime) -> None:
    """Count one more comment by this sender; raises TooOften where that is too many."""
    _take_turns(session, digest)
    longest = max(window for window, _most in LIMITS)
    mine = (Attempt.kind == KIND, Attempt.digest == digest)
    session.execute(delete(Attempt).where(*mine, Attempt.at <= at - longest))
    times = session.scalars(select(Attempt.at).where(*mine, Attempt.at <= at).order_by(Attempt.at.desc())).all()
    for window, most in LIMITS:
        if len(times) >= most and times[most - 1] > at - window:
            _refuse(times[most - 1] + window - at)
    session.add(Attempt(kind=KIND, digest=digest, at=at))


def _refuse(wait: timedelta) -> None:
    seconds = max(1, math.ceil(wait.total_seconds()))
    minutes = math.ceil(seconds / 60)
    raise TooOften(
        ngettext(
            "You have sent many comments in a short time. Try again in a minute; your text is kept below.",
            "You have sent many comments in a short time. Try again in %(num)s minutes; your text is kept below.",
            minutes,
        ),
        retry_after=seconds,
    )


def _take_turns(session: Session, digest: str) -> None:
    """On SQLite whoever writes is alone already; on PostgreSQL, a burst of one sender queues up here."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(int(digest[:15], 16))))
