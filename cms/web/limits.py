"""Whom limits count, and whom they leave alone."""

from flask import request

from cms.core.networks import is_loopback, sender_of
from cms.web.runtimes import runtime


def network() -> str:
    """The address that is counted: of IPv6 the half that a household cannot choose."""
    return sender_of(request.remote_addr or "")


def is_exempt() -> bool:
    """Where limits are switched off, and on one's own machine while developing or looking at the demo."""
    config = runtime().config
    if not config.limits:
        return True
    return config.env == "development" and is_loopback(request.remote_addr or "")
