"""How webhooks and their deliveries are found."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cms.accounts.models import Role, RoleGrant, User
from cms.accounts.queries import is_owner
from cms.core.permissions import Permission
from cms.webhooks.models import Delivery, Webhook


def listening(session: Session, kind: str) -> list[Webhook]:
    """Those that are told of this kind now; there are few, so that the choice is made here."""
    hooks = session.scalars(select(Webhook).where(Webhook.active).order_by(Webhook.id))
    return [hook for hook in hooks if kind in hook.events]


def deliveries_of(session: Session, hook: Webhook, *, before: int | None, most: int) -> Sequence[Delivery]:
    """The newest first, from below an id on."""
    query = select(Delivery).where(Delivery.webhook_id == hook.id)
    if before is not None:
        query = query.where(Delivery.id < before)
    return session.scalars(query.order_by(Delivery.id.desc()).limit(most)).all()


def managers(session: Session) -> list[User]:
    """Active people who look after webhooks: owners, and roles that do."""
    manages = User.roles.any(Role.grants.any(RoleGrant.permission == Permission.WEBHOOK_MANAGE))
    return list(session.scalars(select(User).where(User.active, is_owner() | manages).order_by(User.id)))


def forget(session: Session, before: datetime, *, most: int) -> int:
    """Delete the oldest deliveries from before then; how many there were."""
    old = select(Delivery.id).where(Delivery.created_at < before)
    ids = list(session.scalars(old.order_by(Delivery.created_at, Delivery.id).limit(most)))
    session.execute(delete(Delivery).where(Delivery.id.in_(ids)))
    return len(ids)
