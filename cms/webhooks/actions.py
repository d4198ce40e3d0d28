"""Everything that people do with webhooks."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.audit.actions import CHANGED, Changes, record
from cms.core.decision import require
from cms.core.errors import Conflict
from cms.core.i18n import _
from cms.core.permissions import Permission
from cms.webhooks import deliveries
from cms.webhooks.fields import Reach, Wanted, checked
from cms.webhooks.kinds import PING
from cms.webhooks.models import Delivery, DeliveryStatus, Webhook
from cms.webhooks.policy import WebhookPolicy

#: What the record of its end keeps of a webhook; the secret beside it, sealed as it is.
KEPT = ("url", "events", "active", "secret_shown_at", "created_by_id", "created_at")


def create(session: Session, wanted: Wanted, sealed: str, *, reach: Reach, by: User, at: datetime) -> Webhook:
    """Tell an address of changes from now on; `sealed` is its secret, which can be seen once."""
    require(WebhookPolicy(by).may(Permission.WEBHOOK_MANAGE))
    new = checked(wanted, reach)
    hook = Webhook(
        url=new.url, events=new.events, sealed_secret=sealed, created_by_id=by.id, created_at=at, updated_at=at
    )
    session.add(hook)
    record(session, "webhook.create", hook, by=by, at=at, changes={"url": (None, new.url), "events": ([], new.events)})
    return hook


def change(session: Session, hook: Webhook, wanted: Wanted, *, reach: Reach, by: User, at: datetime) -> None:
    """Another address, or other kinds; saving it unchanged leaves no trace."""
    require(WebhookPolicy(by).may(Permission.WEBHOOK_MANAGE, hook))
    rewrite(session, hook, checked(wanted, reach), by=by, at=at)


def rewrite(session: Session, hook: Webhook, wanted: Wanted, *, by: User, at: datetime) -> None:
    """`change`, where right and values were checked."""
    pairs = {"url": (hook.url, wanted.url), "events": (hook.events, wanted.events)}
    changes: Changes = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    if changes:
        hook.url, hook.events, hook.updated_at = wanted.url, wanted.events, at
        record(session, "webhook.save", hook, by=by, at=at, changes=changes)


def delete(session: Session, hook: Webhook, *, by: User, at: datetime, batch_id: int | None = None) -> None:
    """Tell it nothing any more; what was sent is forgotten, the record keeps enough to set it up again."""
    require(WebhookPolicy(by).may(Permission.WEBHOOK_MANAGE, hook))
    drop(session, hook, by=by, at=at, batch_id=batch_id)


def drop(session: Session, hook: Webhook, *, by: User, at: datetime, batch_id: int | None = None) -> None:
    """`delete`, where who may was asked before."""
    changes: Changes = {name: (getattr(hook, name), None) for name in KEPT} | _SECRET
    sealed = {"sealed_secret": [hook.sealed_secret, None]}
    record(session, "webhook.delete", hook, by=by, at=at, changes=changes, batch_id=batch_id, personal=sealed)
    deliveries.forget_all(session, hook)
    session.delete(hook)


def reveal(session: Session, hook: Webhook, *, by: User, at: datetime) -> str:
    """The sealed secret, once; whoever missed it makes a new one."""
    require(WebhookPolicy(by).may(Permission.WEBHOOK_MANAGE, hook))
    if hook.secret_shown_at is not None:
        raise Conflict(_("The secret was shown before, and is shown once. Make a new one."))
    hook.secret_shown_at = at
    record(session, "webhook.reveal", hook, by=by, at=at)
    return hook.sealed_secret


def renew(session: Session, hook: Webhook, sealed: str, *, by: User, at: datetime) -> None:
    """Sign with another secret from the next message on; it has not been seen yet."""
    require(WebhookPolicy(by).may(Permission.WEBHOOK_MANAGE, hook))
    set_secret(session, hook, sealed, None, by=by, at=at)


def set_secret(
    session: Session, hook: Webhook, sealed: str, shown_at: datetime | None, *, by: User, at: datetime
) -> None:
    """`renew`, where who may was asked before; undoing it puts back one that was seen."""
    changes: Changes = {"secret_shown_at": (hook.secret_shown_at, shown_at)} | _SECRET
    kept = {"sealed_secret": [hook.sealed_secret, sealed]}
    hook.sealed_secret, hook.secret_shown_at, hook.updated_at = sealed, shown_at, at
    record(session, "webhook.renew", hook, by=by, at=at, changes=changes, personal=kept)


def switch(session: Session, hook: Webhook, *, on: bool, by: User, at: datetime) -> None:
    """Tell it nothing for the time being, or tell it again of what happens from now on."""
    require(WebhookPolicy(by).may(Permission.WEBHOOK_MANAGE, hook))
    if hook.active is on:
        raise Conflict(_("It is switched on already.") if on else _("It is switched off already."))
    set_active(session, hook, on, by=by, at=at)


def set_active(session: Session, hook: Webhook, on: bool, *, by: User, at: datetime) -> None:
    """`switch`, where who may was asked before; whoever is switched on begins with a clean slate."""
    changes: Changes = {"active": (hook.active, on)}
    hook.active, hook.updated_at = on, at
    if on:
        hook.failing_since = None
        record(session, "webhook.switch_on", hook, by=by, at=at, changes=changes)
    else:
        record(session, "webhook.switch_off", hook, by=by, at=at, changes=changes)


def ping(session: Session, hook: Webhook, *, by: User, at: datetime) -> None:
    """Send a test, also to one that is switched off: that is how one knows whether to switch it on."""
    require(WebhookPolicy(by).may(Permission.WEBHOOK_MANAGE, hook))
    record(session, "webhook.ping", hook, by=by, at=at)
    deliveries.put(session, hook, PING, {"id": hook.id}, occasion=f"ping:{secrets.token_hex(8)}", at=at)


def replay(session: Session, hook: Webhook, delivery: Delivery, *, by: User, at: datetime) -> None:
    """Send a message again as it was, under its id."""
    require(WebhookPolicy(by).may(Permission.WEBHOOK_MANAGE, hook))
    if delivery.status is DeliveryStatus.WAITING:
        raise Conflict(_("It is on its way already."))
    record(session, "webhook.replay", hook, by=by, at=at, changes={"message_id": (None, delivery.message_id)})
    deliveries.send_again(session, hook, delivery, at=at)


_SECRET: dict[str, Any] = {"sealed_secret": (CHANGED, CHANGED)}
