"""Whether limits hold for whoever is asking."""

from ipaddress import ip_address

from flask import request

from cms.web.app import runtime


def is_exempt() -> bool:
    """Where limits are switched off, and on one's own machine while developing or looking at the demo."""
    config = runtime().config
    return not config.limits or (config.env == "development" and _is_loopback(request.remote_addr or ""))


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
