"""Sending what webhooks are told: signed, with no transaction open, and never into a network that is not public."""

import time
from typing import Any

from sqlalchemy.orm import Session

from cms.accounts.queries import holders
from cms.core import outgoing
from cms.core.i18n import N_, reason
from cms.core.outgoing import Forbidden, Unreachable
from cms.core.permissions import Permission
from cms.extensions import db
from cms.jobs.leases import GiveUp, Retry, Unfinished, has_more_attempts
from cms.web import letters
from cms.web.languages import in_language_of_site
from cms.web.runtimes import runtime
from cms.web.sealing import seal, unseal
from cms.web.visitors import now
from cms.web.worker import handles
from cms.webhooks import deliveries, signing
from cms.webhooks.deliveries import Outcome
from cms.webhooks.fields import Reach
from cms.webhooks.kinds import PING
from cms.webhooks.models import Delivery, Webhook

AGENT = "Copydesk-Webhooks/1"
OTHER_SECRET = N_("It was sealed with another CMS_SECRET_KEY.")
SWITCHED_OFF = N_("This webhook is switched off.")
NOT_TAKEN = N_("The other side did not take it.")


def reach() -> Reach:
    """Where messages may go on this installation."""
    config = runtime().config
    return Reach(https_only=config.is_public, private=config.private_hooks)


def new_sealed_secret() -> str:
    return seal({"secret": signing.new_secret()})


def opened(sealed: str) -> str | None:
    """The secret itself; None where it was sealed with another key."""
    found = unseal(sealed)
    return str(found["secret"]) if found is not None else None


@handles(deliveries.JOB)
def _send(job_id: int, args: dict[str, Any]) -> None:
    """A delivery that is gone went with its webhook, and nobody is to be told any more."""
    session = db.session()
    delivery = session.get(Delivery, args["delivery"])
    hook = session.get(Webhook, delivery.webhook_id) if delivery is not None else None
    if delivery is None or hook is None:
        return
    is_wanted, target = hook.active or delivery.kind == PING, (hook.url, opened(hook.sealed_secret))
    message_id, body, may_again = delivery.message_id, delivery.body.encode(), has_more_attempts(session, job_id)
    db.session.rollback()
    outcome, failure = _tried(*target, message_id, body) if is_wanted else _not_sent(SWITCHED_OFF)
    is_last = isinstance(failure, GiveUp) or not may_again
    _note(session, args["delivery"], outcome, is_last=is_last)
    if failure is not None:
        raise failure


Tried = tuple[Outcome, Unfinished | None]


def _tried(url: str, secret: str | None, message_id: str, body: bytes) -> Tried:
    """How an attempt went, and what that means for its job."""
    if secret is None:
        return _not_sent(OTHER_SECRET)
    rules, began = reach(), time.monotonic()
    if rules.https_only and not url.startswith("https://"):
        return _not_sent(N_("The address must begin with https://."))
    headers = signing.headers(secret, message_id, int(now().timestamp()), body)
    headers |= {"Content-Type": "application/json", "User-Agent": AGENT, "Connection": "close"}
    try:
        answer = outgoing.post(url, body, headers, allows=rules.allows)
    except Unreachable as error:
        outcome = Outcome(None, _since(began), error=reason(error.sentence, error.detail))
        kind = GiveUp if isinstance(error, Forbidden) else Retry
        return outcome, kind(error.sentence, error.detail)
    outcome = Outcome(answer.status, _since(began), answer.excerpt)
    if outcome.arrived:
        return outcome, None
    return outcome, (GiveUp if answer.status == 410 else Retry)(NOT_TAKEN, str(answer.status))


def _not_sent(why: str) -> Tried:
    return Outcome(None, 0, error=why), GiveUp(why)


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


def _note(session: Session, delivery_id: int, outcome: Outcome, *, is_last: bool) -> None:
    """In a short transaction of its own; whatever was deleted while it was sent needs no note."""
    delivery = session.get(Delivery, delivery_id, with_for_update=True)
    hook = session.get(Webhook, delivery.webhook_id, with_for_update=True) if delivery is not None else None
    if delivery is None or hook is None:
        return
    if deliveries.note(session, delivery, hook, outcome, is_last=is_last, at=now()):
        with in_language_of_site():
            letters.hook_switched_off(hook, holders(session, Permission.WEBHOOK_MANAGE))
    session.commit()
