"""Whom limits count, whom they leave alone, and the limits of forms that make us write to somebody."""

from datetime import timedelta

from flask import request

from cms.accounts.actions import attempts
from cms.accounts.actions.attempts import Limit, Tally
from cms.accounts.names import fold_email
from cms.core.errors import TooOften
from cms.core.keys import derived_key, keyed_digest
from cms.core.networks import is_loopback, sender_of
from cms.extensions import db
from cms.web.runtimes import runtime
from config import Config

HOUR = timedelta(hours=1)
MAIL_BY_ADDRESS = Limit("mail.address", 20, HOUR)
MAIL_BY_ACCOUNT = Limit("mail.account", 5, HOUR)


def network() -> str:
    """The address that is counted: of IPv6 the half that a household cannot choose."""
    return sender_of(request.remote_addr or "")


def is_exempt() -> bool:
    """Where limits are switched off, and on one's own machine while developing or looking at the demo."""
    return leaves_alone(runtime().config, request.remote_addr or "")


def leaves_alone(config: Config, address: str) -> bool:
    return not config.limits or (config.env == "development" and is_loopback(address))


def mail_tallies() -> list[Tally]:
    """For forms that make us write to somebody."""
    return [] if is_exempt() else [tally(MAIL_BY_ADDRESS, network())]


def may_mail(email: str) -> bool:
    """So that nobody's letter box can be filled: whoever asks too often gets the same page and no mail. Counts it."""
    if is_exempt():
        return True
    try:
        attempts.take(db.session(), [tally(MAIL_BY_ACCOUNT, fold_email(email))], at=runtime().clock.now())
    except TooOften:
        return False
    return True


def tally(limit: Limit, *values: str) -> Tally:
    return Tally(limit, keyed("limits", "\n".join(values)))


def keyed(purpose: str, value: str) -> str:
    """Digests of addresses are only worth something with a key: there are few enough addresses to try them all."""
    return keyed_digest(derived_key(runtime().config.secret_key, purpose), value)
