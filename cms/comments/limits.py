"""How often one sender may comment: 5 a minute and 30 an hour."""

from datetime import datetime, timedelta
from math import ceil

from sqlalchemy.orm import Session

from cms.accounts.actions.attempts import Limit, Tally, take
from cms.core.errors import TooOften
from cms.core.i18n import ngettext

LIMITS = (Limit("comment", 5, timedelta(minutes=1)), Limit("comment.hour", 30, timedelta(hours=1)))


def count(session: Session, digest: str, *, at: datetime) -> None:
    """Count one more comment by this sender; raises TooOften where that is too many."""
    try:
        take(session, [Tally(limit, digest) for limit in LIMITS], at=at)
    except TooOften as refusal:
        raise TooOften(
            ngettext(
                "You have sent many comments in a short time. Try again in a minute; your text is kept below.",
                "You have sent many comments in a short time. Try again in %(num)s minutes; your text is kept below.",
                ceil(refusal.retry_after / 60),
            ),
            retry_after=refusal.retry_after,
        ) from refusal
