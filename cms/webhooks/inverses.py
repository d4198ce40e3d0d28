"""How acts on webhooks are taken back; what was sent or seen is not."""

from cms.accounts.models import User
from cms.audit.actions import CHANGED, Changes, record
from cms.audit.inverses import Inverse, Undoing, loading
from cms.audit.models import Event
from cms.core.db import free_id
from cms.core.decision import Decision
from cms.core.i18n import N_
from cms.core.permissions import Permission
from cms.webhooks import actions
from cms.webhooks.fields import Wanted
from cms.webhooks.models import Webhook
from cms.webhooks.policy import WebhookPolicy

SENT = N_("What was sent cannot be called back.")
NEVER = {
    "webhook.ping": SENT,
    "webhook.replay": SENT,
    "webhook.reveal": N_("What was seen cannot be unseen. Make a new secret instead."),
}

_load = loading(Webhook)


def _may(by: User, _hook: Webhook | None, _event: Event) -> Decision:
    return WebhookPolicy(by).may(Permission.WEBHOOK_MANAGE)


def _unmake(doing: Undoing) -> None:
    _refuse_moved(doing)
    actions.drop(doing.session, doing.subject, by=doing.by, at=doing.at)


def _change_back(doing: Undoing) -> None:
    _refuse_moved(doing)
    hook = doing.subject
    was = {"url": hook.url, "events": hook.events} | doing.before
    actions.rewrite(doing.session, hook, Wanted(was["url"], was["events"]), by=doing.by, at=doing.at)


def _bring_back(doing: Undoing) -> None:
    """With its secret, and without what was sent to it."""
    doing.need(*actions.KEPT, "sealed_secret")
    before = doing.before
    hook = Webhook(
        id=free_id(doing.session, Webhook, doing.event.subject_id),
        **{name: before[name] for name in ("url", "events", "active", "created_by_id", "sealed_secret")},
        secret_shown_at=doing.moment_before("secret_shown_at"),
        created_at=doing.moment_before("created_at"),
        updated_at=doing.at,
    )
    doing.session.add(hook)
    made: Changes = {name: (None, getattr(hook, name)) for name in actions.KEPT}
    made["sealed_secret"] = (CHANGED, CHANGED)
    sealed = {"sealed_secret": [None, hook.sealed_secret]}
    record(doing.session, "webhook.create", hook, by=doing.by, at=doing.at, changes=made, personal=sealed)


def _old_secret(doing: Undoing) -> None:
    """Programs that know only that one understand us again."""
    doing.need("sealed_secret")
    hook = doing.subject
    doing.refuse_moved({"sealed_secret": hook.sealed_secret})
    shown = doing.moment_before("secret_shown_at")
    actions.set_secret(doing.session, hook, doing.before["sealed_secret"], shown, by=doing.by, at=doing.at)


def _switch_back(doing: Undoing) -> None:
    _refuse_moved(doing)
    actions.set_active(doing.session, doing.subject, doing.before["active"], by=doing.by, at=doing.at)


def _refuse_moved(doing: Undoing) -> None:
    doing.refuse_moved({name: getattr(doing.subject, name) for name in ("url", "events", "active")})


INVERSES = {
    "webhook.create": Inverse(_load, _may, _unmake),
    "webhook.save": Inverse(_load, _may, _change_back),
    "webhook.delete": Inverse(_load, _may, _bring_back, brings_back=True),
    "webhook.renew": Inverse(_load, _may, _old_secret),
    "webhook.switch_on": Inverse(_load, _may, _switch_back),
    "webhook.switch_off": Inverse(_load, _may, _switch_back),
}
