"""How webhooks and their deliveries are found."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from cms.webhooks.models import Delivery, Webhook


def listening(session: Session, kind: str) -> list[Webhook]:
    """Those that are told of this kind now; there are few, so that the choice is made here."""
    hooks = session.scalars(select(Webhook).where(Webhook.active).order_by(Webhook.id))
    return [hook for hook in hooks if kind in hook.events]


def deliveries_of(session: Session, hook: Webhook, *, before: int | None, most: int) -> Sequence[Delivery]:
    """The newest first, from below an id on, each with its log."""
    query = select(Delivery).where(Delivery.webhook_id == hook.id).options(selectinload(Delivery.log))
    if before is not None:
        query = query.where(Delivery.id < before)
    return session.scalars(query.order_by(Delivery.id.desc()).limit(most)).all()
