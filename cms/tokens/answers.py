"""What was answered to an Idempotency-Key of a token: claimed by whoever is at it, kept, and forgotten after a day."""

import hmac
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, delete, or_, select, update
from sqlalchemy.orm import Session

from cms.core.db import insert_into
from cms.core.errors import Conflict, Invalid
from cms.core.i18n import _
from cms.tokens.models import ApiAnswer

KEPT = timedelta(hours=24)


def claim(session: Session, token_id: int, key: str, digest: str, *, at: datetime, until: datetime) -> ApiAnswer | None:
    """None where the key is ours until then, else what was answered; once committed, everybody sees the claim.

    Invalid where the key was used for another request, Conflict while somebody is at this one.
    """
    mine = _of(token_id, key)
    is_dead = ApiAnswer.status.is_(None) & (ApiAnswer.lease_until <= at)
    session.execute(delete(ApiAnswer).where(mine, or_(is_dead, ApiAnswer.created_at <= at - KEPT)))
    values = {"token_id": token_id, "key": key, "digest": digest, "created_at": at, "lease_until": until}
    ours = insert_into(session, ApiAnswer).values(**values, headers=[], body="")
    ours = ours.on_conflict_do_nothing(index_elements=["token_id", "key"])
    if session.scalar(ours.returning(ApiAnswer.id)) is not None:
        return None
    known = session.scalar(select(ApiAnswer).where(mine))
    if known is not None and not hmac.compare_digest(known.digest, digest):
        raise Invalid(_("This Idempotency-Key was used for another request."))
    if known is None or known.status is None:  # nothing is there where whoever was at it let it go this moment
        raise Conflict(_("A request with this Idempotency-Key is being worked on. Ask again in a moment."))
    return known


def keep(session: Session, token_id: int, key: str, *, status: int, headers: list[str], body: str) -> None:
    """Write down the answer to a key that was claimed, in the transaction of what it answers."""
    session.execute(update(ApiAnswer).where(_of(token_id, key)).values(status=status, headers=headers, body=body))


def let_go(session: Session, token_id: int, key: str) -> None:
    """Free a key that was claimed and got no answer."""
    session.execute(delete(ApiAnswer).where(_of(token_id, key), ApiAnswer.status.is_(None)))


def forget(session: Session, before: datetime, *, most: int) -> int:
    """Delete the oldest from before then; how many there were."""
    old = select(ApiAnswer.id).where(ApiAnswer.created_at < before)
    ids = list(session.scalars(old.order_by(ApiAnswer.created_at).limit(most)))
    session.execute(delete(ApiAnswer).where(ApiAnswer.id.in_(ids)))
    return len(ids)


def forget_all(session: Session, token_ids: Select[int]) -> None:
    """Delete what these tokens were answered."""
    session.execute(delete(ApiAnswer).where(ApiAnswer.token_id.in_(token_ids)))


def _of(token_id: int, key: str) -> ColumnElement[bool]:
    return (ApiAnswer.token_id == token_id) & (ApiAnswer.key == key)
