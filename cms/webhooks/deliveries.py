"""Messages on their way: written beside the change they tell of, sent by the worker, and how that went."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from cms.audit.actions import record
from cms.core.db import insert_into
from cms.jobs import actions as jobs
from cms.webhooks.models import Delivery, DeliveryAttempt, DeliveryStatus, Webhook
from cms.webhooks.queries import listening

#: The name of the job that sends one.
JOB = "webhook"
#: Nothing arrived for so long: it is switched off by itself.
PATIENCE = timedelta(days=3)
#: How long a delivery can be looked at and sent again.
KEPT = timedelta(days=30)
#: Of one message so many attempts are told, the latest.
MOST_LOGGED = 20


@dataclass(frozen=True)
class Outcome:
    """How one attempt went; no status where nobody answered, `error` then says why."""

    status: int | None
    milliseconds: int
    excerpt: str = ""
    error: str = ""

    @property
    def arrived(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def tell(session: Session, kind: str, data: dict[str, Any], *, occasion: str, at: datetime) -> None:
    """To each webhook that asked for this kind, once for an occasion."""
    for hook in listening(session, kind):
        put(session, hook, kind, data, occasion=occasion, at=at)


def put(session: Session, hook: Webhook, kind: str, data: dict[str, Any], *, occasion: str, at: datetime) -> None:
    """One message into the outbox."""
    values = {
        "webhook_id": hook.id,
        "occasion": occasion,
        "message_id": f"msg_{secrets.token_hex(16)}",
        "kind": kind,
        "body": json.dumps({"type": kind, "timestamp": at.isoformat(), "data": data}, ensure_ascii=False),
        "created_at": at,
    }
    added = insert_into(session, Delivery).values(**values)
    added = added.on_conflict_do_nothing(index_elements=["webhook_id", "occasion"])
    delivery_id = session.scalar(added.returning(Delivery.id))
    if delivery_id is not None:
        _ask(session, hook, delivery_id, kind, 0, at)


def send_again(session: Session, hook: Webhook, delivery: Delivery, *, at: datetime) -> None:
    """The same bytes under the same id, with all attempts again."""
    delivery.replays += 1
    delivery.status = DeliveryStatus.WAITING
    _ask(session, hook, delivery.id, delivery.kind, delivery.replays, at)


def note(session: Session, delivery: Delivery, hook: Webhook, outcome: Outcome, *, is_last: bool, at: datetime) -> bool:
    """Write down how an attempt went; whether that was one too many, and the webhook is switched off."""
    _log(session, delivery, outcome, at)
    delivery.attempts += 1
    hook.last_sent_at, hook.last_status = at, outcome.status or 0
    if outcome.arrived:
        delivery.status, hook.failing_since = DeliveryStatus.DELIVERED, None
        return False
    delivery.status = DeliveryStatus.FAILED if is_last else DeliveryStatus.WAITING
    hook.failing_since = hook.failing_since or at
    if not hook.active or at - hook.failing_since < PATIENCE:
        return False
    hook.active, hook.updated_at = False, at
    record(session, "webhook.switch_off", hook, by=None, at=at, changes={"active": (True, False)})
    return True


def forget(session: Session, before: datetime, *, most: int) -> int:
    """Delete the oldest from before then; how many there were."""
    old = select(Delivery.id).where(Delivery.created_at < before)
    ids = list(session.scalars(old.order_by(Delivery.created_at, Delivery.id).limit(most)))
    _drop(session, ids)
    return len(ids)


def forget_all(session: Session, hook: Webhook) -> None:
    """Delete all that was sent to it."""
    _drop(session, select(Delivery.id).where(Delivery.webhook_id == hook.id))


def _drop(session: Session, ids: Select[int] | list[int]) -> None:
    session.execute(delete(DeliveryAttempt).where(DeliveryAttempt.delivery_id.in_(ids)))
    session.execute(delete(Delivery).where(Delivery.id.in_(ids)))


def _log(session: Session, delivery: Delivery, outcome: Outcome, at: datetime) -> None:
    """A row for each attempt, and no more than the latest of a message that is sent again and again."""
    mine = DeliveryAttempt.delivery_id == delivery.id
    session.add(
        DeliveryAttempt(
            delivery_id=delivery.id,
            at=at,
            http_status=outcome.status,
            milliseconds=outcome.milliseconds,
            error=outcome.error,
            excerpt=outcome.excerpt,
        )
    )
    session.flush()
    latest = select(DeliveryAttempt.id).where(mine).order_by(DeliveryAttempt.id.desc()).limit(MOST_LOGGED)
    session.execute(delete(DeliveryAttempt).where(mine, DeliveryAttempt.id.not_in(latest)))


def _ask(session: Session, hook: Webhook, delivery_id: int, kind: str, replay: int, at: datetime) -> None:
    key = f"webhook:{delivery_id}:{replay}"
    jobs.add(session, JOB, {"delivery": delivery_id}, at=at, label=f"{kind} → {hook.host}", dedupe_key=key)
